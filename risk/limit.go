package risk

import (
	"context"
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Shared are counters that several processes share.
type Shared interface {
	// Add adds n to the counter called key, which is begun where there is none and forgotten once window has passed since
	// then, and returns what it then holds. Keys are random bytes in lower-case letters and digits. It must heed ctx.
	Add(ctx context.Context, key string, n int64, window time.Duration) (total int64, err error)
}

const (
	defaultTimeout = 25 * time.Millisecond
	awayFor        = time.Second // until shared counters that failed are tried again
	keyPeriod      = time.Hour   // of the key under which counters are shared
)

// limiter counts for the limits of a site. Each process may serve ⌈L/2N⌉ of a limit L that N processes share before it tells the
// others; from then on each request is a call. So no more than L + (N−1)·⌈L/2N⌉ are ever served in a window, and whoever stays
// below half the limit costs no call at all.
type limiter struct {
	counts  *table[counter]
	shared  Shared
	nodes   int
	timeout time.Duration
	secret  []byte
	key     atomic.Pointer[sipKey]
	away    atomic.Int64 // until when the counters are not tried
	failed  atomic.Int64

	mu     sync.Mutex
	spaces map[uint64]*space // by limit
}

// space is how many counters of a limit were begun in a window: what others keep for us is bounded as well, however many addresses there are.
type space struct {
	window int64
	begun  int
}

// maxBegun is how many counters of one limit a process begins in one window of it. Beyond that its declared choice holds, as if the
// counters were away.
const maxBegun = 32 << 10

// room takes the space of one more counter.
func (l *limiter) room(id uint64, window int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.spaces[id]
	if s == nil || s.window != window {
		if l.spaces == nil || len(l.spaces) >= 2*maxRules {
			l.spaces = make(map[uint64]*space)
		}
		s = &space{window: window}
		l.spaces[id] = s
	}
	s.begun++
	return s.begun <= maxBegun
}

// reachable reports that the shared counters are to be tried. A clock that was set back does not keep them away.
func (l *limiter) reachable(now int64) bool {
	until := l.away.Load()
	return l.shared != nil && (now >= until || now < until-awayFor.Milliseconds())
}

// counter is one pseudonym under one limit in one window.
type counter struct {
	window int64
	own    int64 // served and not told
	total  int64 // of all, as last heard
	told   bool
	denied bool
}

func newLimiter(o Options, secret []byte) *limiter {
	l := &limiter{counts: newTable[counter](o.Capacity), shared: o.Shared, nodes: max(1, o.Nodes), timeout: o.Timeout, secret: secret}
	if l.timeout <= 0 {
		l.timeout = defaultTimeout
	}
	return l
}

func (l *limiter) bytes() int { return l.counts.bytes() }

// keyAt is the key of an hour. It is of the secret and the hour alone, so that all processes have it; counters under it
// are gone when their window is.
func (l *limiter) keyAt(now int64) (*sipKey, error) {
	period := now / keyPeriod.Milliseconds()
	if key := l.key.Load(); key != nil && key.period == period {
		return key, nil
	}
	key, err := derive(l.secret, binary.BigEndian.AppendUint64(nil, uint64(period)), labelShared, period)
	if err == nil {
		l.key.Store(key)
	}
	return key, err
}

// limits applies the site's limits to a request.
func (e *Engine) limits(v *Verdict, q *Request, key *sipKey, rules *ruleSet) {
	for i := range rules.Limits {
		r := &rules.Limits[i]
		if v.Action >= r.Then && v.Refuses() || q.verified || !among(r.Method, q.method) || !begins(r.Path, q.path) {
			continue
		}
		who := q.who
		if r.scope() == scopeNetwork {
			who = key.of(q.addr, scopeNetwork)
		}
		ok, wait := e.limiter.serve(r, rules.ids[i], who, q.addr, q.now)
		if ok {
			continue
		}
		v.Action, v.Rule = max(v.Action, r.Then), r.Name
		if v.Action == ActionThrottle {
			v.Wait = max(wait, time.Second)
		}
	}
}

// scope is what each counter of the limit is of.
func (r *Limit) scope() scope {
	if r.Per == "network" {
		return scopeNetwork
	}
	return scopeAddress
}

// serve counts one request and reports whether it is within the limit, or else when the window ends. Who is the pseudonym that this process
// has for the address or network; the id is of the limit's name, so that it is the same in all processes.
func (l *limiter) serve(r *Limit, id uint64, who Pseudonym, addr netip.Addr, now int64) (ok bool, wait time.Duration) {
	window := now / r.Window.Milliseconds()
	wait = time.Duration((window+1)*r.Window.Milliseconds()-now) * time.Millisecond
	return l.count(r, id, who, addr, window, now), wait
}

// mine names a counter in this process: cheaply, since a pseudonym is random already. Where a window goes over the hour at which the key of
// pseudonyms turns, it is counted anew from there, as the counters of all are at each hour.
func mine(who Pseudonym, id uint64, window int64) Pseudonym {
	return Pseudonym{who[0] ^ id, who[1] ^ uint64(window)*0x9e3779b97f4a7c15}
}

// ours names a counter in all processes.
func (l *limiter) ours(r *Limit, id uint64, addr netip.Addr, window, now int64) (Pseudonym, error) {
	key, err := l.keyAt(now)
	if err != nil {
		return Pseudonym{}, err
	}
	var m [33]byte
	cover(m[:], addr, r.scope())
	binary.BigEndian.PutUint64(m[17:25], id)
	binary.BigEndian.PutUint64(m[25:], uint64(window))
	return key.sum(m[:]), nil
}

// count decides on what is known here, and asks the others where that is not enough.
func (l *limiter) count(r *Limit, id uint64, who Pseudonym, addr netip.Addr, window, now int64) bool {
	share := int64((r.Limit + 2*l.nodes - 1) / (2 * l.nodes))
	name := mine(who, id, window)
	ok, tell := l.alone(r, id, name, window, now, share)
	if tell == 0 {
		return ok
	}
	total, err := l.tell(r, id, addr, window, now, tell)
	if err != nil {
		l.failed.Add(1)
		l.away.Store(now + awayFor.Milliseconds())
		return l.unheard(r, name, window, now, tell, share)
	}
	return l.heard(r, name, window, now, total)
}

// tell tells the others of n requests that were served, and returns how many all have served.
func (l *limiter) tell(r *Limit, id uint64, addr netip.Addr, window, now, n int64) (total int64, err error) {
	name, err := l.ours(r, id, addr, window, now)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.timeout)
	defer cancel()
	return l.shared.Add(ctx, name.String(), n, r.Window)
}

// alone decides without the others, or returns how many they are to be told.
func (l *limiter) alone(r *Limit, id uint64, name Pseudonym, window, now, share int64) (ok bool, tell int64) {
	s := l.counts.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := l.at(s, name, window, now)
	most := int64(r.Limit)
	switch {
	case c.denied:
		return false, 0
	case l.shared != nil && (c.told || c.own >= share):
		if l.reachable(now) && (c.told || l.room(id, window)) {
			tell = c.own + 1
			c.own = 0
			return false, tell
		}
		if r.Away == AwayClosed {
			return false, 0
		}
	}
	if c.total+c.own >= most {
		return false, 0
	}
	c.own++
	return true, 0
}

func (l *limiter) at(s *shard[counter], name Pseudonym, window, now int64) *counter {
	c := l.counts.take(s, name, now)
	if c.window != window {
		*c = counter{window: window}
	}
	return c
}

// heard takes in what all together have served.
func (l *limiter) heard(r *Limit, name Pseudonym, window, now, total int64) bool {
	s := l.counts.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := l.at(s, name, window, now)
	c.told, c.total = true, max(c.total, total)
	if total > int64(r.Limit) {
		c.denied = true
		return false
	}
	return true
}

// unheard decides where the others could not be asked: what they were to be told is kept for later.
func (l *limiter) unheard(r *Limit, name Pseudonym, window, now, tell, share int64) bool {
	s := l.counts.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := l.at(s, name, window, now)
	c.own += tell - 1
	most := int64(r.Limit)
	if r.Away == AwayClosed {
		most = min(most, share)
	}
	if c.total+c.own >= most {
		return false
	}
	c.own++
	return true
}
