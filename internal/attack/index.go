package attack

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"
)

// Index finds text in everything at rest. It is safe for concurrent use.
type Index struct {
	lines  [][]byte // each once
	every  []uint64 // every eight bytes of them, in heaps by hash
	heaps  [numHeaps + 1]int
	sorted [numHeaps]sync.Once
	filter []uint64 // a bit for each of those, by hash: most look-ups end here
	bits   int      // size of the filter: 1 << bits
}

// numHeaps is how many heaps an index has: one is small enough to be sorted when it is first looked into.
const numHeaps = 1 << 16

// NewIndex reads everything at rest. What is there twice (the lines of an append-only file) is read once.
func NewIndex(raw ...[]byte) *Index {
	x := &Index{bits: 10}
	seen, seed := map[uint64]bool{}, maphash.MakeSeed()
	for _, rest := range raw {
		for line := range bytes.SplitSeq(rest, []byte("\r\n")) {
			sum := maphash.Bytes(seed, line)
			if len(line) >= 8 && !seen[sum] {
				seen[sum] = true
				x.lines = append(x.lines, line)
			}
		}
	}
	var next [numHeaps]int
	for window := range x.windows {
		x.heaps[window*spread>>48+1]++
	}
	for i := range next {
		next[i] = x.heaps[i]
		x.heaps[i+1] += x.heaps[i]
	}
	x.every = make([]uint64, x.heaps[numHeaps])
	for 1<<x.bits < 16*len(x.every) {
		x.bits++
	}
	x.filter = make([]uint64, 1<<x.bits/64)
	for window := range x.windows {
		heap := window * spread >> 48
		x.every[next[heap]] = window
		next[heap]++
		bit := x.bit(window)
		x.filter[bit/64] |= 1 << (bit % 64)
	}
	return x
}

// windows yields every eight bytes of every line, but for zeroes.
func (x *Index) windows(yield func(uint64) bool) {
	for _, line := range x.lines {
		for i := 0; i+8 <= len(line); i++ {
			if window := binary.LittleEndian.Uint64(line[i:]); window != 0 && !yield(window) {
				return
			}
		}
	}
}

// spread makes the high bits of a product depend on all of a window.
const spread = 0x9e3779b97f4a7c15

func (x *Index) bit(window uint64) uint64 { return window * spread >> (64 - x.bits) }

// has reports whether eight bytes, the first of them the lowest, are in what the index has read.
func (x *Index) has(window uint64) bool {
	if bit := x.bit(window); x.filter[bit/64]>>(bit%64)&1 == 0 {
		return false
	}
	heap := window * spread >> 48
	list := x.every[x.heaps[heap]:x.heaps[heap+1]]
	x.sorted[heap].Do(func() { slices.Sort(list) })
	_, ok := slices.BinarySearch(list, window)
	return ok
}

// Has reports whether a trace of eight bytes or more is in what the index has read.
func (x *Index) Has(trace []byte) bool {
	if len(trace) < 8 {
		return false
	}
	for i := 0; i+8 <= len(trace); i++ {
		if !x.has(binary.LittleEndian.Uint64(trace[i:])) {
			return false
		}
	}
	return len(trace) == 8 || slices.ContainsFunc(x.lines, func(line []byte) bool { return bytes.Contains(line, trace) })
}
