package visit

import (
	"sync"
	"sync/atomic"
)

const (
	cacheWays = 8  // entries that share a set
	maxUses   = 63 // knocks that the most used entry withstands
)

// cache is a bounded map that is read without locks and that nobody can empty cheaply. A key enters
// on its second sighting; where its set is full, it knocks, and each knock takes one use from the entry
// used least, which makes room when it has none left. So a flood of made-up keys costs two requests a
// knock, and the entries of real visitors win their uses back meanwhile. Hashes are seeded at random:
// no set can be aimed at.
type cache[K comparable, V any] struct {
	sets []cacheSet[K, V]
	door []atomic.Uint32 // fingerprints seen once
	mu   sync.Mutex      // of writers; one that finds it taken does without
}

type cacheSet[K comparable, V any] struct {
	tags    [cacheWays]atomic.Uint32
	entries [cacheWays]atomic.Pointer[cacheEntry[K, V]]
}

type cacheEntry[K comparable, V any] struct {
	hash  uint64
	uses  atomic.Uint32
	key   K
	value V
}

// newCache makes a cache of at least size entries, rounded up to a power of two.
func newCache[K comparable, V any](size int) *cache[K, V] {
	sets := 1
	for sets*cacheWays < size {
		sets *= 2
	}
	return &cache[K, V]{sets: make([]cacheSet[K, V], sets), door: make([]atomic.Uint32, sets*cacheWays)}
}

// get returns the value of key, nil for none. It must not be changed.
func (c *cache[K, V]) get(hash uint64, key *K) *V {
	set := &c.sets[hash%uint64(len(c.sets))]
	tag := uint32(hash >> 32)
	for i := range set.tags {
		if set.tags[i].Load() != tag {
			continue
		}
		if e := set.entries[i].Load(); e != nil && e.hash == hash && e.key == *key {
			if uses := e.uses.Load(); uses < maxUses {
				e.uses.Store(uses + 1)
			}
			return &e.value
		}
	}
	return nil
}

// admits reports whether the key of hash may enter, now that it has been seen (again).
func (c *cache[K, V]) admits(hash uint64) bool {
	cell := &c.door[hash>>8%uint64(len(c.door))]
	if tag := uint32(hash>>32) | 1; cell.Load() != tag {
		cell.Store(tag)
		return false
	}
	set := &c.sets[hash%uint64(len(c.sets))]
	least := set.least()
	if e := set.entries[least].Load(); e != nil {
		if uses := e.uses.Load(); uses > 0 {
			e.uses.Store(uses - 1)
			return false
		}
	}
	return true
}

// put keeps value under key, whose strings must be the cache's own, and returns the value that is
// kept: an earlier one of the same key where there is one.
func (c *cache[K, V]) put(hash uint64, key K, value V) *V {
	if c.mu.TryLock() {
		defer c.mu.Unlock()
		if have := c.get(hash, &key); have != nil {
			return have
		}
		set := &c.sets[hash%uint64(len(c.sets))]
		i := set.least()
		e := &cacheEntry[K, V]{hash: hash, key: key, value: value}
		set.entries[i].Store(e)
		set.tags[i].Store(uint32(hash >> 32))
		return &e.value
	}
	return &value
}

// least returns the free way, or the one used least.
func (s *cacheSet[K, V]) least() int {
	least, uses := 0, uint32(maxUses+1)
	for i := range s.entries {
		e := s.entries[i].Load()
		if e == nil {
			return i
		}
		if n := e.uses.Load(); n < uses {
			least, uses = i, n
		}
	}
	return least
}
