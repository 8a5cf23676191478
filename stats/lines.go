package stats

import (
	"cmp"
	"slices"
	"strings"
)

// A line is what counts several values together: all visitors, beside the countries; a country, beside its regions; a
// page, beside the countries it was seen from. Totals leave at once, so that whoever reads them next to the rows
// can subtract. While a day goes on k visitors of each line stay in memory, therefore: at no moment do the rows at rest
// leave a rest of one. When the day is over all leaves that may, and what a subtraction would still show
// is folded: see [Finish].

// under puts v into the line of a coarser value.
func (v *held) under(line *held) {
	if v != nil && line != nil {
		v.line = line
	}
}

// persons returns the measure in which the floor of a dimension counts.
func (d Dimension) persons() Measure {
	if d.asked() {
		return Askers
	}
	return Visitors
}

// note keeps account of what has left.
func (d *heldDay) note(dim Dimension, v *held, c *Counts) {
	visitors := c[dim.persons()]
	v.let += visitors
	if v.line != nil {
		v.line.below += visitors
	} else {
		d.let[dim] += visitors
	}
}

// rest is how many visitors of a line are in no row that has left; nil is the line of all.
func (d *heldDay) rest(dim Dimension, line *held) (n int64) {
	if line != nil {
		return line.let - line.below
	}
	for hour := range d.told {
		n += d.told[hour][dim.persons()] - d.lag.unseen[hour][dim.persons()]
	}
	return n - d.let[dim]
}

// everybody is kept back of a value that does not leave at all.
const everybody = -1

// keepBack takes n visitors, with a page view or a request each, out of what leaves.
func (v *held) keepBack(dim Dimension, c *Counts, n int64) {
	back := Counts{Views: n, Requests: n}
	if back[dim.persons()] = n; dim.asked() { // who asked somewhere else first is not counted here
		back[Requests], back[Askers] = min(n, c[Requests]), min(n, c[Askers])
	}
	dim.counted().keep(&back)
	c.Sub(&back)
	v.waiting.Add(&back)
	v.ready = true
}

// keepBack is the same for a value of a pair.
func (c *crossed) keepBack(dim Dimension, out *Counts, n int64) {
	if n > 0 {
		for _, i := range [...]int{0, jointVisitors} {
			c.waiting[i] += n
			out[dim.joint()[i]] -= n
		}
	}
}

// lines returns how many visitors are kept back of the values that would leave, so that each line keeps k: those with
// the most visitors leave first. What leaves of a value is k visitors in all and at least so many page views now, or nothing.
func (h *hold) lines(d *heldDay, dim Dimension, least int64) map[*held]int64 {
	if specs[dim].Signal { // no total counts them
		return nil
	}
	var leaving []*held
	persons := dim.persons()
	for _, v := range d.ready[dim] {
		if v.waiting[Views] >= least && v.waiting[persons] > 0 && h.carries(dim, v) {
			leaving = append(leaving, v)
		}
	}
	slices.SortFunc(leaving, func(a, b *held) int {
		return cmp.Or(cmp.Compare(b.waiting[persons], a.waiting[persons]), strings.Compare(a.value, b.value))
	})
	k, rest, back := int64(h.options.Floors.Of(dim)), make(map[*held]int64), make(map[*held]int64)
	for _, v := range leaving {
		left, ok := rest[v.line]
		if !ok {
			left = d.rest(dim, v.line)
		}
		n := v.waiting[persons]
		keep := max(0, k-(left-n))
		if keep >= n && v.let >= k { // what those did who are told already
			keep = n
		}
		if keep > n || v.let+n-keep < k || v.waiting[Views]-keep < least || specs[dim].Parent != 0 && v.line == nil {
			back[v] = everybody
		} else {
			back[v] = keep
			left -= n - keep
		}
		rest[v.line] = left
	}
	return back
}

// crossedLines returns how many visitors are kept back of the values of a pair that would leave: as lines does, of
// what either half counts.
func (h *hold) crossedLines(d *heldDay, dim Dimension) map[*crossed]int64 {
	k := int64(h.options.Floors.Of(dim))
	if k <= 1 || dim == DimNetLatency { // of which no half is told of visitors
		return nil
	}
	rest, back := make(map[*held]int64), make(map[*crossed]int64)
	var leaving []*crossed
	for _, c := range d.crossings[dim-firstPair].values {
		for i, half := range [...]*held{c.a, c.b} {
			if _, ok := rest[half]; !ok {
				rest[half] = half.let
				if pairSpecs[dim-firstPair].Pair[i] == dimHour {
					hour, persons := hourOfName(half.value), pairSpecs[dim-firstPair].Pair[0].persons()
					rest[half] = d.told[hour][persons] - d.lag.unseen[hour][persons]
				}
			}
			rest[half] -= c.let()
		}
		if h.may(dim, c) {
			leaving = append(leaving, c)
		}
	}
	slices.SortFunc(leaving, func(a, b *crossed) int {
		return cmp.Or(cmp.Compare(b.waiting[jointVisitors], a.waiting[jointVisitors]), strings.Compare(a.a.value, b.a.value), strings.Compare(a.b.value, b.b.value))
	})
	for _, c := range leaving {
		n, left := c.waiting[jointVisitors], min(rest[c.a], rest[c.b])
		keep := max(0, k-(left-n))
		if keep > 0 && keep >= n || max(c.let()+n-keep, c.toTell()) < k {
			back[c] = everybody
			continue
		}
		back[c] = keep
		rest[c.a] -= n - keep
		rest[c.b] -= n - keep
	}
	return back
}

// let is how many visitors of c have left.
func (c *crossed) let() int64 {
	if !c.left {
		return 0
	}
	return c.visitors - c.waiting[jointVisitors]
}
