package geogen

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/kelisim/kelisim/geo"
)

func lengths(runs []Run) (out []byte) {
	for _, r := range runs {
		out = binary.AppendUvarint(out, r.End-r.Start)
	}
	return out
}

// values returns the codes of the runs' values and the values that the codes do not refer back to.
func values(runs []Run, most int) (codes, fresh []byte) {
	var recent [geo.Recent]uint32
	width, at := bits.Len(uint(most)), 0
	for _, r := range runs {
		if r.Value == 0 {
			codes = append(codes, 0)
			continue
		}
		n := slices.Index(recent[:], r.Value)
		if n < 0 {
			n = geo.Recent
			fresh = appendBits(fresh, at, width, r.Value)
			at += width
		}
		codes = append(codes, byte(n+1))
		n = min(n, geo.Recent-1)
		copy(recent[1:n+1], recent[:n])
		recent[0] = r.Value
	}
	return codes, fresh
}

// appendBits writes the width lowest bits of value at bit at, which is where b ends.
func appendBits(b []byte, at, width int, value uint32) []byte {
	for i := range width {
		if (at+i)/8 == len(b) {
			b = append(b, 0)
		}
		b[(at+i)/8] |= byte(value>>i&1) << ((at + i) % 8)
	}
	return b
}

func differences(sorted []uint32) (out []byte) {
	var last uint32
	for _, n := range sorted {
		out = binary.AppendUvarint(out, uint64(n-last))
		last = n
	}
	return out
}
