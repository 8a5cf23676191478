package geogen

import (
	"encoding/binary"
	"slices"

	"github.com/kelisim/kelisim/geo"
)

// blockRuns is about how many runs a block holds: enough to pack well, few enough to unpack within a
// millisecond.
const blockRuns = 8192

// blocks4 cuts the runs of IPv4 into blocks that begin at a first byte of an address, and returns those.
func blocks4(runs []Run) (at []byte, blocks [][]Run) {
	for b := range 256 {
		part := between(runs, uint64(b)<<16, uint64(b+1)<<16)
		if n := len(blocks); n > 0 && len(blocks[n-1])+len(part) <= blockRuns {
			for _, r := range part {
				blocks[n-1] = push(blocks[n-1], r)
			}
			continue
		}
		at, blocks = append(at, byte(b)), append(blocks, part)
	}
	return at, blocks
}

// between returns the runs from start to end, the first and the last of them cut.
func between(runs []Run, start, end uint64) (part []Run) {
	i, _ := slices.BinarySearchFunc(runs, start, func(r Run, at uint64) int {
		if r.End <= at {
			return -1
		}
		return 1
	})
	for _, r := range runs[i:] {
		if r.Start >= end {
			break
		}
		part = append(part, Run{max(r.Start, start), min(r.End, end), r.Value})
	}
	return part
}

// blocks6 cuts the runs of IPv6 into blocks, and returns the units at which they begin as differences.
func blocks6(runs []Run) (at []byte, blocks [][]Run) {
	last := uint64(0)
	for part := range slices.Chunk(runs, blockRuns) {
		at = binary.AppendUvarint(at, part[0].Start-last)
		last = part[0].Start
		blocks = append(blocks, part)
	}
	return at, blocks
}

// plane writes the sections of a plane.
func (w *writer) plane(version string, at []byte, blocks [][]Run, most int) {
	var lens, codes, fresh [][]byte
	for _, runs := range blocks {
		c, f := values(runs, most)
		lens, codes, fresh = append(lens, lengths(runs)), append(codes, c), append(fresh, f)
	}
	w.section(version+"at", at)
	w.section(version+"len", lens...)
	w.section(version+"val", codes...)
	w.section(version+"new", fresh...)
}

// owners writes the sections of the providers.
func (w *writer) owners(names []string, asns []uint32) {
	words, once, streams := Words(names, geo.Owners)
	var numbers, classes [][]byte
	c := newClassifier()
	for part := range chunks(asns, geo.Owners) {
		var class []byte
		for i, asn := range part {
			class = append(class, byte(c.classify(asn, names[i])))
		}
		names = names[len(part):]
		numbers, classes = append(numbers, differences(part)), append(classes, class)
	}
	w.section("words", []byte(words))
	w.section("names", streams...)
	w.section("once", once...)
	w.section("asns", numbers...)
	w.section("class", classes...)
}
