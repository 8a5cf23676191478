package e2e_test

import (
	"testing"
	"time"
)

// patience is how long anything may take that is not about speed, on a machine with other things to do.
const patience = time.Minute

// lately is what was seen last, found out only where it is printed.
type lately func() string

func (l lately) String() string { return l() }

// poll waits until look reports true, and fails with what it saw last.
func poll(t *testing.T, what string, look func() (ok bool, saw any)) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, saw := look()
		if ok {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("not within %v: %s\nsaw: %v", patience, what, saw)
		case <-tick.C:
		}
	}
}
