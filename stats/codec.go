package stats

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Bounds of an encoded [Batch]. A batch that the [Flusher] builds stays well below them.
const (
	MaxInstance = 64
	MaxMark     = 4 << 10
	MaxTotals   = 1 << 16
	MaxRows     = 1 << 18
)

const batchVersion = 1

// ErrEncoding is returned for bytes that are no encoded batch, or that exceed its bounds.
var ErrEncoding = errors.New("stats: not an encoded batch")

// AppendBinary appends the encoding of b to dst: a version byte, then varints and length-prefixed
// strings. Equal batches have equal encodings. It fails if b exceeds the bounds.
func (b Batch) AppendBinary(dst []byte) ([]byte, error) {
	if len(b.Instance) > MaxInstance || len(b.Mark) > MaxMark || len(b.Totals) > MaxTotals || len(b.Rows) > MaxRows {
		return dst, fmt.Errorf("%w: batch %d of %q exceeds the bounds", ErrEncoding, b.Seq, b.Instance)
	}
	dst = append(dst, batchVersion)
	dst = appendString(dst, b.Instance)
	dst = binary.AppendUvarint(dst, b.Seq)
	dst = appendString(dst, string(b.Mark))
	dst = binary.AppendUvarint(dst, uint64(len(b.Totals)))
	for i := range b.Totals {
		t := &b.Totals[i]
		if t.Hour > 23 {
			return dst, fmt.Errorf("%w: hour %d", ErrEncoding, t.Hour)
		}
		dst = binary.AppendVarint(dst, int64(t.Day))
		dst = append(dst, t.Hour)
		dst = appendCounts(dst, &t.Counts)
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.Rows)))
	for i := range b.Rows {
		r := &b.Rows[i]
		if !r.Dim.Valid() || !r.Dim.ValidValue(r.Value) || r.Counts.beyondRows() {
			return dst, fmt.Errorf("%w: row %q of %v", ErrEncoding, r.Value, r.Dim)
		}
		dst = binary.AppendVarint(dst, int64(r.Day))
		dst = append(dst, byte(r.Dim))
		dst = appendString(dst, r.Value)
		dst = appendCounts(dst, &r.Counts)
	}
	return dst, nil
}

// MarshalBinary is AppendBinary to nothing.
func (b Batch) MarshalBinary() ([]byte, error) { return b.AppendBinary(nil) }

// UnmarshalBinary sets b to what data encodes. It accepts nothing that AppendBinary would not write
// and allocates no more than a small multiple of len(data).
func (b *Batch) UnmarshalBinary(data []byte) error {
	d := decoder{data: data}
	got := d.batch()
	if d.failed || len(d.data) > 0 {
		return ErrEncoding
	}
	*b = got
	return nil
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendCounts writes a set of the measures that are not 0, then those.
func appendCounts(dst []byte, c *Counts) []byte {
	var set uint64
	for m, n := range c {
		if n != 0 {
			set |= 1 << m
		}
	}
	dst = binary.AppendUvarint(dst, set)
	for _, n := range c {
		if n != 0 {
			dst = binary.AppendVarint(dst, n)
		}
	}
	return dst
}

// beyondRows reports whether c uses a measure that rows do not have.
func (c *Counts) beyondRows() bool {
	for m, n := range c {
		if n != 0 && !Measure(m).OfRows() {
			return true
		}
	}
	return false
}

// decoder reads what the append functions wrote. After a fault it returns zeros.
type decoder struct {
	data   []byte
	failed bool
}

func (d *decoder) fail() {
	d.failed, d.data = true, nil
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 || size > 1 && d.data[size-1] == 0 { // a longer form than needed
		d.fail()
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (d *decoder) byte() byte {
	if len(d.data) == 0 {
		d.fail()
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

func (d *decoder) string(limit int) string {
	n := d.uvarint()
	if n > uint64(limit) || n > uint64(len(d.data)) {
		d.fail()
		return ""
	}
	s := string(d.data[:n])
	d.data = d.data[n:]
	return s
}

// length reads a count of things that take at least size bytes each.
func (d *decoder) length(limit, size int) int {
	n := d.uvarint()
	if n > uint64(limit) || n > uint64(len(d.data)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) day() Day {
	n := d.varint()
	if n < -1<<31 || n > 1<<31-1 {
		d.fail()
	}
	return Day(n)
}

func (d *decoder) counts(c *Counts) {
	set := d.uvarint()
	if set>>NumMeasures != 0 {
		d.fail()
		return
	}
	for m := range c {
		if set>>m&1 == 1 {
			if c[m] = d.varint(); c[m] == 0 {
				d.fail()
			}
		}
	}
}

func (d *decoder) batch() (b Batch) {
	if d.byte() != batchVersion {
		d.fail()
		return b
	}
	b.Instance = d.string(MaxInstance)
	b.Seq = d.uvarint()
	if mark := d.string(MaxMark); mark != "" {
		b.Mark = []byte(mark)
	}
	b.Totals = d.totals()
	b.Rows = d.rows()
	return b
}

func (d *decoder) totals() []Total {
	n := d.length(MaxTotals, 3)
	if n == 0 {
		return nil
	}
	list := make([]Total, n)
	for i := range list {
		t := &list[i]
		t.Day, t.Hour = d.day(), d.byte()
		if t.Hour > 23 {
			d.fail()
		}
		d.counts(&t.Counts)
		if d.failed {
			return nil
		}
	}
	return list
}

func (d *decoder) rows() []Row {
	n := d.length(MaxRows, 4)
	if n == 0 {
		return nil
	}
	list := make([]Row, 0, min(n, 1024))
	for range n {
		r := Row{Day: d.day(), Dim: Dimension(d.byte()), Value: d.string(MaxValue)}
		d.counts(&r.Counts)
		if d.failed || r.Counts.beyondRows() || !r.Dim.Valid() || !r.Dim.ValidValue(r.Value) {
			d.fail()
			return nil
		}
		list = append(list, r)
	}
	return list
}
