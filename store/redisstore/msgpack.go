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

// width is how many numbers a row of counts has: one for each measure, and room for some to come. It is
// that of lua/apply.lua.
const width = 24

// narrow is how many numbers a row had once; a row that rests since then is read as if zeros followed.
const narrow = 16

// appendCounts appends the numbers of c, zeros at the end making up the width.
func appendCounts(dst []byte, c *stats.Counts) []byte {
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
	for m := 0; m < width && (m < narrow || src != ""); m++ {
		var n int64
		if n, src, err = parseInt(src); err != nil {
			return c, err
		}
		if m < len(c) {
			c[m] = n
		} else if n != 0 {
			return c, ErrCorrupt
		}
	}
	if src != "" {
		return c, ErrCorrupt
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
