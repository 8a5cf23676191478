package packed

import (
	"math/bits"

	"github.com/kelisim/kelisim/stats"
)

// columns are counts as they are written, by column: see [layout], which has no more than so many.
type columns [32]int64

// adder adds up the days of one value after the other without making counts of each.
type adder struct {
	m           *Month
	asked       uint32
	floor       int64  // below it days are told apart; 0 for none
	carriers    [3]int // the columns that say how many carry a value, -1 for one that is always 0
	bots        uint32 // the column of what is done by no people
	over, under columns
	day         columns // what was read last
	below       bool    // under holds something
}

func (m *Month) adder(sel *stats.Selection, asked uint32) adder {
	a := adder{m: m, asked: asked, carriers: [3]int{-1, -1, -1}}
	if m.floored(sel) {
		a.floor = sel.K
	}
	by := sel.Dim.CrowdMeasures()
	for i, measure := range m.columns[:m.n] {
		if measure == stats.Bots {
			a.bots = 1 << i
		}
		for n := range by {
			if measure == by[n] {
				a.carriers[n] = i
			}
		}
	}
	return a
}

// add adds up those days of a value that are asked for; sum is what it counts in all, as it is written.
//
// Cells of the last day are what all others leave of the sum. So where it is asked for and no floor is in the way, what is
// asked for is the sum less the rest; and days of which nothing is needed are passed over.
func (a *adder) add(src string, days uint32, sum *stats.Counts) error {
	a.over, a.under, a.below = columns{}, columns{}, false
	var rest columns
	for i, measure := range a.m.columns[:a.m.n] {
		rest[i] = sum[measure]
	}
	last := 31 - bits.LeadingZeros32(days)
	wantsLast := a.asked>>last&1 == 1
	if days&(days-1) == 0 {
		if len(src) != 0 {
			return ErrCorrupt
		}
	} else {
		union, left, err := number(src)
		if err != nil || union>>1>>a.m.n != 0 {
			return ErrCorrupt
		}
		for src = left; days&(days-1) != 0; days &= days - 1 {
			mask := union >> 1
			if union&1 == 1 {
				if mask, src, err = number(src); err != nil || mask>>a.m.n != 0 {
					return ErrCorrupt
				}
			}
			asked := a.asked>>bits.TrailingZeros32(days)&1 == 1
			if src, err = a.cell(src, uint32(mask), asked, wantsLast, &rest); err != nil {
				return err
			}
		}
		if len(src) != 0 {
			return ErrCorrupt
		}
	}
	if wantsLast {
		a.put(&rest, ^uint32(0))
	}
	return nil
}

// cell takes one day.
func (a *adder) cell(src string, mask uint32, asked, wantsLast bool, rest *columns) (string, error) {
	if asked == wantsLast && (a.floor == 0 || !asked) {
		return skipColumns(src, mask)
	}
	src, err := a.read(src, mask)
	if err != nil {
		return src, err
	}
	if wantsLast {
		for m := mask; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			rest[i] -= a.day[i]
		}
	}
	if asked {
		a.put(&a.day, mask)
	}
	return src, nil
}

// read reads the columns in mask of one day; others are left as they were. It is what a list under a higher floor waits for.
func (a *adder) read(src string, mask uint32) (string, error) {
	at := 0
	for ; mask != 0; mask &= mask - 1 {
		var n uint64
		for shift := 0; ; shift += 7 {
			if at >= len(src) || shift > 63 {
				return src, ErrCorrupt
			}
			b := src[at]
			at++
			n |= uint64(b&0x7f) << shift
			if b < 0x80 {
				break
			}
		}
		i := bits.TrailingZeros32(mask) & 31
		if a.m.signed>>i&1 == 1 {
			n = n>>1 ^ -(n & 1)
		}
		a.day[i] = int64(n)
	}
	return src[at:], nil
}

// put adds a day, of which the columns in mask may be other than 0.
func (a *adder) put(c *columns, mask uint32) {
	mask &= 1<<a.m.n - 1
	into := &a.over
	if a.floor > 0 && a.isBelow(c, mask) {
		into, a.below = &a.under, true
	}
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros32(mask) & 31
		into[i] += c[i]
	}
}

// isBelow is [stats.Selection.Below].
func (a *adder) isBelow(c *columns, mask uint32) bool {
	var carry [3]int64
	for n, i := range a.carriers {
		if i >= 0 && mask>>i&1 == 1 {
			carry[n] = c[i]
		}
	}
	if max(carry[0], carry[1], carry[2]) >= a.floor {
		return false
	}
	for mask &^= a.bots; mask != 0; mask &= mask - 1 {
		if c[bits.TrailingZeros32(mask)] != 0 {
			return true
		}
	}
	return false
}

// tell calls f for what was added up.
func (a *adder) tell(row stats.Row, f func(r stats.Row, below bool)) {
	for _, below := range []bool{false, true} {
		from := &a.over
		if below {
			if from = &a.under; !a.below {
				return
			}
		}
		row.Counts = stats.Counts{}
		for i, measure := range a.m.columns[:a.m.n] {
			row.Counts[measure] = from[i]
		}
		if a.m.give(&row.Counts); !row.Counts.IsZero() {
			f(row, below)
		}
	}
}
