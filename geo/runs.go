package geo

import (
	"errors"
	"iter"
	"slices"
)

var errRuns = errors.New("runs are damaged")

// uvarints reads unsigned base-128 numbers from a string.
type uvarints struct{ s string }

// next returns the next number; bad input and the end of input give 0.
func (u *uvarints) next() uint64 {
	var v uint64
	for i := 0; i < len(u.s) && i < 9; i++ {
		b := u.s[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			u.s = u.s[i+1:]
			return v
		}
	}
	u.s = ""
	return 0
}

// runs are the two run sections of a plane; the zero runs are one run of 0.
type runs struct {
	lens, vals string
	max        uint32 // largest value allowed
}

// count returns how many runs there are.
func (r runs) count() int {
	n := 0
	for i := range len(r.lens) {
		if r.lens[i] < 0x80 {
			n++
		}
	}
	return max(n, 1)
}

// cursor walks over runs.
type cursor struct {
	lens, vals uvarints
	end        uint64 // end of the current run, exclusive
	val        uint32
}

// advance moves to the next run. It fails unless the runs add up to size, no more and no less.
func (c *cursor) advance(limit uint32, size uint64) error {
	n, v := c.lens.next(), c.vals.next()
	if n == 0 || n > size-c.end || v > uint64(limit) {
		return errRuns
	}
	c.end += n
	c.val = uint32(v)
	if (c.end == size) != (c.lens.s == "") || (c.end == size) != (c.vals.s == "") {
		return errRuns
	}
	return nil
}

// cells yields the starts and cells of merged runs; neighbours differ.
type cells struct {
	seq  iter.Seq2[uint64, uint32]
	most int    // upper bound of their number
	err  *error // set when the sequence has ended early
}

// merge overlays country and provider runs that both cover units 0 to size.
func merge(country, provider runs, size uint64) cells {
	var err error
	seq := func(yield func(uint64, uint32) bool) {
		a, b := open(country, size), open(provider, size)
		last := ^uint32(0)
		for at := uint64(0); at < size; at = min(a.end, b.end) {
			if a.end == at {
				err = a.advance(country.max, size)
			}
			if b.end == at && err == nil {
				err = b.advance(provider.max, size)
			}
			if err != nil {
				return
			}
			cell := a.val<<providerBits | b.val
			if cell != last && !yield(at, cell) {
				return
			}
			last = cell
		}
	}
	return cells{seq, country.count() + provider.count(), &err}
}

func open(r runs, size uint64) *cursor {
	if r == (runs{}) {
		return &cursor{end: size}
	}
	return &cursor{lens: uvarints{r.lens}, vals: uvarints{r.vals}}
}

func (p *plane4) fill(c cells) error {
	p.buckets = make([]bucket4, 1<<16)
	p.cells = make([]uint32, 0, c.most)
	for unit, cell := range c.seq {
		p.buckets[unit>>8].starts[unit>>6&3] |= 1 << (unit & 63)
		p.cells = append(p.cells, cell)
	}
	p.cells = slices.Clone(p.cells)
	base := ^uint32(0)
	for i := range p.buckets {
		base = p.buckets[i].count(base)
	}
	return *c.err
}

func (p *plane6) fill(c cells) error {
	p.first = make([]uint32, 1<<(unitBits6-lowBits6)+1)
	p.starts = make([]uint32, 0, c.most)
	p.cells = make([]uint32, 0, c.most)
	for unit, cell := range c.seq {
		p.first[unit>>lowBits6+1]++
		p.starts = append(p.starts, uint32(unit&(1<<lowBits6-1)))
		p.cells = append(p.cells, cell)
	}
	for i := 1; i < len(p.first); i++ {
		p.first[i] += p.first[i-1]
	}
	p.starts, p.cells = slices.Clone(p.starts), slices.Clone(p.cells)
	return *c.err
}
