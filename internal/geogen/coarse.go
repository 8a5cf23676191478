package geogen

import (
	"cmp"
	"slices"
)

// Range says that the addresses from Lo to Hi, both included, belong to Value (never 0). Addresses
// are 32-bit numbers for IPv4 and the upper 64 bits for IPv6.
type Range struct {
	Lo, Hi uint64
	Value  uint32
}

// Run says that the units from Start to End, End excluded, belong to Value, 0 for nobody.
type Run struct {
	Start, End uint64
	Value      uint32
}

// Coarse turns ranges into runs of units of 2^shift addresses that cover all of [0, size) without a
// gap, neighbours having different values. Where ranges overlap the first wins. A unit that several
// ranges share goes to the value that has most of its addresses, the smaller value on a tie; addresses
// in no range have no say.
func Coarse(ranges []Range, shift uint, size uint64) []Run {
	ranges = slices.Clone(ranges)
	slices.SortStableFunc(ranges, func(a, b Range) int { return cmp.Compare(a.Lo, b.Lo) })
	c := coarser{}
	unit := uint64(1) << shift
	next := uint64(0) // the first address not yet given away
	for _, r := range ranges {
		for lo := max(r.Lo, next); lo <= r.Hi; {
			if whole := (r.Hi + 1 - lo) >> shift; lo%unit == 0 && whole > 0 {
				c.run(lo>>shift, lo>>shift+whole, r.Value)
				lo += whole << shift
				continue
			}
			end := min(r.Hi, lo|(unit-1))
			c.vote(lo>>shift, r.Value, end-lo+1)
			lo = end + 1
		}
		next = max(next, r.Hi+1)
	}
	c.run(size, size, 0)
	return c.runs
}

// coarser collects runs in ascending order and the votes on the unit that is shared.
type coarser struct {
	runs  []Run
	unit  uint64
	votes map[uint32]uint64
}

func (c *coarser) vote(unit uint64, value uint32, n uint64) {
	if unit != c.unit {
		c.decide()
	}
	if c.votes == nil {
		c.votes = map[uint32]uint64{}
	}
	c.unit = unit
	c.votes[value] += n
}

// decide ends the vote on the shared unit, if there is one.
func (c *coarser) decide() {
	var winner uint32
	for value, n := range c.votes {
		if best := c.votes[winner]; n > best || n == best && value < winner {
			winner = value
		}
	}
	if winner != 0 {
		c.append(c.unit, c.unit+1, winner)
	}
	c.votes = nil
}

// run gives whole units to value, after the vote on the ones before is decided.
func (c *coarser) run(start, end uint64, value uint32) {
	c.decide()
	c.append(start, end, value)
}

func (c *coarser) append(start, end uint64, value uint32) {
	at := uint64(0)
	if n := len(c.runs); n > 0 {
		at = c.runs[n-1].End
	}
	if at < start {
		c.runs = push(c.runs, Run{at, start, 0})
	}
	c.runs = push(c.runs, Run{start, end, value})
}

// push appends a run, joining it to the last one where the value is the same.
func push(runs []Run, r Run) []Run {
	if r.Start == r.End {
		return runs
	}
	if n := len(runs); n > 0 && runs[n-1].Value == r.Value {
		runs[n-1].End = r.End
		return runs
	}
	return append(runs, r)
}

// Cut returns the runs with every unit of the holes given to nobody. Holes are sorted and apart.
func Cut(runs, holes []Run) []Run {
	var out []Run
	for _, r := range runs {
		for _, h := range holes {
			if h.End <= r.Start || h.Start >= r.End {
				continue
			}
			out = push(out, Run{r.Start, max(r.Start, h.Start), r.Value})
			out = push(out, Run{max(r.Start, h.Start), min(r.End, h.End), 0})
			r.Start = min(r.End, h.End)
		}
		out = push(out, r)
	}
	return out
}
