package geo

import (
	"encoding/binary"
	"net/netip"
)

// plane6 finds the cell of a /48 in 2000::/3, the only space that is given out: 2^45 units, in parts of
// about as many runs each.
type plane6 struct {
	parts  []lazy[part6]
	starts []uint64 // unit at which each part begins
}

// part6 are runs of equal cells, sorted by their start, which is searched for.
type part6 struct {
	starts []uint64 // unit at which each run begins; none in the part that holds nothing
	cells  []uint32 // one per run
}

const unitBits6 = 45

// open reads where the parts begin.
func (p *plane6) open(f file) error {
	text, err := f.unpack("v6at", 0)
	if err != nil {
		return err
	}
	at := uint64(0)
	for numbers := (uvarints{s: text}); !numbers.done(); {
		n := numbers.next()
		if at += n; at >= 1<<unitBits6 || n == 0 != (len(p.starts) == 0) {
			return errStarts
		}
		p.starts = append(p.starts, at)
	}
	if n := len(p.starts); n == 0 || f.blocks("v6len") != n || f.blocks("v6val") != n || f.blocks("v6new") != n {
		return errStarts
	}
	p.parts = make([]lazy[part6], len(p.starts))
	return nil
}

// cell6 finds the cell of an address of IPv6.
func (t *Table) cell6(addr netip.Addr) uint32 {
	b := addr.As16()
	if b[0]>>5 != 1 {
		return 0
	}
	unit := binary.BigEndian.Uint64(b[:8])>>16 - 1<<unitBits6
	i := before(t.v6.starts, unit)
	part := t.v6.parts[i].ready.Load()
	if part == nil {
		part = t.v6.parts[i].fill(i, &part6{}, t.unpack6)
	}
	if len(part.starts) == 0 {
		return 0
	}
	return part.cells[before(part.starts, unit)]
}

// before returns the index of the last of starts that is not above unit. The first of them never is.
func before(starts []uint64, unit uint64) int {
	lo, n := 0, len(starts)
	for n > 1 { // the answer is in starts[lo : lo+n]
		half := n / 2
		if starts[lo+half] <= unit {
			lo += half
		}
		n -= half
	}
	return lo
}

// unpack6 unpacks a part of the plane.
func (t *Table) unpack6(i int) (*part6, error) {
	cells, err := t.numbers()
	if err != nil {
		return nil, err
	}
	r, err := t.file.runs("v6", i)
	if err != nil {
		return nil, err
	}
	end := uint64(1 << unitBits6)
	if i+1 < len(t.v6.starts) {
		end = t.v6.starts[i+1]
	}
	size := end - t.v6.starts[i]
	p := &part6{starts: make([]uint64, len(r.vals)), cells: make([]uint32, len(r.vals))}
	for c := r.open(cells); c.end < size; {
		if err := c.advance(size); err != nil {
			return nil, err
		}
		p.starts[c.at-1], p.cells[c.at-1] = t.v6.starts[i]+c.start, c.cell
	}
	return p, nil
}
