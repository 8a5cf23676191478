package boltstore

import (
	"context"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// readAhead is how many bytes are copied out of the database before they are decoded: callers' functions
// are never called inside a transaction, so they may take their time and use the store themselves.
const readAhead = 1 << 20

// Span implements [stats.Source].
func (s *Store) Span(ctx context.Context) (first, last stats.Day, ok bool, err error) {
	err = s.view(ctx, "span", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		c := site.Bucket(bucketDays).Cursor()
		k, v := c.First()
		for ; k != nil && string(v) == string(rune(dayEmpty)); k, v = c.Next() {
		}
		if k == nil {
			return nil
		}
		first, ok = dayOf(k), true
		for k, v = c.Last(); k != nil && string(v) == string(rune(dayEmpty)); k, v = c.Prev() {
		}
		last = dayOf(k)
		return nil
	})
	return first, last, ok, err
}

// Totals implements [stats.Source].
func (s *Store) Totals(ctx context.Context, first, last stats.Day, f func(stats.Total)) error {
	var held []byte // of each hour the key and the counts
	err := s.view(ctx, "totals", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		for k, v := range between(site.Bucket(bucketTotals), first, last) {
			if len(k) != 5 {
				return ErrCorrupt
			}
			held = append(append(held, k...), v...)
		}
		return nil
	})
	for rest := held; err == nil && len(rest) > 5; {
		t := stats.Total{Day: dayOf(rest), Hour: rest[4]}
		if rest, err = packed.Counts(rest[5:], &t.Counts); err != nil {
			return ErrCorrupt
		}
		if t.Counts != (stats.Counts{}) {
			f(t)
		}
	}
	return err
}

// name cuts the first value off a names blob.
func name(blob string) (value, rest string, err error) {
	n, used := binary.Uvarint([]byte(blob[:min(len(blob), binary.MaxVarintLen64)]))
	if used <= 0 || n > uint64(len(blob)-used) {
		return "", "", ErrCorrupt
	}
	return blob[used : used+int(n)], blob[used+int(n):], nil
}

// Folds implements [stats.Source].
func (s *Store) Folds(ctx context.Context, first, last stats.Day, of ...stats.Dimension) (all []stats.Fold, err error) {
	err = s.view(ctx, "folds", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		for k, v := range between(site.Bucket(bucketFolds), first, last) {
			if all, err = packed.AddFolds(all, v, dayOf(k), of...); err != nil {
				return ErrCorrupt
			}
		}
		return nil
	})
	return all, err
}
