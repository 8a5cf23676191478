package risk

import (
	"encoding/binary"
	"slices"
)

// records are accounts one after the other, in the bytes in which they rest.
type records []byte

var accountSize = binary.Size(account{})

// Where a record begins: pseudonym, salt, and when somebody was let in last.
const (
	whoAt  = 0
	seenAt = 24
)

func (r records) len() int { return len(r) / accountSize }

func (r records) at(i int) []byte { return r[i*accountSize : (i+1)*accountSize] }

func (r records) seen(i int) int64 { return int64(binary.BigEndian.Uint64(r.at(i)[seenAt:])) }

// find returns the place of a pseudonym; -1 for none.
func (r records) find(who Pseudonym) int {
	for i := range r.len() {
		if b := r.at(i)[whoAt:]; binary.BigEndian.Uint64(b) == who[0] && binary.BigEndian.Uint64(b[8:]) == who[1] {
			return i
		}
	}
	return -1
}

func (r records) oldest() (at int) {
	for i := range r.len() {
		if r.seen(i) < r.seen(at) {
			at = i
		}
	}
	return at
}

func (r records) get(i int) (a account) {
	_, _ = binary.Decode(r.at(i), binary.BigEndian, &a) // it has the size
	return a
}

// put writes a record, and returns true, for those who return what it wrote.
func (r records) put(i int, a *account) bool {
	_, _ = binary.Encode(r.at(i), binary.BigEndian, a) // it has the size
	return true
}

func (r records) without(i int) records { return slices.Delete(r, i*accountSize, (i+1)*accountSize) }
