package packed

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// write writes what was surveyed.
func (g *gathering) write() (MonthBlobs, error) {
	var entries, cells, dense, sparse []byte
	half := ""
	err := g.each(func(t *together) {
		value := view(t.value)
		if g.less&joinedPairs != 0 {
			a, b, _ := strings.Cut(value, separator)
			at, _ := slices.BinarySearch(g.seconds, b)
			entries = binary.AppendUvarint(appendText(entries, half, a), uint64(at))
			half = strings.Clone(a)
		} else {
			entries = appendText(entries, half, value)
			half = strings.Clone(value)
		}
		stands, below := g.stand(t)
		at := len(entries)
		entries = g.appendDays(entries, t.days)
		entries[at] |= stands << 6
		var sum stats.Counts
		for days := t.days; days != 0; days &= days - 1 {
			c := &t.on[bits.TrailingZeros32(days)]
			g.take(c)
			sum.Add(c)
		}
		if t.days&(t.days-1) != 0 {
			dense, sparse = g.appendDense(dense[:0], t), g.appendSparse(sparse[:0], t)
			short := dense
			if len(sparse) < len(dense) {
				short = sparse
			}
			entries = binary.AppendUvarint(entries, uint64(len(short)))
			cells = append(cells, short...)
		}
		if stands == standBoth {
			g.take(&below)
			mask := g.used(&below)
			entries = g.appendColumns(binary.AppendUvarint(entries, uint64(mask)), &below, mask)
		}
		mask := g.used(&sum)
		entries = g.appendColumns(binary.AppendUvarint(entries, uint64(mask)), &sum, mask)
	})
	if err != nil || len(cells) > maxText {
		return MonthBlobs{}, ErrCorrupt // it has been read once
	}
	sums := append(g.head(cells), entries...)
	return MonthBlobs{Sums: view(sums), Cells: view(cells)}, nil
}

// stand says how the days of a value stand to sharedFloor, and what those below it count.
func (g *gathering) stand(t *together) (stands byte, below stats.Counts) {
	if t.days&(t.days-1) == 0 {
		return 0, below
	}
	sel := stats.Selection{Dim: g.dim, K: sharedFloor}
	for days := t.days; days != 0; days &= days - 1 {
		if c := &t.on[bits.TrailingZeros32(days)]; sel.Below(c) {
			stands |= standBelow
			below.Add(c)
		} else {
			stands |= standAbove
		}
	}
	return stands, below
}

func (g *gathering) head(cells []byte) []byte {
	dst := []byte{versionMonth}
	dst = binary.LittleEndian.AppendUint32(dst, g.days)
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(cells, castagnoli))
	for _, n := range []uint64{uint64(g.least), g.values, uint64(g.signed), uint64(g.less)} {
		dst = binary.AppendUvarint(dst, n)
	}
	dst = append(dst, byte(g.n))
	for _, m := range g.columns[:g.n] {
		dst = append(dst, byte(m))
	}
	if g.less&joinedPairs != 0 {
		dst = binary.AppendUvarint(dst, uint64(len(g.seconds)))
		dst = appendTexts(dst, g.seconds)
	}
	return dst
}

// appendDays appends on which days a value counts.
func (g *gathering) appendDays(dst []byte, days uint32) []byte {
	n := bits.OnesCount32(days)
	switch {
	case n == 1:
		return append(dst, byte(bits.TrailingZeros32(days)))
	case days == g.days:
		return append(dst, presentAll)
	case n <= maxFew:
		dst = append(dst, byte(presentFew+n))
		for ; days != 0; days &= days - 1 {
			dst = append(dst, byte(bits.TrailingZeros32(days)))
		}
		return dst
	default:
		return binary.LittleEndian.AppendUint32(append(dst, presentMask), days)
	}
}

// appendDense writes the columns that any day of the value uses for each of its days but the last.
func (g *gathering) appendDense(dst []byte, t *together) []byte {
	union := uint32(0)
	for days := t.days; days&(days-1) != 0; days &= days - 1 {
		union |= g.used(&t.on[bits.TrailingZeros32(days)])
	}
	dst = binary.AppendUvarint(dst, uint64(union)<<1)
	for days := t.days; days&(days-1) != 0; days &= days - 1 {
		dst = g.appendColumns(dst, &t.on[bits.TrailingZeros32(days)], union)
	}
	return dst
}

// appendSparse writes for each day which columns it uses.
func (g *gathering) appendSparse(dst []byte, t *together) []byte {
	dst = append(dst, 1)
	for days := t.days; days&(days-1) != 0; days &= days - 1 {
		c := &t.on[bits.TrailingZeros32(days)]
		mask := g.used(c)
		dst = g.appendColumns(binary.AppendUvarint(dst, uint64(mask)), c, mask)
	}
	return dst
}
