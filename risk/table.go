package risk

import (
	"sync"
	"unsafe"
)

const (
	ways          = 8
	numShards     = 64
	defaultPlaces = 32 << 10
)

// table holds a fixed number of values. Each key belongs to one set of 8; where all are taken, the one that
// was met least recently gives way.
type table[T any] struct {
	shards [numShards]shard[T]
	mask   uint64
}

type shard[T any] struct {
	mu      sync.Mutex
	keys    []Pseudonym // apart from the values, because they are what is searched
	seen    []int64
	values  []T
	evicted int64
}

func newTable[T any](places int) *table[T] {
	if places <= 0 {
		places = defaultPlaces
	}
	sets := 1
	for sets*ways*numShards < places {
		sets *= 2
	}
	t := &table[T]{mask: uint64(sets - 1)}
	for i := range t.shards {
		s := &t.shards[i]
		s.keys, s.seen, s.values = make([]Pseudonym, sets*ways), make([]int64, sets*ways), make([]T, sets*ways)
	}
	return t
}

// bytes is the memory of the table, whatever comes.
func (t *table[T]) bytes() int {
	var value T
	each := unsafe.Sizeof(value) + unsafe.Sizeof(Pseudonym{}) + unsafe.Sizeof(int64(0))
	return len(t.shards) * len(t.shards[0].keys) * int(each)
}

func (t *table[T]) shard(key Pseudonym) *shard[T] { return &t.shards[key[0]%numShards] }

// find returns the value of key, nil for none. The shard must be locked.
func (t *table[T]) find(s *shard[T], key Pseudonym) *T {
	at := t.set(key)
	for i, have := range s.keys[at : at+ways] {
		if have == key {
			return &s.values[at+i]
		}
	}
	return nil
}

// take is find that makes a value where there is none, and says that it was met at now.
func (t *table[T]) take(s *shard[T], key Pseudonym, now int64) *T {
	at := t.set(key)
	oldest := at
	for i := at; i < at+ways; i++ {
		if s.keys[i] == key {
			s.seen[i] = now
			return &s.values[i]
		}
		if s.seen[i] < s.seen[oldest] {
			oldest = i
		}
	}
	if s.keys[oldest] != (Pseudonym{}) {
		s.evicted++
	}
	var none T
	s.keys[oldest], s.seen[oldest], s.values[oldest] = key, now, none
	return &s.values[oldest]
}

func (t *table[T]) set(key Pseudonym) int { return int(key[0]/numShards&t.mask) * ways }

// forget empties the place of key.
func (t *table[T]) forget(key Pseudonym) {
	s := t.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	at := t.set(key)
	for i := at; i < at+ways; i++ {
		if s.keys[i] == key {
			var none T
			s.keys[i], s.seen[i], s.values[i] = Pseudonym{}, 0, none
		}
	}
}

// figures counts values, and those that had to give way.
func (t *table[T]) figures() (used int, evicted int64) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		evicted += s.evicted
		for _, key := range s.keys {
			if key != (Pseudonym{}) {
				used++
			}
		}
		s.mu.Unlock()
	}
	return used, evicted
}
