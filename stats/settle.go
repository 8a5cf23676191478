package stats

import (
	"slices"
	"strings"
)

// settling gives what networks were answered on a day its final form in one instance: as Finish does with a whole
// day, of all that the instance counted, and with the number of those who asked, which nobody knows later. A value is told
// with all that was counted under it, or not at all: what has left of it while the day went on is taken back then.
//
// So what an instance leaves of a line is nobody or k visitors, whether it comes to its end or not, and so is
// what all of them together leave.
type settling struct {
	h     *hold
	d     *heldDay
	k     int
	lives int // in which the same visitor may have been counted
	hours [24]Counts
	kept  map[Dimension]map[string]*Counts
	rows  []Row // of a day that goes on: what leaves
}

// settled reports whether what waits of dim is what settle left.
func (h *hold) settled(d *heldDay, dim Dimension) bool {
	return d.ended && dim.asked() && h.options.Floors.Of(dim) > 1
}

// settles reports whether a cut of a day that goes on settles dim: at the end of an import there may be no more of the day.
func (h *hold) settles(dim Dimension, all bool) bool {
	return all && dim.asked() && h.options.Floors.Of(dim) > 1
}

// settle settles a day. What leaves waits for the next cut if the day has ended; otherwise it is returned.
func (h *hold) settle(d *heldDay) []Row {
	s := settling{h: h, d: d, k: h.options.Floors.Of(DimNetCountry), lives: 1 + d.anew, kept: make(map[Dimension]map[string]*Counts)}
	if s.k <= 1 || d.values[DimNetCountry] == nil {
		return nil
	}
	var total Counts
	for hour := range s.hours {
		c := &s.hours[hour]
		*c = d.past[hour]
		c.Add(&d.told[hour])
		c.Add(&d.hours[hour])
		c[Crowd] = c[Askers]
		total.Add(c)
	}
	for _, dim := range [...]Dimension{DimNetCountry, DimNetProvider, DimNetPrefix} {
		s.single(dim, total)
	}
	s.byHour()
	for _, c := range d.crossings[DimNetLatency-firstPair].values {
		full := s.full(DimNetLatency, c)
		s.applyCrossed(DimNetLatency, c, s.kept[DimNetProvider][c.a.value] != nil && !c.a.gone, &full)
	}
	return s.rows
}

// full is all that was counted of people under v.
func (v *held) full() Counts {
	c := people(v.waiting)
	if v.out != nil {
		out := people(*v.out)
		c.Add(&out)
	}
	return c
}

// single settles a dimension.
func (s *settling) single(dim Dimension, total Counts) {
	var rows []Row
	if of := twin(dim); of != 0 {
		s.kept[of] = make(map[string]*Counts)
		for value, v := range s.d.values[of] {
			if c := v.full(); s.h.carries(of, v) {
				s.kept[of][value] = &c
			}
		}
	}
	for value, v := range s.d.values[dim] {
		if s.h.carries(dim, v) && s.open(dim, value) {
			c := v.full()
			c[Crowd], c[Askers] = c[Askers], 0
			rows = append(rows, Row{Day: s.d.day, Dim: dim, Value: value, Counts: c})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Value, b.Value) })
	fold(s.d.day, dim, s.k, s.lives, dim.Whole(total), rows, s.kept)
	s.kept[dim] = make(map[string]*Counts)
	for i := range rows {
		if c := &rows[i].Counts; !c.IsZero() {
			c[Askers] = c[Crowd]
			s.kept[dim][rows[i].Value] = c
		}
	}
	for value, v := range s.d.values[dim] {
		s.apply(dim, v, s.kept[dim][value] != nil)
	}
}

// open reports whether a value may be told beside its twin: that tells it, or knows of nobody there.
func (s *settling) open(dim Dimension, value string) bool {
	of := twin(dim)
	if of == 0 || s.kept[of][value] != nil {
		return true
	}
	other := s.d.values[of][value]
	return other != nil && other.full()[Visitors] == 0
}

// apply lets the rest of v leave, or takes back what has left. Of a day that goes on it is remembered what was taken back.
func (s *settling) apply(dim Dimension, v *held, told bool) {
	var left, leaves Counts
	if v.out != nil {
		left = people(*v.out)
	}
	if leaves = people(v.waiting); told {
		leaves[Crowd] = int64(s.k) - left[Crowd]
	} else {
		leaves = Counts{}
		leaves.Sub(&left)
	}
	leaves[Bots] = v.waiting[Bots]
	if s.d.ended {
		if !told {
			s.h.folded[dim].Held += people(v.waiting)[Requests] + left[Requests]
			v.carried = max(v.carried, int64(s.k)) // so that what is taken back leaves
		}
		if v.waiting = leaves; !v.waiting.IsZero() {
			v.waiting[Askers] = 0
			s.d.wait(dim, v)
		}
		return
	}
	s.d.note(dim, v, &leaves)
	if v.out == nil {
		v.out = new(Counts)
	}
	v.out.Add(&leaves)
	if v.waiting.Sub(&leaves); v.waiting[Requests] != 0 && s.h.carries(dim, v) {
		s.d.wait(dim, v)
	}
	v.waiting[Crowd], leaves[Askers] = 0, 0
	s.row(dim, v.value, &leaves)
}

// wait puts v among the values of which something may leave.
func (d *heldDay) wait(dim Dimension, v *held) {
	if !v.ready {
		v.ready = true
		d.ready[dim] = append(d.ready[dim], v)
	}
}

// row lets a row leave.
func (s *settling) row(dim Dimension, value string, c *Counts) {
	if !c.IsZero() {
		s.rows = append(s.rows, Row{Day: s.d.day, Dim: dim, Value: value, Counts: *c})
	}
}

// byHour settles the hours of providers.
func (s *settling) byHour() {
	values := s.d.crossings[DimNetHour-firstPair].values
	var rows []Row
	for _, c := range values {
		if s.h.may(DimNetHour, c) {
			rows = append(rows, Row{Day: s.d.day, Dim: DimNetHour, Value: JoinPair(c.a.value, c.b.value), Counts: s.full(DimNetHour, c)})
		}
	}
	settled := Closing{Day: s.d.day}
	settled.finishPair(crossFolder{
		folder: folder{dim: DimNetHour, k: s.k, rest: s.k * s.lives, rows: rows}, kept: s.kept, hours: &s.hours, crowd: s.crowds(values),
	}, maxPairs)
	told := s.kept[DimNetHour]
	for _, c := range values {
		full := s.full(DimNetHour, c)
		s.applyCrossed(DimNetHour, c, told[JoinPair(c.a.value, c.b.value)] != nil, &full)
	}
}

// crowds returns how many asked from a provider in an hour, or from all that are not told.
func (s *settling) crowds(values map[uint64]*crossed) func(at [2]string) int64 {
	sums := make(map[[2]string]*crossed)
	for _, c := range values {
		at := [2]string{c.a.value, c.b.value}
		if s.kept[DimNetProvider][at[0]] == nil {
			at[0] = others
		}
		sum := sums[at]
		if sum == nil {
			sum = &crossed{}
			sums[at] = sum
		}
		sum.lots |= c.lots
		sum.visitors += c.visitors
	}
	return func(at [2]string) int64 {
		if c := sums[at]; c != nil {
			return c.crowd()
		}
		return 0
	}
}

// full is all that may be told of c.
func (s *settling) full(dim Dimension, c *crossed) (full Counts) {
	errors := dim != DimNetHour || s.h.troubles(c)
	for i, m := range requestJoint {
		full[m] = c.waiting[i]
		if c.out != nil {
			full[m] += c.out[i]
		}
		if !errors && (m == Rejects || m == Faults) {
			full[m] = 0
		}
	}
	full[Crowd] = c.crowd()
	return full
}

// applyCrossed is as apply. full is all that is told of c.
func (s *settling) applyCrossed(dim Dimension, c *crossed, told bool, full *Counts) {
	var left, leaves jointCounts
	if c.out != nil {
		left = *c.out
	}
	for i, m := range requestJoint {
		if leaves[i] = -left[i]; told {
			leaves[i] += full[m]
		}
	}
	if c.withheld = !told; s.d.ended {
		c.waiting = leaves
		return
	}
	if !c.left && !told {
		return
	}
	for i := range leaves {
		c.waiting[i] -= leaves[i]
		left[i] += leaves[i]
	}
	c.out, c.left = &left, true
	counts := Counts{}
	for i, m := range requestJoint {
		counts[m] = leaves[i]
	}
	if counts[Askers] = 0; dim == DimNetHour {
		if counts[Crowd] = -c.told; told {
			counts[Crowd] += int64(s.k)
		}
		c.told += counts[Crowd]
	}
	c.withheld = false
	s.row(dim, JoinPair(c.a.value, c.b.value), &counts)
}
