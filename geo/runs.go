package geo

import "errors"

var errRuns = errors.New("runs are damaged")

// runs are the three sections of a plane.
type runs struct {
	lens, vals, fresh string
}

// cells is what values stand for: value n is the cell at n-1.
type cells []uint32

// cursor walks over runs.
type cursor struct {
	lens   uvarints
	vals   string
	fresh  bitfields
	recent [Recent]uint32 // the values seen last, the latest first
	cells  cells
	at     int    // number of the next run
	start  uint64 // of the current run
	end    uint64 // of the current run, exclusive
	cell   uint32
}

func (r runs) open(c cells) *cursor {
	return &cursor{lens: uvarints{s: r.lens}, vals: r.vals, fresh: newBitfields(r.fresh, uint32(len(c))), cells: c}
}

// advance moves to the next run. It fails unless the runs add up to size, no more and no less.
func (c *cursor) advance(size uint64) error {
	n := c.lens.next()
	if n == 0 || n > size-c.end || c.at == len(c.vals) || !c.value(int(c.vals[c.at])) {
		return errRuns
	}
	c.start, c.end = c.end, c.end+n
	c.at++
	if end := c.end == size; end != c.lens.done() || end != (c.at == len(c.vals)) {
		return errRuns
	}
	return nil
}

// value finds the cell of a value from its code, and makes the value the latest.
func (c *cursor) value(code int) bool {
	var value uint32
	switch {
	case code == 0:
		c.cell = 0
		return true
	case code <= Recent:
		value = c.recent[code-1]
	default:
		value, code = c.fresh.next(), Recent
	}
	if value == 0 || int(value) > len(c.cells) {
		return false
	}
	copy(c.recent[1:code], c.recent[:code-1])
	c.recent[0] = value
	c.cell = c.cells[value-1]
	return true
}

// fill makes the plane of its runs.
func (p *plane4) fill(r runs, cells cells) error {
	p.buckets = make([]bucket4, 1<<16)
	p.cells = make([]uint32, len(r.vals))
	for c := r.open(cells); c.end < 1<<24; {
		if err := c.advance(1 << 24); err != nil {
			return err
		}
		p.buckets[c.start>>8].starts[c.start>>6&3] |= 1 << (c.start & 63)
		p.cells[c.at-1] = c.cell
	}
	base := ^uint32(0)
	for i := range p.buckets {
		base = p.buckets[i].count(base)
	}
	return nil
}

// fill makes the plane of its runs.
func (p *plane6) fill(r runs, cells cells) error {
	p.first = make([]uint32, 1<<(unitBits6-lowBits6)+1)
	p.starts = make([]uint32, len(r.vals))
	p.cells = make([]uint32, len(r.vals))
	for c := r.open(cells); c.end < 1<<unitBits6; {
		if err := c.advance(1 << unitBits6); err != nil {
			return err
		}
		p.first[c.start>>lowBits6+1]++
		p.starts[c.at-1] = uint32(c.start & (1<<lowBits6 - 1))
		p.cells[c.at-1] = c.cell
	}
	for i := 1; i < len(p.first); i++ {
		p.first[i] += p.first[i-1]
	}
	return nil
}
