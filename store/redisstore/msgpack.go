package redisstore

import (
	"encoding/binary"

	"github.com/kelisim/kelisim/stats"
)

// The scripts read and write MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), which
// Redis's Lua knows as cmsgpack: a few integers, strings and arrays of it.

func appendArray(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, 0x90|byte(n))
	}
	return binary.BigEndian.AppendUint16(append(dst, 0xdc), uint16(n))
}

func appendInt(dst []byte, n int64) []byte {
	switch {
	case n >= -32 && n < 128:
		return append(dst, byte(n))
	case n == int64(int16(n)):
		return binary.BigEndian.AppendUint16(append(dst, 0xd1), uint16(n))
	case n == int64(int32(n)):
		return binary.BigEndian.AppendUint32(append(dst, 0xd2), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, 0xd3), uint64(n))
	}
}

func appendString(dst []byte, s string) []byte {
	if len(s) < 32 {
		return append(append(dst, 0xa0|byte(len(s))), s...)
	}
	return append(binary.BigEndian.AppendUint16(append(dst, 0xda), uint16(len(s))), s...)
}

// A row of counts is narrow or wide, as lua/apply.lua knows them too. A wide one has a number for each measure, and room
// for some to come; one that rests since there were sixteen measures, or twenty-four, is read as if zeros followed.
const (
	width    = 28
	widthOld = 16
)

// narrow are the measures of a narrow row: the others are 0, as they are of most rows, and what Redis does not take apart
// costs nothing.
var narrow = [...]stats.Measure{
	stats.Views, stats.Visits, stats.Visitors, stats.Bounces, stats.Seconds, stats.Entries, stats.Exits, stats.Requests, stats.Crowd,
}

// appendCounts appends the numbers of c.
func appendCounts(dst []byte, c *stats.Counts) []byte {
	rest := *c
	for _, m := range narrow {
		rest[m] = 0
	}
	if rest.IsZero() {
		for _, m := range narrow {
			dst = appendInt(dst, c[m])
		}
		return dst
	}
	var row [width]int64
	copy(row[:], c[:])
	for _, v := range row {
		dst = appendInt(dst, v)
	}
	return dst
}

var _ [width - int(stats.NumMeasures)]struct{} // more measures need a wider row

// parseCounts reads what a script has written.
func parseCounts(src string) (c stats.Counts, err error) {
	var row [width]int64
	n := 0
	for ; src != "" && n < width; n++ {
		if row[n], src, err = parseInt(src); err != nil {
			return c, err
		}
	}
	switch {
	case src != "" || n != len(narrow) && n < widthOld:
		return c, ErrCorrupt
	case n == len(narrow):
		for i, m := range narrow {
			c[m] = row[i]
		}
		return c, nil
	}
	for m, v := range row {
		if m < len(c) {
			c[m] = v
		} else if v != 0 {
			return c, ErrCorrupt
		}
	}
	return c, nil
}

func parseInt(src string) (int64, string, error) {
	if src == "" {
		return 0, "", ErrCorrupt
	}
	kind := src[0]
	if kind < 0x80 || kind >= 0xe0 {
		return int64(int8(kind)), src[1:], nil
	}
	if kind < 0xcc || kind > 0xd3 {
		return 0, "", ErrCorrupt
	}
	size := 1 << (kind & 3) // cc–cf unsigned, d0–d3 signed, of 1, 2, 4, 8 bytes
	if len(src) < 1+size {
		return 0, "", ErrCorrupt
	}
	var n uint64
	for _, b := range []byte(src[1 : 1+size]) {
		n = n<<8 | uint64(b)
	}
	if kind >= 0xd0 {
		shift := 64 - 8*size
		return int64(n<<shift) >> shift, src[1+size:], nil
	}
	return int64(n), src[1+size:], nil
}
