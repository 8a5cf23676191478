package middleware_test

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what the processor has spent on this thread. On a machine that others use, too, it tells more than the
// clock on the wall does.
func cpuTime() time.Duration {
	var used unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &used) != nil {
		return 0
	}
	return time.Duration(used.Nano())
}
