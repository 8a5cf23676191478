package packed

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// The closed days of a month are laid together, each dimension in two blobs. The sums hold each value
// once, with what it counted in the month and on which days; the cells hold what it counted on each of them:
//
//	sums   version, days (4 bytes), checksum of the cells (4 bytes), head, then for each value, in order:
//	       the value, its days and how they stand to a floor of 20, the length of its cells, what the days below that floor
//	       count if there are others, the sum
//	cells  for each value that counts on several days: the counts of its days, but for the last, which is what
//	       the others leave of the sum
//
// So a list over a year reads twelve sums, under the floor of share links too, one value is found without unpacking the
// others, and a value that is seen on one day of the month, as most are, takes no cells at all.

// versionMonth is the first byte of sums. Those of versionBefore say nothing of the floor of 20.
const (
	versionMonth  = 4
	versionBefore = 3
)

// DaysOfMonth is how many days may lie together.
const DaysOfMonth = 31

// HeadSize is the length of what sums begin with. Sums and cells belong together if and only if it is the same.
const HeadSize = 9

// FirstOf returns the first day of the month that holds day.
func FirstOf(day stats.Day) stats.Day { return day - stats.Day(day.Time(time.UTC).Day()-1) }

// LastOf returns the last day of the month that holds day.
func LastOf(day stats.Day) stats.Day { return FirstOf(FirstOf(day)+DaysOfMonth) - 1 }

// aWeek is how many closed days of a running month are laid together at once: fewer are not worth writing the month anew.
const aWeek = 7

// Due reports whether the closed days of a month that rest by themselves are to be laid together, if the days before the
// given one are over.
func Due(month, before stats.Day, closed int, open bool) bool {
	return !open && closed > 0 && (closed >= aWeek || LastOf(month) < before)
}

// How the days of a value are written: one of them, all of the month's, a few of them, or a mask.
const (
	presentAll  = 31
	presentFew  = 32 // and how many
	maxFew      = 4
	presentMask = 63
)

// sharedFloor is the floor of share links where nobody chose another: what is below it is added up beforehand. That tells
// no more than the days do, which rest beside it, and goes with them.
const sharedFloor = 20

// How the days of a value stand to sharedFloor, in the two highest bits of how they are written; 0 for a single day. See
// [stats.Selection.Below].
const (
	standAbove byte = 1 // none is below
	standBelow byte = 2 // all are
	standBoth  byte = 3
)

// What is taken off a measure before it is written, as it mostly goes with another.
const (
	lessViews   = 1 << iota // Requests less Views
	lessVisits              // Entries less Visits
	joinedPairs             // the values are pairs
)

// layout is how counts are written in one month and dimension: their columns, the one that is most often not 0 first.
type layout struct {
	columns [stats.NumMeasures]stats.Measure
	n       int
	signed  uint32 // columns that hold numbers below 0
	less    byte
}

// take and give turn counts into what is written, and back.
func (l *layout) take(c *stats.Counts) {
	if l.less&lessViews != 0 {
		c[stats.Requests] -= c[stats.Views]
	}
	if l.less&lessVisits != 0 {
		c[stats.Entries] -= c[stats.Visits]
	}
}

func (l *layout) give(c *stats.Counts) {
	if l.less&lessViews != 0 {
		c[stats.Requests] += c[stats.Views]
	}
	if l.less&lessVisits != 0 {
		c[stats.Entries] += c[stats.Visits]
	}
}

// used returns the columns of c that are not 0.
func (l *layout) used(c *stats.Counts) (mask uint32) {
	for i, m := range l.columns[:l.n] {
		if c[m] != 0 {
			mask |= 1 << i
		}
	}
	return mask
}

// appendColumns appends those columns of c that mask names.
func (l *layout) appendColumns(dst []byte, c *stats.Counts, mask uint32) []byte {
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros32(mask)
		if n := c[l.columns[i]]; l.signed>>i&1 == 1 {
			dst = binary.AppendVarint(dst, n)
		} else {
			dst = binary.AppendUvarint(dst, uint64(n))
		}
	}
	return dst
}

// columns reads what appendColumns wrote into c, whose other measures stay as they are.
func (l *layout) readColumns(src string, c *stats.Counts, mask uint32) (string, error) {
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros32(mask)
		if i >= l.n {
			return src, ErrCorrupt
		}
		n, rest, err := number(src)
		if err != nil {
			return src, err
		}
		if src = rest; l.signed>>i&1 == 1 {
			n = n>>1 ^ -(n & 1)
		}
		c[l.columns[i]] = int64(n)
	}
	return src, nil
}

// skipColumns passes over them.
func skipColumns(src string, mask uint32) (string, error) {
	for n := bits.OnesCount32(mask); n > 0; n-- {
		i := 0
		for ; i < len(src) && src[i] >= 0x80; i++ {
		}
		if i == len(src) {
			return src, ErrCorrupt
		}
		src = src[i+1:]
	}
	return src, nil
}

// number is uvarint, faster where one byte is enough.
func number(src string) (uint64, string, error) {
	if len(src) > 0 && src[0] < 0x80 {
		return uint64(src[0]), src[1:], nil
	}
	return uvarint(src)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)
