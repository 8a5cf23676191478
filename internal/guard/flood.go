package guard

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Bounds on what one network may have recorded. Carriers put thousands of visitors behind one /24, so the
// burst is wide; what is to be stopped is a program that fills the ledger.
const (
	floodBurst    = 120             // records that a network may have at once
	floodEvery    = 2 * time.Second // and one more each
	floodNetworks = 1 << 16         // that are remembered; all further ones share one allowance
	floodKey      = time.Hour       // after which networks are forgotten, and hashed under another key
)

// flood bounds how many records a network may cause: a token bucket for each keyed hash of a /24 or /48. Key
// and hashes are in memory only, and are forgotten within the hour; no address is.
type flood struct {
	mu      sync.Mutex
	seed    maphash.Seed
	since   time.Time
	buckets map[uint64]bucket
	dropped int64 // records of refusals that were left out
	refused int64 // grants
}

type bucket struct {
	at   time.Time
	left float64
}

// allow reports whether the network of addr may have one more record.
func (f *flood) allow(addr netip.Addr, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.buckets == nil || now.Sub(f.since) >= floodKey || now.Before(f.since) {
		f.seed, f.since, f.buckets = maphash.MakeSeed(), now, map[uint64]bucket{}
	}
	key := maphash.Comparable(f.seed, network(addr))
	b, known := f.buckets[key]
	if !known && len(f.buckets) >= floodNetworks {
		key = 0 // shared
		b, known = f.buckets[key]
	}
	if !known {
		b = bucket{now, floodBurst}
	}
	b.left = min(floodBurst, b.left+float64(max(0, now.Sub(b.at)))/float64(floodEvery))
	b.at = now
	ok := b.left >= 1
	if ok {
		b.left--
	}
	f.buckets[key] = b
	return ok
}

// network is the /24 or /48 of an address; the zero prefix where it is not known.
func network(addr netip.Addr) netip.Prefix {
	bits := 48
	if addr = addr.Unmap(); addr.Is4() {
		bits = 24
	}
	p, _ := addr.WithZone("").Prefix(bits) // of no address, none
	return p
}

// note counts a record that was not made.
func (f *flood) note(refusal bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if refusal {
		f.dropped++
	} else {
		f.refused++
	}
}

func (f *flood) figures() (refused, dropped int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refused, f.dropped
}
