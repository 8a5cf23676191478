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
	var totals []stats.Total
	err := s.view(ctx, "totals", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		for k, v := range between(site.Bucket(bucketTotals), first, last) {
			t := stats.Total{Day: dayOf(k)}
			if _, err := packed.Counts(v, &t.Counts); err != nil || len(k) != 5 {
				return ErrCorrupt
			}
			t.Hour = k[4]
			if t.Counts != (stats.Counts{}) {
				totals = append(totals, t)
			}
		}
		return nil
	})
	for _, t := range totals {
		f(t)
	}
	return err
}

// heldDay is the rows of one day and dimension as they rest.
type heldDay struct {
	day           stats.Day
	packed        []byte   // of a closed day
	names, counts []string // of an open one, by block
}

// Rows implements [stats.Source].
func (s *Store) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	for more := true; more; {
		var held []heldDay
		err := s.view(ctx, "rows", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
			held, first, more = hold(site, dim, first, last)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range held {
			if err := held[i].rows(dim, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold copies days out of the database until there is enough for now, and says where to go on.
func hold(site *bbolt.Bucket, dim stats.Dimension, first, last stats.Day) (held []heldDay, next stats.Day, more bool) {
	size := 0
	for k, state := range between(site.Bucket(bucketDays), first, last) {
		day := dayOf(k)
		if size > readAhead {
			return held, day, true
		}
		h := heldDay{day: day}
		prefix := groupKey(dim, day)
		if string(state) != string(rune(dayOpen)) {
			var blob []byte
			for _, v := range prefixed(site.Bucket(bucketPacked), prefix) {
				blob = append(blob, v...)
			}
			h.packed = blob
			size += len(blob)
		} else {
			for _, v := range prefixed(site.Bucket(bucketNames), prefix) {
				h.names = append(h.names, string(v))
				size += len(v)
			}
			for _, v := range prefixed(site.Bucket(bucketCounts), prefix) {
				h.counts = append(h.counts, string(v))
				size += len(v)
			}
		}
		held = append(held, h)
	}
	return held, 0, false
}

func (h *heldDay) rows(dim stats.Dimension, f func(stats.Row)) error {
	row := stats.Row{Day: h.day, Dim: dim}
	if h.packed != nil {
		err := packed.Rows(h.packed, func(value string, c *stats.Counts) {
			row.Value, row.Counts = value, *c
			f(row)
		})
		if err != nil {
			return ErrCorrupt
		}
		return nil
	}
	if len(h.names) != len(h.counts) {
		return ErrCorrupt
	}
	for i, names := range h.names {
		var err error
		for counts := h.counts[i]; len(names) > 0 && len(counts) > 0; {
			if row.Value, names, err = name(names); err != nil {
				return err
			}
			if counts, err = packed.Counts(counts, &row.Counts); err != nil {
				return ErrCorrupt
			}
			if row.Counts != (stats.Counts{}) {
				f(row)
			}
		}
	}
	return nil
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
func (s *Store) Folds(ctx context.Context, first, last stats.Day) (all []stats.Fold, err error) {
	err = s.view(ctx, "folds", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		for k, v := range between(site.Bucket(bucketFolds), first, last) {
			folds, err := packed.Folds(v, dayOf(k))
			if err != nil {
				return ErrCorrupt
			}
			all = append(all, folds...)
		}
		return nil
	})
	return all, err
}
