package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// Stores lay the days of a month together, so several are read at once: the whole month, unless it holds more rows than
// maxHeld, which take about 40 bytes each here.
const maxHeld = 1 << 20

// window is closed days of one month as they are read.
type window struct {
	days []heldDay // in order
	rows int
}

// heldDay is one day: its rows after another, each its value, a mask of its measures, and these.
type heldDay struct {
	day      stats.Day
	hours    [24]stats.Counts
	counted  [24]bool
	text     []byte
	sections []section
	folds    []stats.Fold
	low      bool // a row is below the floor
}

// section is the rows of one dimension, which end there.
type section struct {
	dim       stats.Dimension
	end, rows int
}

// exported are the dimensions that a document has, in order of their names. It is never written to.
var exported = func() (all []stats.Dimension) {
	all = slices.Collect(stats.Stored())
	slices.SortFunc(all, func(a, b stats.Dimension) int { return strings.Compare(a.String(), b.String()) })
	return all
}()

// dimensionOf returns the dimension of that name in a document.
func dimensionOf(name string) (stats.Dimension, error) {
	if name == stats.DimWriter.String() {
		return stats.DimWriter, nil
	}
	return stats.ParseDimension(name)
}

// together says how many of the days are read at once, where a day has so many rows; 0 is not known yet.
func together(days []stats.Day, rows int) int {
	n, month := 1, days[0].String()[:len("2006-01")]
	for rows > 0 && n < len(days) && n < maxHeld/rows && strings.HasPrefix(days[n].String(), month) {
		n++
	}
	return n
}

// readWindow reads days of one month, as they may be told under floors.
func readWindow(ctx context.Context, s Store, days []stats.Day, floors stats.Floors) (*window, error) {
	first, last := days[0], days[len(days)-1]
	w := &window{days: make([]heldDay, len(days))}
	at := make(map[stats.Day]*heldDay, len(days))
	for i, day := range days {
		w.days[i].day, at[day] = day, &w.days[i]
	}
	err := s.Totals(ctx, first, last, func(t stats.Total) {
		if d := at[t.Day]; d != nil && t.Hour < 24 {
			d.hours[t.Hour], d.counted[t.Hour] = t.Counts, true
		}
	})
	if err != nil {
		return nil, fmt.Errorf("archive: read the totals from %v to %v: %w", first, last, err)
	}
	for _, dim := range exported {
		err := s.Rows(ctx, dim, first, last, func(r stats.Row) {
			if d := at[r.Day]; d != nil { // others are open
				d.add(&r, floors)
			}
		})
		if err != nil {
			return nil, fmt.Errorf("archive: read %v from %v to %v: %w", dim, first, last, err)
		}
	}
	folds, err := s.Folds(ctx, first, last)
	if err != nil {
		return nil, fmt.Errorf("archive: read the folds from %v to %v: %w", first, last, err)
	}
	for i := range folds {
		if d := at[folds[i].Day]; d != nil {
			d.folds = append(d.folds, folds[i])
		}
	}
	for i := range w.days {
		w.days[i].under(floors)
		for _, s := range w.days[i].sections {
			w.rows += s.rows
		}
	}
	return w, nil
}

// add keeps a row. Those of a dimension come one after the other.
func (d *heldDay) add(r *stats.Row, floors stats.Floors) {
	if n := len(d.sections); n == 0 || d.sections[n-1].dim != r.Dim {
		d.sections = append(d.sections, section{dim: r.Dim})
	}
	d.low = d.low || below(r, floors)
	d.text = append(binary.AppendUvarint(d.text, uint64(len(r.Value))), r.Value...)
	var mask uint64
	for m, n := range r.Counts {
		if n != 0 {
			mask |= 1 << m
		}
	}
	d.text = binary.AppendUvarint(d.text, mask)
	for ; mask != 0; mask &= mask - 1 {
		d.text = binary.AppendVarint(d.text, r.Counts[bits.TrailingZeros64(mask)])
	}
	s := &d.sections[len(d.sections)-1]
	s.end, s.rows = len(d.text), s.rows+1
}

// kept is a row as add kept it.
type kept struct {
	value  []byte
	counts []byte
}

// rows returns the rows of a section that begins at start, in order of their values.
func (d *heldDay) rows(into []kept, start int, s section) []kept {
	into = into[:0]
	for rest := d.text[start:s.end]; len(rest) > 0; {
		n, used := binary.Uvarint(rest)
		value := rest[used : used+int(n)]
		rest = rest[used+int(n):]
		mask, end := binary.Uvarint(rest)
		for range bits.OnesCount64(mask) {
			_, used := binary.Varint(rest[end:])
			end += used
		}
		into = append(into, kept{value, rest[:end]})
		rest = rest[end:]
	}
	byValue := func(a, b kept) int { return bytes.Compare(a.value, b.value) }
	if !slices.IsSortedFunc(into, byValue) {
		slices.SortFunc(into, byValue)
	}
	return into
}

// read returns the counts of a row.
func (k kept) read() (c stats.Counts) {
	mask, used := binary.Uvarint(k.counts)
	for rest := k.counts[used:]; mask != 0; mask &= mask - 1 {
		n, used := binary.Varint(rest)
		c[bits.TrailingZeros64(mask)], rest = n, rest[used:]
	}
	return c
}
