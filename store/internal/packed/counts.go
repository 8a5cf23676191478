package packed

import (
	"encoding/binary"
	"errors"
	"math/bits"

	"github.com/kelisim/kelisim/stats"
)

// ErrCorrupt is returned for bytes that no encoder of this package wrote.
var ErrCorrupt = errors.New("packed: corrupt or written by a newer version")

// AppendCounts appends c: a mask of the measures that are not as expected, then by how much they are
// not, as zigzag varints. Zero is expected, but for what mostly goes with another measure: a request with
// a page view, an entry with a visit.
func AppendCounts(dst []byte, counts *stats.Counts) []byte {
	c := *counts
	c[stats.Requests] -= c[stats.Views]
	c[stats.Entries] -= c[stats.Visits]
	var mask uint64
	for m, n := range c {
		if n != 0 {
			mask |= 1 << m
		}
	}
	dst = binary.AppendUvarint(dst, mask)
	for m := mask; m != 0; m &= m - 1 {
		dst = binary.AppendVarint(dst, c[bits.TrailingZeros64(m)])
	}
	return dst
}

// Counts reads one row of counts into c and returns what follows it.
func Counts[B ~[]byte | ~string](src B, c *stats.Counts) (B, error) {
	mask, src, err := uvarint(src)
	if err != nil {
		return src, err
	}
	if mask>>stats.NumMeasures != 0 {
		return src, ErrCorrupt
	}
	*c = stats.Counts{}
	for ; mask != 0; mask &= mask - 1 {
		var n uint64
		if n, src, err = uvarint(src); err != nil {
			return src, err
		}
		c[bits.TrailingZeros64(mask)] = int64(n>>1) ^ -int64(n&1)
	}
	c[stats.Requests] += c[stats.Views]
	c[stats.Entries] += c[stats.Visits]
	return src, nil
}

// skipCounts passes over one row of counts.
func skipCounts[B ~[]byte | ~string](src B) (B, error) {
	mask, src, err := uvarint(src)
	for ; mask != 0 && err == nil; mask &= mask - 1 {
		_, src, err = uvarint(src)
	}
	return src, err
}

// uvarint is binary.Uvarint for strings as well, so that a blob that came as a string is not copied.
func uvarint[B ~[]byte | ~string](src B) (uint64, B, error) {
	var x uint64
	for i := 0; i < len(src) && i < binary.MaxVarintLen64; i++ {
		b := src[i]
		x |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return x, src[i+1:], nil
		}
	}
	return 0, src, ErrCorrupt
}
