package visit

import (
	"math/bits"

	"github.com/dchest/siphash"
)

// pageSet is what a visitor has seen on one day, pages and sections: a Bloom filter of 128 bits, two for each. Which bits those
// are follows from the visitor's key of the day, so that no two pages are taken for one another by everybody. What was
// seen is always known again; what was not is taken for seen once in 400 for the third page of a visitor, and once in 15 for the
// twentieth: so many visitors of a page are missed, and none is counted twice.
type pageSet [2]uint64

// see puts in a page, and says what of it is new.
func (p *pageSet) see(key Key, path string) (newPage, newSection bool) {
	if !p.put(pageBits(key, path)) {
		return false, false
	}
	return true, p.put(pageBits(Key{key[1], key[0]}, Section(path)))
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

// pageBits returns two bits.
func pageBits(key Key, text string) (set pageSet) {
	var message [256]byte // no path is longer
	h := siphash.Hash(key[0], key[1], message[:copy(message[:], text)])
	first := h & 127
	high, _ := bits.Mul64(h, 127)
	second := (first + 1 + high) & 127 // another than the first
	set[first>>6] |= 1 << (first & 63)
	set[second>>6] |= 1 << (second & 63)
	return set
}
