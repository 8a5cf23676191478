package attack

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/kelisim/kelisim/stats"
)

// Pages is what the pages of a bbolt file still hold of an open day, those too that the database has given up.
type Pages struct {
	Blobs    []Blob
	Versions []Version
	names    map[Slot]string
}

// Blob is two or more values or their counts, as they lie in a file together.
type Blob struct {
	Bytes  []byte
	Counts []stats.Counts // nil for values
}

// Version is a page as it was once.
type Version map[Slot]stats.Counts

// Slot is the place of a value: its number in its dimension.
type Slot struct {
	Dim stats.Dimension
	ID  int
}

// ReadPages finds the rows of the day in every page of a file, whatever the database says of it.
func ReadPages(file []byte, page int) *Pages {
	p := &Pages{names: map[Slot]string{}}
	seen := map[string]bool{}
	for at := 0; at+page <= len(file); at += page {
		if body := string(file[at+8 : at+page]); !seen[body] {
			seen[body] = true
			if v := p.leaf(file[at:], page); len(v) > 0 {
				p.Versions = append(p.Versions, v)
			}
		}
	}
	return p
}

// Cells returns a version by value.
func (p *Pages) Cells(v Version) map[Cell]stats.Counts {
	cells := make(map[Cell]stats.Counts, len(v))
	for slot, c := range v {
		cells[Cell{slot.Dim, p.names[slot]}] = c
	}
	return cells
}

// leaf reads a leaf page: https://github.com/etcd-io/bbolt, internal/common/page.go. Keys of seven bytes are a
// dimension, a day and a block; the values under them are names or counts.
func (p *Pages) leaf(file []byte, size int) Version {
	const header, element = 16, 16
	flags, n, overflow := binary.LittleEndian.Uint16(file[8:]), int(binary.LittleEndian.Uint16(file[10:])), int(binary.LittleEndian.Uint32(file[12:]))
	end := min((overflow+1)*size, len(file))
	if flags != 2 || header+n*element > end || overflow > 1<<16 {
		return nil
	}
	v := Version{}
	for i := range n {
		at := header + i*element
		pos, ksize, vsize := at+int(binary.LittleEndian.Uint32(file[at+4:])), int(binary.LittleEndian.Uint32(file[at+8:])), int(binary.LittleEndian.Uint32(file[at+12:]))
		if ksize != 7 || pos+ksize+vsize > end || pos < at {
			continue
		}
		key, blob := file[pos:pos+7], file[pos+7:pos+7+vsize]
		if stats.Day(binary.BigEndian.Uint32(key[1:])^1<<31) != Day() {
			continue
		}
		first := Slot{stats.Dimension(key[0]), int(binary.BigEndian.Uint16(key[5:])) * 256}
		if names := namesIn(blob); names != nil {
			if len(names) > 1 {
				p.Blobs = append(p.Blobs, Blob{Bytes: blob})
			}
			for j, name := range names {
				p.names[Slot{first.Dim, first.ID + j}] = name
			}
			continue
		}
		rows := countsIn(blob)
		if len(rows) > 1 && len(blob) >= 16 {
			p.Blobs = append(p.Blobs, Blob{blob, rows})
		}
		for j, c := range rows {
			v[Slot{first.Dim, first.ID + j}] = c
		}
	}
	return v
}

// countsIn reads the counts of a block: a mask of measures each, then their numbers. It returns nil if it is
// something else.
func countsIn(blob []byte) (rows []stats.Counts) {
	for len(blob) > 0 {
		mask, used := binary.Uvarint(blob)
		if used <= 0 || mask>>stats.NumMeasures != 0 {
			return nil
		}
		blob = blob[used:]
		var c stats.Counts
		for ; mask != 0; mask &= mask - 1 {
			n, used := binary.Varint(blob)
			if used <= 0 {
				return nil
			}
			c[bits.TrailingZeros64(mask)], blob = n, blob[used:]
		}
		c[stats.Requests] += c[stats.Views]
		c[stats.Entries] += c[stats.Visits]
		rows = append(rows, c)
	}
	return rows
}

// namesIn reads the names of a block: a length each, then as many bytes. It returns nil if it is something else.
func namesIn(blob []byte) (names []string) {
	for len(blob) > 0 {
		size, used := binary.Uvarint(blob)
		if used <= 0 || size > uint64(len(blob)-used) {
			return nil
		}
		name := string(blob[used : used+int(size)])
		if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' && r != '\x1f' }) {
			return nil
		}
		blob = blob[used+int(size):]
		names = append(names, name)
	}
	return names
}
