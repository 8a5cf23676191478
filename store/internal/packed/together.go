package packed

import (
	"errors"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// ErrTwice is returned where two blobs that are to be laid together hold the same day.
var ErrTwice = errors.New("packed: a day rests twice")

// DayBlob is the rows of one closed day, as [AppendRows] wrote them.
type DayBlob struct {
	Day  stats.Day
	Blob string
}

// MonthBlobs are the rows of a month, as [Together] wrote them; both empty for none.
type MonthBlobs struct{ Sums, Cells string }

// Together lays days of the month that begins with first together, with what was laid together of it before,
// and leaves out what is before the day from. Both blobs are empty if nothing is counted. They depend on
// the counts only, not on how these came, and have been read back: the days may go. Memory: the blobs and one value at a time.
func Together(dim stats.Dimension, first stats.Day, days []DayBlob, before MonthBlobs, from stats.Day) (MonthBlobs, error) {
	g := gathering{dim: dim, kept: ^uint32(0)}
	if from > first {
		g.kept <<= min(32, uint(from-first))
	}
	for _, d := range days {
		g.inputs = append(g.inputs, func() (source, uint32, error) {
			s, err := newDaySource(d.Blob, int(d.Day-first))
			return s, 1 << min(uint32(d.Day-first), DaysOfMonth), err
		})
	}
	if before.Sums != "" {
		m, err := ReadMonth(before.Sums, dim, first)
		if err != nil {
			return MonthBlobs{}, err
		}
		if !m.Fits(before.Cells) {
			return MonthBlobs{}, ErrCorrupt
		}
		g.inputs = append(g.inputs, func() (source, uint32, error) {
			return &monthSource{scan: m.scan(), cellsOf: before.Cells}, m.days, nil
		})
	}
	if err := g.survey(); err != nil || g.values == 0 {
		return MonthBlobs{}, err
	}
	m, err := g.write()
	if err != nil {
		return MonthBlobs{}, err
	}
	return m, g.verify(first, m)
}

// source is one blob that is laid together with others: its values in order, each with its days.
type source interface {
	// next goes on to the next value.
	next() (ok bool, err error)
	// key is the value, until next.
	key() []byte
	// cell calls f for each day of the value, once for a value.
	cell(f func(day int, c *stats.Counts)) error
}

// together is one value of the month.
type together struct {
	value []byte
	days  uint32
	on    [DaysOfMonth]stats.Counts
}

// gathering goes through the values of all sources twice: to find out how they are best written, and to write them.
type gathering struct {
	layout
	dim     stats.Dimension
	kept    uint32 // days that are not left out
	inputs  []func() (source, uint32, error)
	days    uint32
	values  uint64
	least   int64
	seconds []string
}

// each calls f for each value of all sources, in order.
func (g *gathering) each(f func(*together)) error {
	var live []source
	g.days = 0
	for _, open := range g.inputs {
		s, days, err := open()
		if err != nil {
			return err
		}
		if g.days&days != 0 {
			return ErrTwice
		}
		g.days |= days
		if ok, err := s.next(); err != nil {
			return err
		} else if ok {
			live = append(live, s)
		}
	}
	g.days &= g.kept
	var t together
	for len(live) > 0 {
		t.value, t.days = append(t.value[:0], slices.MinFunc(live, func(a, b source) int { return strings.Compare(view(a.key()), view(b.key())) }).key()...), 0
		for i := 0; i < len(live); {
			ok, err := g.advance(&t, live[i])
			if err != nil {
				return err
			}
			if ok {
				i++
			} else {
				live = slices.Delete(live, i, i+1)
			}
		}
		if t.days != 0 {
			f(&t)
		}
	}
	return nil
}

// advance adds what s counted of t's value and goes on, if that is where s stands; ok is false where it has ended.
func (g *gathering) advance(t *together, s source) (ok bool, err error) {
	if string(s.key()) != string(t.value) {
		return true, nil
	}
	err = s.cell(func(day int, c *stats.Counts) {
		if g.kept>>day&1 == 1 && !c.IsZero() {
			t.days |= 1 << day
			t.on[day] = *c
		}
	})
	if err != nil {
		return false, err
	}
	ok, err = s.next()
	if ok && view(s.key()) <= view(t.value) {
		return false, ErrCorrupt // not in order
	}
	return ok, err
}
