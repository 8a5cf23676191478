package stats

import "math/bits"

// crossed is one value of a pair on one day: what waits in memory, and how many visitors carry it.
type crossed struct {
	a, b     *held
	lots     uint64 // of the visitors who viewed, or asked
	troubled uint64 // of [DimNetHour]: those of them whose requests failed
	told     int64  // of the crowd, what has left
	visitors int64  // of the day
	waiting  jointCounts
	left     bool         // it may be at rest
	lagging  int32        // where it is among those that lag behind, plus 1
	out      *jointCounts // of what networks were answered: what has left on this day
	withheld bool         // what has left is taken back: see settle
}

// jointCounts are what is counted of a pair, by its joint measures.
type jointCounts [5]int64

// The joint measures of pairs of page views, and of pairs of requests. They are never written to.
var (
	viewJoint    = [5]Measure{Views, Visits, jointVisitors: Visitors, Bounces, Seconds}
	requestJoint = [5]Measure{Requests, Slow, jointVisitors: Askers, Rejects, Faults}
)

// jointVisitors is where visitors are counted.
const jointVisitors = 2

func (d Dimension) joint() *[5]Measure {
	if d == DimNetHour || d == DimNetLatency {
		return &requestJoint
	}
	return &viewJoint
}

// crossing is the values of one pair on one day.
type crossing struct {
	values map[uint64]*crossed // by the numbers of both halves
	rare   []uint64            // in the order in which they came; those that have left are skipped
}

// crowd is how many visitors carry c, or fewer.
func (c *crossed) crowd() int64 { return max(int64(bits.OnesCount64(c.lots)), c.visitors) }

// counts returns what waits.
func (c *crossed) counts(dim Dimension) (out Counts) {
	for i, m := range dim.joint() {
		out[m] = c.waiting[i]
	}
	out[Crowd] = c.toTell() - c.told
	if dim.asked() {
		out[Crowd] = 0
	}
	return out
}

// tellable returns what waits and may be told of a value that may. An hour says more than a day: what went wrong
// for a provider in it is told once it went wrong for k visitors.
func (h *hold) tellable(dim Dimension, c *crossed) Counts {
	out := c.counts(dim)
	if dim != DimNetHour {
		return out
	}
	switch floor := int64(h.options.Floors.Of(dim)); {
	case c.withheld:
		out[Crowd] = -c.told
	default:
		out[Crowd] = floor - c.told
		if !h.troubles(c) {
			out[Rejects], out[Faults] = 0, 0
		}
	}
	return out
}

// troubles reports whether what went wrong for a provider in an hour went wrong for k visitors.
func (h *hold) troubles(c *crossed) bool {
	return bits.OnesCount64(c.troubled) >= h.options.Floors.Of(DimNetHour)
}

// release takes out what may be told.
func (h *hold) releaseCrossed(dim Dimension, c *crossed) Counts {
	out := h.tellable(dim, c)
	for i, m := range dim.joint() {
		c.waiting[i] -= out[m]
	}
	if c.left = true; dim.asked() {
		c.told += out[Crowd]
	} else {
		c.told = c.toTell()
	}
	return out
}

// toTell is how many of the crowd are told: none where visitors of the day tell of as many.
func (c *crossed) toTell() int64 {
	if n := int64(bits.OnesCount64(c.lots)); n > c.visitors {
		return n
	}
	return 0
}

// cross adds to one pair what visitors of the given lots did, of whom some met trouble. Where the pair is full, the oldest value of which nothing has left makes room.
func (h *hold) cross(d *heldDay, dim Dimension, a, b *held, add *jointCounts, lots, troubled uint64) {
	if a == nil || b == nil {
		return // one half is left to "other", and the pair with it
	}
	if a.aside() || b.aside() { // and may be gone soon
		h.uncrossed++
		return
	}
	x := &d.crossings[dim-firstPair]
	key := crossKey(a, b)
	c := x.values[key]
	if c == nil {
		if len(a.value)+len(b.value)+1 > MaxValue || len(x.values) >= pairSpecs[dim-firstPair].Cap && !x.evict() {
			h.uncrossed++
			return
		}
		if x.values == nil {
			x.values = make(map[uint64]*crossed)
		}
		c = &crossed{a: a, b: b}
		x.values[key] = c
		x.rare = append(x.rare, key)
	}
	if h.lags(d) {
		d.lag.laterPair(c, add, lots, troubled)
	} else {
		c.know(add, lots, troubled)
	}
}

func crossKey(a, b *held) uint64 { return uint64(a.id)<<32 | uint64(b.id) }

func (x *crossing) evict() bool {
	for len(x.rare) > 0 {
		key := x.rare[0]
		x.rare = x.rare[1:]
		if c := x.values[key]; c != nil && !c.left {
			delete(x.values, key)
			return true
		}
	}
	return false
}

// may reports whether c may be told: k visitors carry it, and both its halves are known still.
func (h *hold) may(dim Dimension, c *crossed) bool {
	if dim == DimNetLatency {
		return h.carries(DimNetProvider, c.a) && !c.a.gone
	}
	k := int64(h.options.Floors.Of(dim))
	return (k <= 1 || c.crowd() >= k) && !c.a.gone && !c.b.gone
}

// leaves reports whether anything of c may leave: of a settled day what settle said.
func (h *hold) leaves(d *heldDay, dim Dimension, c *crossed) bool {
	return h.settled(d, dim) || h.may(dim, c)
}

// takeCrossed takes the values of pairs that may leave: those that enough visitors carry, and while the day goes on
// k visitors less: see crossedLines.
func (h *hold) takeCrossed(d *heldDay, list []Row, all bool) []Row {
	for i := range d.crossings {
		dim := firstPair + Dimension(i)
		var back map[*crossed]int64
		switch {
		case !d.ended && h.settles(dim, all):
			continue
		case d.ended:
		case dim == DimNetLatency:
			back = h.latencyBack(d)
		case !all:
			back = h.crossedLines(d, dim)
		}
		for _, c := range d.crossings[i].values {
			n := back[c]
			if !h.leaves(d, dim, c) || n == everybody {
				continue
			}
			counts := h.releaseCrossed(dim, c)
			c.keepBack(dim, &counts, n)
			if c.leave(dim, &counts); !counts.IsZero() {
				list = append(list, Row{Day: d.day, Dim: dim, Value: JoinPair(c.a.value, c.b.value), Counts: counts})
			}
		}
	}
	return list
}

// endCrossed drops what may not leave.
func (h *hold) endCrossed(d *heldDay) {
	for i := range d.crossings {
		var stay map[uint64]*crossed
		for key, c := range d.crossings[i].values {
			if h.leaves(d, firstPair+Dimension(i), c) {
				if stay == nil {
					stay = make(map[uint64]*crossed)
				}
				stay[key] = c
			}
		}
		d.crossings[i] = crossing{values: stay}
	}
}

// crossedWaits reports whether values of pairs wait for the next cut.
func (h *hold) crossedWaits(d *heldDay) bool {
	for i := range d.crossings {
		if len(d.crossings[i].values) > 0 {
			return true
		}
	}
	return false
}

// parts are the values of the crossed dimensions that a page view has, by column of second.
type parts [pairColumns]*held

// absorbJoints takes joints apart into pairs. The halves have been added to d before.
func (h *hold) absorbJoints(d *heldDay, v *harvest) {
	v.at.people = positions(v.people, v.at.people[:0])
	v.at.arrivals = positions(v.arrivals, v.at.arrivals[:0])
	v.at.pages = positions(v.pages, v.at.pages[:0])
	for i := range v.joints {
		k, j := &v.joints[i], v.jointCells[i].counts()
		lots := v.jointCells[i].lots
		if k.person == flowing {
			from, to := v.pageParts[v.at.pages[k.arrival]], v.pageParts[v.at.pages[k.page]]
			h.cross(d, DimFlow, from.page, to.page, &j, lots, 0)
			continue
		}
		who, from, page := &v.personParts[v.at.people[k.person]], &v.arrivalParts[v.at.arrivals[k.arrival]], v.pageParts[v.at.pages[k.page]]
		all := *who
		all[0], all[4], all[5], all[3] = from[0], from[4], from[5], page.section
		all[pairColumns-1] = h.hours[k.hour]
		starts := [pairRows]*held{page.page, from[0], who[1], who[2]}
		for row, a := range starts {
			for column, b := range all {
				if dim := firstPair + Dimension(row*pairColumns+column); b != nil && pairSpecs[dim-firstPair].Name != "" {
					h.cross(d, dim, a, b, &j, lots, 0)
				}
			}
		}
	}
}

// pageParts are the values of a page.
type pageParts struct{ page, section *held }
