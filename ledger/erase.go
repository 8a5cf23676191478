package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// ErrKept is returned for an entry that cannot be erased: the record of an erasure, which names nobody.
var ErrKept = errors.New("ledger: the record of an erasure is not erased")

// Erase destroys record and salt of the given entries, in the store and, by overwriting or rewriting, in its
// files. Leaf and position stay, so the log still verifies. The erasure is itself recorded before anything
// is destroyed, naming positions: one that is cut short is completed by [Log.Expire]. Entries that are
// erased already are left out. The error is consent.ErrNoEntry where an id is not held.
func (l *Log) Erase(ctx context.Context, why consent.Ground, ids ...string) (positions []int, err error) {
	var doomed []string
	for _, id := range ids {
		e, err := l.options.Store.Entry(ctx, id)
		if err != nil {
			return nil, wrap("erase", err)
		}
		if e.Erased() || slices.Contains(doomed, id) {
			continue
		}
		if r, err := l.options.Records.OpenRecord(e); err == nil && r.Event == consent.EventErased {
			return nil, fmt.Errorf("%w: %q", ErrKept, id)
		}
		position, err := l.options.Store.Position(ctx, id)
		if err != nil {
			return nil, wrap("erase", err)
		}
		doomed, positions = append(doomed, id), append(positions, position)
	}
	return positions, l.destroy(ctx, why, doomed, positions)
}

// destroy records an erasure and carries it out.
func (l *Log) destroy(ctx context.Context, why consent.Ground, ids []string, positions []int) error {
	for from := 0; from < len(ids); from += consent.MaxErased {
		to := min(from+consent.MaxErased, len(ids))
		id, err := consent.NewID(rand.Reader)
		if err != nil {
			return err
		}
		entry, err := l.options.Records.SealRecord(consent.ErasureRecord(id, positions[from:to], why, l.options.Now()))
		if err != nil {
			return wrap("record an erasure", err)
		}
		if err := l.options.Store.Append(ctx, entry); err != nil {
			return wrap("record an erasure", err)
		}
		if err := l.options.Store.Erase(ctx, ids[from:to]...); err != nil {
			return wrap("erase", err)
		}
	}
	return nil
}

// Expire erases the records whose time is over, as keep tells it (consent.Rulebook's Keep), and completes
// erasures that were cut short. It reads the whole ledger: call it once a day. It returns how many records it
// erased; where another process holds the lease it does nothing.
func (l *Log) Expire(ctx context.Context, keep func(consent.Record) (until time.Time, ok bool)) (erased int, err error) {
	if ok, err := l.lease(ctx); err != nil || !ok {
		return 0, err
	}
	now := l.options.Now()
	var ids []string
	var positions []int
	named := map[int]bool{} // by erasures
	err = l.options.Store.Entries(ctx, 0, func(position int, e consent.Entry) bool {
		r, err := l.options.Records.OpenRecord(e)
		if err != nil {
			return ctx.Err() == nil // erased, or for Verify to find
		}
		if until, ok := keep(r); ok && !until.After(now) {
			ids, positions = append(ids, e.ID), append(positions, position)
		}
		for _, p := range r.Erased {
			named[p] = true
		}
		return ctx.Err() == nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return 0, wrap("expire", err)
	}
	unfinished, err := l.unfinished(ctx, named)
	if err == nil && len(unfinished) > 0 {
		err = l.options.Store.Erase(ctx, unfinished...)
	}
	if err != nil {
		return 0, wrap("complete an erasure", err)
	}
	ids, positions = without(ids, positions, named)
	return len(ids), l.destroy(ctx, consent.GroundExpiry, ids, positions)
}

// without leaves out what an erasure names already.
func without(ids []string, positions []int, named map[int]bool) (restIDs []string, rest []int) {
	for i, p := range positions {
		if !named[p] {
			restIDs, rest = append(restIDs, ids[i]), append(rest, p)
		}
	}
	return restIDs, rest
}

// unfinished returns the ids of entries that an erasure names and that still hold their content.
func (l *Log) unfinished(ctx context.Context, named map[int]bool) (ids []string, err error) {
	if len(named) == 0 {
		return nil, nil
	}
	last := 0
	for p := range named {
		last = max(last, p)
	}
	err = l.options.Store.Entries(ctx, 0, func(position int, e consent.Entry) bool {
		if named[position] && !e.Erased() {
			ids = append(ids, e.ID)
		}
		return position < last && ctx.Err() == nil
	})
	return ids, errors.Join(err, ctx.Err())
}
