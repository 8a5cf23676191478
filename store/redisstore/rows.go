package redisstore

import (
	"context"
	"errors"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

const (
	// monthsAhead is how many months are asked for in one round trip.
	monthsAhead = 12
	// patience is how often a month is read again that was packed anew meanwhile.
	patience = 8
)

// Rows implements [stats.Source].
func (s *Store) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	return s.Select(ctx, stats.Selection{Dim: dim, First: first, Last: last, ByDay: true}, func(r stats.Row, _ bool) { f(r) })
}

// Select implements [stats.Source].
func (s *Store) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	var days []heldDay
	err := s.call(ctx, "rows", func(ctx context.Context) (err error) {
		days, err = s.days(ctx, sel.First, sel.Last)
		return err
	})
	for len(days) > 0 && err == nil {
		n, single := 0, 0
		for months := 0; n < len(days); n++ {
			if n == 0 || packed.FirstOf(days[n].day) != packed.FirstOf(days[n-1].day) {
				if months++; months > monthsAhead || single > readAhead {
					break
				}
			}
			if !days[n].packed {
				single++
			}
		}
		if err = s.read(ctx, days[:n], &sel, f); err == nil {
			days = days[n:]
		}
	}
	return err
}

// resting is what one day or one month of a dimension is read from.
type resting struct {
	day    heldDay
	blob   *redis.StringCmd          // of a closed day
	counts *redis.MapStringStringCmd // of an open one
	names  *redis.StringSliceCmd
	month  *month // that may hold it
}

type month struct {
	first stats.Day
	sums  *redis.StringCmd
	packed.Month
	at, n int // the part of its cells that is wanted
	cells *redis.StringCmd
	head  *redis.StringCmd
}

// read reads days of whole months: their sums and what is not packed at one moment, then the cells that are needed. Where
// a month was packed anew between the two, all is read again.
func (s *Store) read(ctx context.Context, days []heldDay, sel *stats.Selection, f func(r stats.Row, below bool)) error {
	for range patience {
		var list []resting
		var months []*month
		fits := false
		err := s.call(ctx, "rows", func(ctx context.Context) (err error) {
			if list, months, err = s.ask(ctx, days, sel.Dim); err == nil {
				fits, err = s.cells(ctx, months, sel)
			}
			return err
		})
		if err != nil {
			return err
		}
		if fits {
			return tell(list, months, sel, f)
		}
	}
	return errors.New("redisstore: rows: a month is packed again and again: is more than one program closing days?")
}

// ask reads sums and days.
func (s *Store) ask(ctx context.Context, days []heldDay, dim stats.Dimension) (list []resting, months []*month, err error) {
	err = s.atOnce(ctx, func(p redis.Pipeliner) {
		for _, d := range days {
			first := packed.FirstOf(d.day)
			if len(months) == 0 || months[len(months)-1].first != first {
				months = append(months, &month{first: first, sums: p.Get(ctx, s.key("m", first, dim))})
			}
			if d.packed {
				continue
			}
			r := resting{day: d, month: months[len(months)-1], blob: p.Get(ctx, s.key("z", d.day, dim))} // an open day may be closed meanwhile
			if !d.closed {
				r.counts, r.names = p.HGetAll(ctx, s.key("d", d.day, dim)), p.LRange(ctx, s.key("n", d.day, dim), 0, -1)
			}
			list = append(list, r)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	for _, m := range months {
		if m.sums.Val() == "" {
			continue
		}
		if m.Month, err = packed.ReadMonth(m.sums.Val(), dim, m.first); err != nil {
			return nil, nil, ErrCorrupt
		}
	}
	return list, months, nil
}

// cells reads the cells that are wanted; fits is false where they are not those of the sums.
func (s *Store) cells(ctx context.Context, months []*month, sel *stats.Selection) (fits bool, err error) {
	wanted := 0
	for _, m := range months {
		if m.at, m.n, err = m.Wanted(sel); err != nil {
			return false, ErrCorrupt
		}
		wanted += m.n
	}
	if wanted == 0 {
		return true, nil
	}
	err = s.atOnce(ctx, func(p redis.Pipeliner) {
		for _, m := range months {
			if m.n > 0 {
				m.head = p.GetRange(ctx, s.key("m", m.first, sel.Dim), 0, packed.HeadSize-1)
				m.cells = p.GetRange(ctx, s.key("v", m.first, sel.Dim), int64(m.at), int64(m.at+m.n-1))
			}
		}
	})
	if err != nil {
		return false, err
	}
	for _, m := range months {
		if m.n > 0 && m.head.Val() != m.sums.Val()[:packed.HeadSize] {
			return false, nil
		}
	}
	return true, nil
}

// tell calls f for what was read.
func tell(list []resting, months []*month, sel *stats.Selection, f func(r stats.Row, below bool)) error {
	for _, m := range months {
		cells := ""
		if m.n > 0 {
			cells = m.cells.Val()
		}
		if err := m.Rows(sel, cells, m.at, f); err != nil {
			return ErrCorrupt
		}
	}
	for _, r := range list {
		if r.month.Holds(r.day.day) {
			continue
		}
		var err error
		if blob := r.blob.Val(); blob != "" {
			err = packed.Select(blob, r.day.day, sel, f)
		} else if r.counts != nil {
			err = open(r.day.day, r.counts.Val(), r.names.Val(), sel, f)
		}
		if err != nil {
			return ErrCorrupt
		}
	}
	return nil
}

func open(day stats.Day, counts map[string]string, names []string, sel *stats.Selection, f func(r stats.Row, below bool)) error {
	row := stats.Row{Day: day, Dim: sel.Dim}
	for field, text := range counts {
		id, err := strconv.Atoi(field)
		if err != nil || id < 1 || id > len(names) {
			return ErrCorrupt
		}
		if row.Value = names[id-1]; !sel.Match.Has(row.Value) {
			continue
		}
		if row.Counts, err = parseCounts(text); err != nil {
			return err
		}
		if !row.Counts.IsZero() {
			f(row, sel.Below(&row.Counts))
		}
	}
	return nil
}

// key returns the key of a dimension on a day, or in the month that begins with it.
func (s *Store) key(kind string, day stats.Day, dim stats.Dimension) string {
	return s.k + kind + ":" + strconv.Itoa(int(day)) + ":" + strconv.Itoa(int(dim))
}
