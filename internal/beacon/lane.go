package beacon

import (
	"net/netip"
	"sync"
	"time"
)

// Bounds of the open lane in one minute.
const (
	LaneAll     = 6000 // deliveries
	LaneNetwork = 120  // of one /24 or /48: an office or a carrier behind one address
	laneHeld    = 8192 // networks told apart; all others share one bound
)

// Lane bounds how much is taken in without a token. It forgets the networks with the minute. The zero Lane is ready
// and safe for concurrent use.
type Lane struct {
	mu     sync.Mutex
	minute int64
	all    int
	from   map[netip.Prefix]int
}

// Allow takes one delivery from addr, or refuses it.
func (l *Lane) Allow(addr netip.Addr, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := now.Unix() / 60; minute != l.minute || l.from == nil {
		l.minute, l.all, l.from = minute, 0, map[netip.Prefix]int{}
	}
	network := networkOf(addr)
	if _, known := l.from[network]; !known && len(l.from) >= laneHeld {
		network = netip.Prefix{}
	}
	if l.all >= LaneAll || l.from[network] >= LaneNetwork {
		return false
	}
	l.all++
	l.from[network]++
	return true
}

func networkOf(addr netip.Addr) netip.Prefix {
	bits := 48
	if addr = addr.Unmap(); addr.Is4() {
		bits = 24
	}
	network, _ := addr.WithZone("").Prefix(bits) // the zero Prefix for the zero Addr
	return network
}
