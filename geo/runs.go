package geo

import "errors"

var errRuns = errors.New("runs are damaged")

// runs are a block of the three sections of a plane.
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
