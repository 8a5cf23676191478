package mmdb

import (
	"sync/atomic"

	"github.com/kelisim/kelisim/geo"
)

// cacheSize is the number of records a database keeps decoded, about 1 MB when full.
const cacheSize = 1 << 13

// cache keeps decoded records by their offset in the database, so that a network's second visitor
// costs a walk down the tree and no allocation. It is direct-mapped, so its size is fixed, and it
// belongs to one database: it cannot answer from one that has been replaced.
type cache struct {
	slots [cacheSize]atomic.Pointer[cached]
}

type cached struct {
	offset uintptr
	loc    geo.Location
}

func (c *cache) slot(offset uintptr) *atomic.Pointer[cached] {
	return &c.slots[uint32(offset)*2654435769>>(32-13)] // Fibonacci hashing
}

func (c *cache) get(offset uintptr) (geo.Location, bool) {
	if e := c.slot(offset).Load(); e != nil && e.offset == offset {
		return e.loc, true
	}
	return geo.Location{}, false
}

func (c *cache) put(offset uintptr, loc geo.Location) {
	c.slot(offset).Store(&cached{offset, loc})
}
