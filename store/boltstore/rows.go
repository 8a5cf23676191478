package boltstore

import (
	"context"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// held is the rows of one day of a dimension as they rest, or of one month.
type held struct {
	day           stats.Day
	packed        string   // of a closed day
	names, counts []string // of an open one, by block
	month         *packed.Month
	cells         string // the part of its cells that begins at at
	at            int
}

// Rows implements [stats.Source].
func (s *Store) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	return s.Select(ctx, stats.Selection{Dim: dim, First: first, Last: last, ByDay: true}, func(r stats.Row, _ bool) { f(r) })
}

// Select implements [stats.Source].
func (s *Store) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	for rest, more := sel, true; more; {
		var list []held
		err := s.view(ctx, "rows", func(_ *bbolt.Tx, site *bbolt.Bucket) (err error) {
			list, rest.First, more, err = hold(site, &rest)
			return err
		})
		if err != nil {
			return err
		}
		for i := range list {
			if err := list[i].rows(&sel, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold copies days and months out of the database until there is enough for now, and says where to go on.
func hold(site *bbolt.Bucket, sel *stats.Selection) (list []held, next stats.Day, more bool, err error) {
	size, month, read := 0, firstDay, false
	for k, state := range between(site.Bucket(bucketDays), sel.First, sel.Last) {
		day := dayOf(k)
		if first := packed.FirstOf(day); first != month {
			if size > readAhead {
				return list, day, true, nil
			}
			month, read = first, false
		}
		h := held{day: day}
		switch {
		case string(state) == string(rune(dayOpen)):
			for _, v := range prefixed(site.Bucket(bucketNames), groupKey(sel.Dim, day)) {
				h.names = append(h.names, string(v))
				size += len(v)
			}
			for _, v := range prefixed(site.Bucket(bucketCounts), groupKey(sel.Dim, day)) {
				h.counts = append(h.counts, string(v))
				size += len(v)
			}
		case string(state) != string(rune(dayPacked)):
			h.packed = pieces(site.Bucket(bucketPacked), groupKey(sel.Dim, day))
			size += len(h.packed)
		case !read:
			n, err := h.hold(site, sel, month)
			if err != nil {
				return nil, 0, false, err
			}
			size, read = size+n, true
		default:
			continue
		}
		list = append(list, h)
	}
	return list, 0, false, nil
}

// hold copies a month, as much of it as is needed, and returns its size.
func (h *held) hold(site *bbolt.Bucket, sel *stats.Selection, month stats.Day) (int, error) {
	key := groupKey(sel.Dim, month)
	sums := pieces(site.Bucket(bucketSums), key)
	if sums == "" {
		return 0, nil
	}
	m, err := packed.ReadMonth(sums, sel.Dim, month)
	if err != nil {
		return 0, ErrCorrupt
	}
	at, n, err := m.Wanted(sel)
	if err != nil {
		return 0, ErrCorrupt
	}
	h.month, h.at, h.cells = &m, at, part(site.Bucket(bucketCells), key, at, n)
	return len(sums) + n, nil
}

func (h *held) rows(sel *stats.Selection, f func(r stats.Row, below bool)) (err error) {
	switch {
	case h.month != nil:
		err = h.month.Rows(sel, h.cells, h.at, f)
	case h.packed != "":
		err = packed.Select(h.packed, h.day, sel, f)
	default:
		err = h.open(sel, f)
	}
	if err != nil {
		return ErrCorrupt
	}
	return nil
}

func (h *held) open(sel *stats.Selection, f func(r stats.Row, below bool)) error {
	if len(h.names) != len(h.counts) {
		return ErrCorrupt
	}
	row := stats.Row{Day: h.day, Dim: sel.Dim}
	for i, names := range h.names {
		var err error
		for counts := h.counts[i]; len(names) > 0 && len(counts) > 0; {
			if row.Value, names, err = name(names); err != nil {
				return err
			}
			if counts, err = packed.Counts(counts, &row.Counts); err != nil {
				return err
			}
			if row.Counts != (stats.Counts{}) && sel.Match.Has(row.Value) {
				f(row, sel.Below(&row.Counts))
			}
		}
	}
	return nil
}
