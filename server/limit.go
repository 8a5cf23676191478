package server

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Tries to sign in: a burst, then one per interval.
const (
	clientBurst, clientEvery   = 10, 10 * time.Second
	accountBurst, accountEvery = 10, 30 * time.Second
	limiterCap                 = 4096
)

// limits bounds how often passwords are tried, per client and per account. A client is a hash of its
// address's prefix (/32, /56) under a seed that lives as long as the process. An attacker who wears out
// an account's allowance does not lock its owner out: clients that have signed in to it are exempt.
type limits struct {
	mu      sync.Mutex
	seed    maphash.Seed
	now     func() time.Time
	entries map[uint64]*rate.Limiter
	order   []uint64 // ring of keys, the oldest at next
	next    int
	good    map[uint64]struct{} // client × account that have signed in
}

func newLimits(now func() time.Time) *limits {
	return &limits{seed: maphash.MakeSeed(), now: now, entries: make(map[uint64]*rate.Limiter), good: make(map[uint64]struct{})}
}

type limitKey struct {
	client  netip.Prefix
	account string
}

func (l *limits) key(client netip.Addr, account string) uint64 {
	bits := 32
	if client.Is6() {
		bits = 56
	}
	prefix, _ := client.Prefix(bits)
	return maphash.Comparable(l.seed, limitKey{prefix, account})
}

// Allow reports whether client may try account's password now, and if not, for how long to wait.
func (l *limits) Allow(client netip.Addr, account string) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait, ok := l.take(l.key(client, ""), clientEvery, clientBurst); !ok {
		return wait, false
	}
	if account == "" {
		return 0, true
	}
	if _, known := l.good[l.key(client, account)]; known {
		return 0, true
	}
	return l.take(l.key(netip.Addr{}, account), accountEvery, accountBurst)
}

// Good remembers that client has signed in to account.
func (l *limits) Good(client netip.Addr, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.good) >= limiterCap {
		clear(l.good)
	}
	l.good[l.key(client, account)] = struct{}{}
}

func (l *limits) take(key uint64, every time.Duration, burst int) (time.Duration, bool) {
	lim, ok := l.entries[key]
	if !ok {
		lim = rate.NewLimiter(rate.Every(every), burst)
		l.remember(key, lim)
	}
	now := l.now()
	if lim.AllowN(now, 1) {
		return 0, true
	}
	return max(time.Second, time.Duration((1-lim.TokensAt(now))*float64(every))), false
}

// remember puts lim in the place of the oldest one when all places are taken.
func (l *limits) remember(key uint64, lim *rate.Limiter) {
	if len(l.order) < limiterCap {
		l.order = append(l.order, key)
	} else {
		delete(l.entries, l.order[l.next])
		l.order[l.next] = key
		l.next = (l.next + 1) % limiterCap
	}
	l.entries[key] = lim
}
