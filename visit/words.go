package visit

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// A user agent string is read as a row of words: runs of ASCII letters, digits and underscores. Each
// word means at most one thing, found in one table; the order in which meanings win is in families.go.

type meaning uint8

const (
	meansNothing meaning = iota // a word of every browser
	meansBrand                  // of: family
	meansFlag                   // of: flag bit
	meansSystem                 // of: system
	meansBot                    // of: index in bots
	meansGeneric                // a word that only bots use
	meansPlace                  // of: a number stands here
)

type word struct {
	head, tail uint64 // the first and the last 8 bytes in lower case, zero-padded
	size       uint8
	means      meaning
	of         uint8
	weak       bool // a browser may have it too
	bot        uint16
}

// dictionary is an open-addressing table of words. It is built once and only read.
type dictionary struct {
	cells [4096]uint32 // 16 bits of the hash, and the index into words plus one
	words []word
}

const maxWord = 32 // longer words mean nothing

func (d *dictionary) add(text string, w word) {
	var buf [maxPersonal + 64]byte
	copy(buf[:], text)
	w.head, w.tail = ends(&buf, 0, len(text))
	w.size = uint8(len(text))
	hash := wordHash(w.head, w.tail, len(text))
	i := hash >> 52
	for d.cells[i] != 0 {
		if have := d.words[uint16(d.cells[i])-1]; have.head == w.head && have.tail == w.tail && have.size == w.size {
			return // the first meaning stays
		}
		i = (i + 1) % uint64(len(d.cells))
	}
	d.words = append(d.words, w)
	d.cells[i] = uint32(hash>>20)<<16 | uint32(len(d.words))
}

// find returns the word of the given ends, nil for none.
func (d *dictionary) find(head, tail uint64, size int) *word {
	hash := wordHash(head, tail, size)
	for i := hash >> 52; d.cells[i] != 0; i = (i + 1) % uint64(len(d.cells)) {
		if d.cells[i]>>16 != uint32(hash>>20)&0xffff {
			continue
		}
		if w := &d.words[uint16(d.cells[i])-1]; w.head == head && w.tail == tail && int(w.size) == size {
			return w
		}
	}
	return nil
}

func wordHash(head, tail uint64, size int) uint64 {
	return head*0x9E3779B97F4A7C15 ^ tail*0xC2B2AE3D27D4EB4F ^ uint64(size)*0x165667B19E3779F9
}

const lowerMask = 0x2020202020202020

// ends returns the first and the last 8 bytes of the word of n bytes at buf[i:], in lower case. An
// underscore becomes a DEL: all that matters is that each word has one form.
func ends(buf *[maxPersonal + 64]byte, i, n int) (head, tail uint64) {
	head = binary.LittleEndian.Uint64(buf[i:i+8]) | lowerMask
	if n < 8 {
		head &= 1<<(8*uint(n)) - 1
		return head, head
	}
	return head, binary.LittleEndian.Uint64(buf[i+n-8:i+n]) | lowerMask
}

// newDictionary reads all tables of words. Where a word stands in several, the first below wins.
func newDictionary() (*dictionary, []bot) {
	d := new(dictionary)
	for text := range strings.FieldsSeq(quietWords) {
		if _, place := placeWords[text]; !place {
			d.add(text, word{})
		}
	}
	for text, p := range placeWords {
		d.add(text, word{means: meansPlace, of: p})
	}
	for text, f := range flagWords {
		d.add(text, word{means: meansFlag, of: uint8(bits.TrailingZeros32(uint32(f)))})
	}
	for text, f := range brandWords {
		if f != familyNone && f != familyHeadless {
			d.add(text, word{means: meansBrand, of: uint8(f)})
		}
	}
	for text, o := range systemWords {
		d.add(text, word{means: meansSystem, of: uint8(o)})
	}
	return d, newVocabulary(d)
}

// suspicious returns the unnamed bot that an unknown word of n bytes (more than 3) gives away: by how
// it ends, or begins. The class is the best guess.
func suspicious(head, tail uint64, n int) uint16 {
	if n < 8 {
		tail <<= 8 * uint(8-n)
	}
	switch byte(tail >> 56) {
	case 't':
		if tail>>40 == 'b'|'o'<<8|'t'<<16 {
			return botOther
		}
	case 's':
		if tail>>32 == 'b'|'o'<<8|'t'<<16|'s'<<24 {
			return botOther
		}
	case 'r':
		return suspiciousER(tail)
	case 'l', 'h', 'w':
		if tail>>24 == 'c'|'r'<<8|'a'<<16|'w'<<24|'l'<<32 || tail>>24 == 'f'|'e'<<8|'t'<<16|'c'<<24|'h'<<32 {
			return botOther
		}
		if tail>>8 == 'p'|'r'<<8|'e'<<16|'v'<<24|'i'<<32|'e'<<40|'w'<<48 {
			return botPreview
		}
	}
	switch head & 0xffffffff {
	case 'h' | 't'<<8 | 't'<<16 | 'p'<<24:
		return botTool
	case 'c' | 'r'<<8 | 'a'<<16 | 'w'<<24, 's' | 'p'<<8 | 'i'<<16 | 'd'<<24:
		return botOther
	}
	return 0
}

// suspiciousER is suspicious for words that end in r.
func suspiciousER(tail uint64) uint16 {
	const (
		spider  = 's' | 'p'<<8 | 'i'<<16 | 'd'<<24 | 'e'<<32 | 'r'<<40
		crawler = 'c' | 'r'<<8 | 'a'<<16 | 'w'<<24 | 'l'<<32 | 'e'<<40 | 'r'<<48
		scraper = 's' | 'c'<<8 | 'r'<<16 | 'a'<<24 | 'p'<<32 | 'e'<<40 | 'r'<<48
		fetcher = 'f' | 'e'<<8 | 't'<<16 | 'c'<<24 | 'h'<<32 | 'e'<<40 | 'r'<<48
		checker = 'c' | 'h'<<8 | 'e'<<16 | 'c'<<24 | 'k'<<32 | 'e'<<40 | 'r'<<48
		monitor = 'm' | 'o'<<8 | 'n'<<16 | 'i'<<24 | 't'<<32 | 'o'<<40 | 'r'<<48
		scanner = 's' | 'c'<<8 | 'a'<<16 | 'n'<<24 | 'n'<<32 | 'e'<<40 | 'r'<<48
		rchiver = 'r' | 'c'<<8 | 'h'<<16 | 'i'<<24 | 'v'<<32 | 'e'<<40 | 'r'<<48
		indexer = 'i' | 'n'<<8 | 'd'<<16 | 'e'<<24 | 'x'<<32 | 'e'<<40 | 'r'<<48
		lidator = 'l' | 'i'<<8 | 'd'<<16 | 'a'<<24 | 't'<<32 | 'o'<<40 | 'r'<<48
	)
	if tail>>16 == spider {
		return botOther
	}
	switch tail >> 8 {
	case crawler, scraper, fetcher, rchiver, indexer:
		return botOther
	case checker, monitor, lidator:
		return botMonitor
	case scanner:
		return botScanner
	}
	return 0
}
