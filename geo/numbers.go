package geo

import (
	"encoding/binary"
	"math/bits"
)

// uvarints reads unsigned base-128 numbers (encoding/binary's uvarints) from a string.
type uvarints struct {
	s  string
	at int
}

// next returns the next number. Bad input and the end of input give 0, and then there is no more.
func (u *uvarints) next() uint64 {
	if u.at < len(u.s) && u.s[u.at] < 0x80 {
		u.at++
		return uint64(u.s[u.at-1])
	}
	return u.long()
}

func (u *uvarints) long() uint64 {
	var v uint64
	for i := 0; u.at+i < len(u.s) && i < 9; i++ {
		b := u.s[u.at+i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			u.at += i + 1
			return v
		}
	}
	u.at = len(u.s)
	return 0
}

func (u *uvarints) done() bool { return u.at == len(u.s) }

// bitfields reads numbers of a fixed width in bits, the lowest bits of the first byte first.
type bitfields struct {
	b     []byte // with 8 bytes to spare
	width int
	at    int // in bits
}

// newBitfields reads numbers just wide enough for most.
func newBitfields(s string, most uint32) bitfields {
	return bitfields{b: append([]byte(s), make([]byte, 8)...), width: bits.Len32(most)}
}

// next returns the next number, and 0 at the end of input.
func (f *bitfields) next() uint32 {
	if f.at+f.width > 8*(len(f.b)-8) {
		return 0
	}
	word := binary.LittleEndian.Uint64(f.b[f.at>>3:]) >> (f.at & 7)
	f.at += f.width
	return uint32(word & (1<<f.width - 1))
}
