package recorder

import (
	"hash/maphash"
	"sync/atomic"
)

// served remembers which pages were answered well, so that a document that says it shows one is believed of no other. It is a
// Bloom filter of paths without an address, a query or an id: 128 KiB, which one made-up path in a thousand passes when it is full. Then it
// begins anew. It is safe for concurrent use.
type served struct {
	seed  maphash.Seed
	words [servedBits / 64]atomic.Uint64
	added atomic.Int64
}

const (
	servedBits  = 1 << 20
	servedMarks = 4      // bits for each path
	servedMost  = 50_000 // paths
)

func newServed() *served { return &served{seed: maphash.MakeSeed()} }

// marks calls f for each bit of a path until it returns false.
func (s *served) marks(path string, f func(word *atomic.Uint64, bit uint64) bool) {
	sum := maphash.String(s.seed, path)
	for range servedMarks {
		at := sum % servedBits
		if !f(&s.words[at/64], 1<<(at%64)) {
			return
		}
		sum = sum>>20 | sum<<44
	}
}

// note takes a page in.
func (s *served) note(path string) {
	if s.has(path) {
		return
	}
	if s.added.Add(1) > servedMost {
		s.added.Store(1)
		for i := range s.words {
			s.words[i].Store(0)
		}
	}
	s.marks(path, func(word *atomic.Uint64, bit uint64) bool {
		word.Or(bit)
		return true
	})
}

// has reports whether a page was answered.
func (s *served) has(path string) bool {
	known := true
	s.marks(path, func(word *atomic.Uint64, bit uint64) bool {
		known = word.Load()&bit != 0
		return known
	})
	return known
}
