package geo

import (
	"errors"
	"math/bits"
)

// plane4 finds the cell of a /24, in parts that begin at the first byte of an address.
type plane4 struct {
	parts  []lazy[part4]
	starts []int      // first byte at which each part begins
	of     [256]uint8 // part by first byte
}

// part4 keeps its units as runs of equal cells: a bit per unit says where a run starts, and the number of
// bits set so far is the run's number. A bucket is the 256 units of a /16, so that a look-up touches one
// bucket and one cell and never branches.
type part4 struct {
	first   uint32    // the /16 of the first bucket
	buckets []bucket4 // one per /16; none in the part that holds nothing
	cells   []uint32  // one per run
}

type bucket4 struct {
	starts [4]uint64 // bit u: a run starts at unit u of the bucket
	before [4]uint8  // starts in the words before this one
	base   uint32    // starts in the buckets before this one, less one (wraps in the first)
}

var errStarts = errors.New("the beginnings of blocks are damaged")

// open reads where the parts begin.
func (p *plane4) open(f file) error {
	text, err := f.unpack("v4at", 0)
	if err != nil {
		return err
	}
	n := len(text)
	if n == 0 || n > 256 || text[0] != 0 || f.blocks("v4len") != n || f.blocks("v4val") != n || f.blocks("v4new") != n {
		return errStarts
	}
	p.parts = make([]lazy[part4], n)
	for i := range n {
		if i > 0 && text[i] <= text[i-1] {
			return errStarts
		}
		p.starts = append(p.starts, int(text[i]))
		for b := int(text[i]); b < 256; b++ {
			p.of[b] = uint8(i)
		}
	}
	return nil
}

// cell4 finds the cell of a unit of IPv4.
func (t *Table) cell4(unit uint32) uint32 {
	i := t.v4.of[unit>>16&0xff]
	part := t.v4.parts[i].ready.Load()
	if part == nil {
		part = t.v4.parts[i].fill(int(i), &part4{}, t.unpack4)
	}
	if len(part.buckets) == 0 {
		return 0
	}
	return part.cell(unit)
}

func (p *part4) cell(unit uint32) uint32 {
	b := &p.buckets[unit>>8&0xffff-p.first]
	word := unit >> 6 & 3
	upTo := b.starts[word] << (63 - unit&63)
	return p.cells[b.base+uint32(b.before[word])+uint32(bits.OnesCount64(upTo))]
}

// unpack4 unpacks a part of the plane.
func (t *Table) unpack4(i int) (*part4, error) {
	cells, err := t.numbers()
	if err != nil {
		return nil, err
	}
	r, err := t.file.runs("v4", i)
	if err != nil {
		return nil, err
	}
	end := 256
	if i+1 < len(t.v4.starts) {
		end = t.v4.starts[i+1]
	}
	size := uint64(end-t.v4.starts[i]) << 16
	p := &part4{first: uint32(t.v4.starts[i]) << 8, buckets: make([]bucket4, size>>8), cells: make([]uint32, len(r.vals))}
	for c := r.open(cells); c.end < size; {
		if err := c.advance(size); err != nil {
			return nil, err
		}
		p.buckets[c.start>>8].starts[c.start>>6&3] |= 1 << (c.start & 63)
		p.cells[c.at-1] = c.cell
	}
	base := ^uint32(0)
	for i := range p.buckets {
		base = p.buckets[i].count(base)
	}
	return p, nil
}

// count fills in the counts from the starts, given the base of this bucket, and returns the next base.
func (b *bucket4) count(base uint32) uint32 {
	b.base = base
	n := 0
	for i, word := range b.starts {
		b.before[i] = uint8(n)
		n += bits.OnesCount64(word)
	}
	return base + uint32(n)
}
