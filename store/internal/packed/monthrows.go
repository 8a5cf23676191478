package packed

import (
	"math/bits"

	"github.com/kelisim/kelisim/stats"
)

// Wanted says which part of the cells [Month.Rows] needs for a selection: from at on, n bytes; 0 for none.
func (m *Month) Wanted(sel *stats.Selection) (at, n int, err error) {
	days := m.within(sel)
	if days == 0 || sel.Match.All() && m.sumsDo(sel, days) {
		return 0, 0, nil
	}
	end := 0
	s := m.scan()
	for {
		ok, err := s.next()
		if err != nil {
			return 0, 0, err
		}
		if !ok || sel.Match.Past(view(s.value)) {
			return at, end - at, nil
		}
		if s.n > 0 && s.days&days != 0 && sel.Match.Has(view(s.value)) && s.told(sel, days) == byCells {
			if end == 0 {
				at = s.at
			}
			end = s.at + s.n
		}
		if err := s.skip(); err != nil {
			return 0, 0, err
		}
	}
}

// within returns the days of the selection that lie here.
func (m *Month) within(sel *stats.Selection) uint32 {
	days := m.days
	if sel.First > m.first {
		days &= ^uint32(0) << min(32, uint(int64(sel.First)-int64(m.first)))
	}
	if n := int64(sel.Last) - int64(m.first) + 1; n < DaysOfMonth {
		days &= 1<<max(0, n) - 1
	}
	return days
}

// sumsDo reports whether no value needs its cells.
func (m *Month) sumsDo(sel *stats.Selection, asked uint32) bool {
	return !sel.ByDay && m.days&^asked == 0 && (!m.floored(sel) || m.stands && sel.K == sharedFloor)
}

// What a selection is told of a value from.
type telling uint8

const (
	bySum   telling = iota // which no day below the floor is in
	byBelow                // the sum, in which all are
	byBoth                 // the sum, and what those below count of it
	byCells
)

// told says from what the days of the value that are asked for are told.
func (s *scan) told(sel *stats.Selection, asked uint32) telling {
	switch {
	case sel.ByDay || s.days&^asked != 0:
		return byCells
	case !s.m.floored(sel), s.stands == standAbove && sel.K <= sharedFloor:
		return bySum
	case s.stands == standBelow && sel.K >= sharedFloor:
		return byBelow
	case s.stands == standBoth && sel.K == sharedFloor:
		return byBoth
	default:
		return byCells
	}
}

// floored reports whether some days may be below the floor of a selection.
func (m *Month) floored(sel *stats.Selection) bool { return sel.Floored() && m.least < sel.K }

// Rows calls f for what is selected. cells is the part that [Month.Wanted] asked for, which begins at at. The values
// may be kept, the rest is valid during the call only. Rows that count nothing are left out.
func (m *Month) Rows(sel *stats.Selection, cells string, at int, f func(r stats.Row, below bool)) error {
	days := m.within(sel)
	if days == 0 {
		return nil
	}
	var texts arena
	adder := m.adder(sel, days)
	row := stats.Row{Dim: sel.Dim}
	for s := m.scan(); ; {
		ok, err := s.next()
		if err != nil || !ok || sel.Match.Past(view(s.value)) {
			return err
		}
		if s.days&days == 0 || !sel.Match.Has(view(s.value)) {
			if err := s.skip(); err != nil {
				return err
			}
			continue
		}
		row.Counts = stats.Counts{}
		if err := s.sum(&row.Counts); err != nil {
			return err
		}
		row.Value, row.Day = texts.keep(s.value), m.first+stats.Day(bits.TrailingZeros32(s.days&days))
		if told := s.told(sel, days); told != byCells {
			if err := m.bySums(&s, told, row, f); err != nil {
				return err
			}
			continue
		}
		own := ""
		if s.n > 0 {
			if s.at < at || s.at+s.n > at+len(cells) {
				return ErrCorrupt
			}
			own = cells[s.at-at : s.at-at+s.n]
		}
		if sel.ByDay {
			err = m.byDay(own, s.days, days, row, f)
		} else if err = adder.add(own, s.days, &row.Counts); err == nil {
			adder.tell(row, f)
		}
		if err != nil {
			return err
		}
	}
}

// bySums calls f for a value of which no cells are needed; row holds its sum, as it is written.
func (m *Month) bySums(s *scan, told telling, row stats.Row, f func(r stats.Row, below bool)) error {
	if told == byBoth {
		under := row
		under.Counts = stats.Counts{}
		if _, err := m.readColumns(s.below, &under.Counts, s.under); err != nil {
			return err
		}
		row.Counts.Sub(&under.Counts)
		if m.give(&under.Counts); !under.Counts.IsZero() {
			f(under, true)
		}
	}
	if m.give(&row.Counts); !row.Counts.IsZero() {
		f(row, told == byBelow)
	}
	return nil
}

// byDay calls f for each day of a value that is asked for; row holds its sum.
func (m *Month) byDay(cells string, days, asked uint32, row stats.Row, f func(r stats.Row, below bool)) error {
	sum := row.Counts
	return m.cells(cells, days, &sum, func(day int, c *stats.Counts) {
		if asked>>day&1 == 1 && !c.IsZero() {
			row.Day, row.Counts = m.first+stats.Day(day), *c
			f(row, false)
		}
	})
}

// Select calls f for what is selected of the rows of one day, as [AppendRows] wrote them. The values may be kept, the
// rest is valid during the call only.
func Select(blob string, day stats.Day, sel *stats.Selection, f func(r stats.Row, below bool)) error {
	row := stats.Row{Day: day, Dim: sel.Dim}
	if sel.Match.All() {
		return Rows(blob, func(value string, c *stats.Counts) {
			row.Value, row.Counts = value, *c
			f(row, sel.Below(c))
		})
	}
	s, err := newDaySource(blob, 0)
	if err != nil {
		return err
	}
	var texts arena
	for {
		ok, err := s.next()
		if err != nil || !ok || sel.Match.Past(view(s.value)) {
			return err
		}
		if sel.Match.Has(view(s.value)) {
			row.Value, row.Counts = texts.keep(s.value), s.now
			f(row, sel.Below(&s.now))
		}
	}
}
