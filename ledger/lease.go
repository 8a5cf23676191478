package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// leaseTime is for how long one process sequences before others may.
const leaseTime = 30 * time.Second

// lease reports whether this process may write now. It spares work and nothing else: clocks may differ,
// and two who hold it write the same.
func (l *Log) lease(ctx context.Context) (bool, error) {
	old, err := l.options.Store.Sheet(ctx, sheetLease)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = nil, nil
	}
	if err != nil {
		return false, wrap("read the lease", err)
	}
	now := l.options.Now()
	holder, until, _ := strings.Cut(string(old), " ")
	end, err := strconv.ParseInt(until, 10, 64)
	held := err == nil && now.Unix() < end && end < now.Add(2*leaseTime).Unix() // a clock that was ahead holds nobody up
	switch {
	case held && holder != l.name:
		return false, nil
	case held && now.Add(leaseTime/2).Unix() < end:
		return true, nil
	}
	swapped, err := l.options.Store.SwapSheet(ctx, sheetLease, old, fmt.Appendf(nil, "%s %d", l.name, now.Add(leaseTime).Unix()))
	return swapped, wrap("take the lease", err)
}

// Release lets another process sequence at once, instead of when the lease has run out. Call it when no more
// is sequenced here.
func (l *Log) Release(ctx context.Context) error {
	old, err := l.options.Store.Sheet(ctx, sheetLease)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if holder, _, _ := strings.Cut(string(old), " "); err != nil || holder != l.name {
		return wrap("read the lease", err)
	}
	_, err = l.options.Store.SwapSheet(ctx, sheetLease, old, fmt.Appendf(nil, "%s 0", l.name))
	return wrap("give up the lease", err)
}
