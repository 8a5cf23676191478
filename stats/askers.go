package stats

import (
	"cmp"
	"slices"
	"strings"
)

// How many asked never leaves memory. Beside the visitors of a place, who viewed a page, it would tell how many of it only
// called something, and that may be one; summed over prefixes or hours it would tell the same. So Askers are counted
// where floors need them, in the instance, and nothing at rest or told counts persons of networks: [Crowd] says
// of a row which floor it has passed. What could be had by subtraction each instance settles by itself, while it
// knows: see lines and settle.

// asked reports whether d tells what networks were answered.
func (d Dimension) asked() bool {
	switch d {
	case DimNetProvider, DimNetPrefix, DimNetCountry, DimNetHour, DimNetLatency:
		return true
	}
	return false
}

// counted is what is counted of d in memory.
func (d Dimension) counted() Measures {
	m := d.Spec().Measures
	if d.asked() {
		m |= 1 << Askers
	}
	return m
}

// carriers is how many more carry a value that counted c in memory.
func (d Dimension) carriers(c *Counts) int64 {
	if d.asked() {
		return c[Askers]
	}
	return d.Crowd(c)
}

// recalled reports whether it is kept in memory what has left of dim on a day, for settle.
func recalled(dim Dimension) bool {
	return dim.asked() || dim == DimCountry || dim == DimProvider
}

// tell makes what is told of what v counted.
func (h *hold) tell(d *heldDay, dim Dimension, v *held, c *Counts) {
	if !dim.asked() {
		return
	}
	if c[Askers] = 0; !h.settled(d, dim) && h.carries(dim, v) && people(*c) != (Counts{}) {
		c[Crowd] = int64(h.options.Floors.Of(dim))
		if v.out != nil {
			c[Crowd] -= v.out[Crowd]
		}
	}
}

// leave makes what leaves of what v counted, and remembers it.
func (h *hold) leave(d *heldDay, dim Dimension, v *held, c *Counts) {
	if !recalled(dim) {
		return
	}
	askers := c[Askers]
	h.tell(d, dim, v, c)
	if d.ended {
		return
	}
	if v.out == nil {
		v.out = new(Counts)
	}
	v.out.Add(c)
	v.out[Askers] += askers
}

// leave is the same for a value of a pair.
func (c *crossed) leave(dim Dimension, out *Counts) {
	if !dim.asked() {
		return
	}
	if c.out == nil {
		c.out = new(jointCounts)
	}
	for i, m := range dim.joint() {
		c.out[i] += out[m]
	}
	out[Askers] = 0
}

// latencyBack returns how many requests are kept back of the latencies of each provider: as many as of the provider, so
// that both tell of the same visitors. They are of the buckets in which most wait.
func (h *hold) latencyBack(d *heldDay) map[*crossed]int64 {
	k := int64(h.options.Floors.Of(DimNetProvider))
	if k <= 1 {
		return nil
	}
	of := make(map[*held][]*crossed)
	for _, c := range d.crossings[DimNetLatency-firstPair].values {
		of[c.a] = append(of[c.a], c)
	}
	back := make(map[*crossed]int64)
	for provider, buckets := range of {
		slices.SortFunc(buckets, func(a, b *crossed) int {
			return cmp.Or(cmp.Compare(b.waiting[0], a.waiting[0]), strings.Compare(a.b.value, b.b.value))
		})
		keep := provider.waiting[Requests]
		for _, c := range buckets {
			n := min(keep, c.waiting[0])
			if keep -= n; provider.let < k || n >= c.waiting[0] {
				n = everybody
			}
			back[c] = n
		}
	}
	return back
}
