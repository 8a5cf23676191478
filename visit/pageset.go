package visit

import (
	"math/bits"

	"github.com/dchest/siphash"
)

// pageSet is what a visitor has seen on one day, pages and sections: a Bloom filter of 128 bits, two for each. Which bits those
// are follows from the page, the day and the visitor's lot (see [Step]), so that no two pages are taken for one another by everybody. They do not
// follow from the visitor's key: it would decide who is missed, and what rests would tell something of keys. What was
// seen is always known again; what was not is taken for seen once in 400 for the third page of a visitor, and once in 15 for the
// twentieth: so many visitors of a page are missed, and none is counted twice.
type pageSet [2]uint64

// see puts in a page, and says what of it is new.
func (p *pageSet) see(day Day, lot uint8, path string) (newPage, newSection bool) {
	if !p.put(pageBits(day, lot, 'p', path)) {
		return false, false
	}
	return true, p.put(pageBits(day, lot, 's', Section(path)))
}

// put sets the bits of set, and reports whether any of them was not.
func (p *pageSet) put(set pageSet) (fresh bool) {
	fresh = set[0]&^p[0]|set[1]&^p[1] != 0
	p.join(set)
	return fresh
}

// join puts in all that another holds.
func (p *pageSet) join(other pageSet) {
	p[0] |= other[0]
	p[1] |= other[1]
}

// pageBits returns two bits of a page or of a section.
func pageBits(day Day, lot uint8, kind uint64, text string) (set pageSet) {
	var message [256]byte // no path is longer
	h := siphash.Hash(uint64(day)<<8|uint64(lot), kind, message[:copy(message[:], text)])
	first := h & 127
	high, _ := bits.Mul64(h, 127)
	second := (first + 1 + high) & 127 // another than the first
	set[first>>6] |= 1 << (first & 63)
	set[second>>6] |= 1 << (second & 63)
	return set
}
