package packed

import (
	"errors"
	"hash/crc32"
	"math"
	"math/bits"

	"github.com/kelisim/kelisim/stats"
)

// errChanged would be a fault of this package: what was laid together is not what was given.
var errChanged = errors.New("packed: a month does not read as it was written")

// tallied is what is compared before days are let go: how many cells there are, and a sum over all of them that each
// value, day and count changes.
type tallied struct {
	cells, sum uint64
}

func (t *tallied) add(value string, day int, c *stats.Counts) {
	h := uint64(crc32.ChecksumIEEE([]byte(value)))<<8 | uint64(day)
	for m, n := range c {
		if n != 0 {
			h = bits.RotateLeft64(h*0x9e3779b97f4a7c15, 23) ^ uint64(n) ^ uint64(m)<<56
		}
	}
	t.cells++
	t.sum += h * 0x9e3779b97f4a7c15
}

// verify reads a month back: day by day, its sums, and those under the floor of share links.
func (g *gathering) verify(first stats.Day, m MonthBlobs) error {
	var given, read tallied
	var whole, sums stats.Counts
	var shared, under [2]stats.Counts
	low := stats.Selection{Dim: g.dim, First: first, Last: first + DaysOfMonth, K: sharedFloor}
	err := g.each(func(t *together) {
		for days := t.days; days != 0; days &= days - 1 {
			day := bits.TrailingZeros32(days)
			given.add(view(t.value), day, &t.on[day])
			whole.Add(&t.on[day])
			shared[part(low.Below(&t.on[day]))].Add(&t.on[day])
		}
	})
	if err != nil {
		return err
	}
	month, err := ReadMonth(m.Sums, g.dim, first)
	if err != nil || !month.Fits(m.Cells) {
		return errChanged
	}
	byDay := stats.Selection{Dim: g.dim, First: first, Last: first + DaysOfMonth, ByDay: true}
	err = month.Rows(&byDay, m.Cells, 0, func(r stats.Row, _ bool) { read.add(r.Value, int(r.Day-first), &r.Counts) })
	if err != nil || read != given {
		return errChanged
	}
	all := stats.Selection{Dim: g.dim, First: first, Last: first + DaysOfMonth, K: math.MinInt64}
	err = month.Rows(&all, "", 0, func(r stats.Row, _ bool) { sums.Add(&r.Counts) })
	if err != nil || sums != whole {
		return errChanged
	}
	err = month.Rows(&low, m.Cells, 0, func(r stats.Row, below bool) { under[part(below)].Add(&r.Counts) })
	if err != nil || under != shared {
		return errChanged
	}
	return nil
}

func part(below bool) int {
	if below {
		return 1
	}
	return 0
}
