package guard

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Deliveries of reports in one minute, from all and from one network.
const (
	maxDeliveries = 600
	maxFromOne    = 60
	maxNetworks   = 2048
)

// limiter counts deliveries by the minute, and forgets the networks they came from with it.
type limiter struct {
	brim atomic.Int64 // the minute whose bound is reached

	mu     sync.Mutex
	minute int64
	total  int
	from   map[netip.Prefix]int
}

// allow takes one delivery from addr, or refuses it.
func (l *limiter) allow(addr netip.Addr, now time.Time) bool {
	network := networkOf(addr)
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := now.Unix() / 60; minute != l.minute || l.from == nil {
		l.minute, l.total, l.from = minute, 0, map[netip.Prefix]int{}
	}
	n, known := l.from[network]
	if n >= maxFromOne || l.total >= maxDeliveries || !known && len(l.from) >= maxNetworks {
		return false
	}
	l.from[network] = n + 1
	if l.total++; l.total >= maxDeliveries {
		l.brim.Store(l.minute)
	}
	return true
}

// full reports whether no more are read in this minute.
func (l *limiter) full(now time.Time) bool { return l.brim.Load() == now.Unix()/60 }

// networkOf is the network to which an address is commonly given: a /24, or a /48 of version 6.
func networkOf(addr netip.Addr) netip.Prefix {
	bits := 48
	if addr = addr.Unmap(); addr.Is4() {
		bits = 24
	}
	network, _ := addr.Prefix(bits) // the zero Prefix for the zero Addr
	return network
}
