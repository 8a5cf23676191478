package risk

import (
	"math/bits"
	"slices"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// conclude weighs the evidence. The shard must be locked.
func (e *Engine) conclude(v *Verdict, q *Request, active marks, entry *entry, now int64) {
	bot, attack := 0, 0 // a weak signal weighs less than any action asks for
	v.Reasons = v.Reasons[:0:0]
	for rest := active; rest != 0; rest &= rest - 1 {
		s := signal(bits.TrailingZeros64(uint64(rest)))
		r := row(s)
		switch r.group {
		case groupBot:
			bot += int(r.Weight)
		case groupAttack:
			attack += int(r.Weight)
		}
		v.Reasons = append(v.Reasons, Reason{r.Code, r.Weight, r.Basis, r.Clause, r.Bucket()})
		if int(s) < numHeld && entry.held[s] > now {
			if end := time.UnixMilli(entry.held[s]); end.After(v.Expires) {
				v.Expires = end
			}
		}
	}
	v.Bot, v.Network = uint8(min(bot, scoreMost)), uint8(min(attack, scoreMost))
	v.Action = actionOf(bot + attack)
	if q.verified || entry.passed > now {
		v.Action = min(v.Action, ActionLog)
	}
	slices.SortStableFunc(v.Reasons, func(a, b Reason) int { return int(b.Weight) - int(a.Weight) })
}

// A throttled client is served this many requests at once, and one more each paceEvery.
const (
	paceBurst = 10
	paceEvery = time.Second
)

// pace takes one request of a throttled client, and returns how long it should wait instead of being served; 0 for
// not at all.
func (e *Engine) pace(q *Request) time.Duration {
	s := e.table.shard(q.lane)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, q.lane, q.now)
	now := entry.touch(q.now)
	const each = int64(paceEvery / time.Millisecond)
	entry.slow = max(entry.slow, now)
	if over := entry.slow + each - (now + paceBurst*each); over > 0 {
		return max(time.Second, time.Duration(over)*time.Millisecond)
	}
	entry.slow += each
	return 0
}

// scoreOf is the sum that a verdict rests on.
func (e *Engine) scoreOf(v *Verdict) int { return min(int(v.Bot)+int(v.Network), scoreMost) }

// neighbourhood adds what the network says to evidence that is there already; alone it says nothing.
func (e *Engine) neighbourhood(v *Verdict, q *Request, key *sipKey, off marks) {
	score := e.scoreOf(v)
	if v.Action < ActionThrottle || q.verified {
		return
	}
	more := 0
	if s, ok := netSignal(q.place.Net); ok && !off.has(s) {
		if fresh := e.fresh(q.place, time.UnixMilli(q.now)); fresh > 0 {
			more += v.weighed(s, fresh)
		}
	}
	if q.elsewhere && !off.has(browserZone) {
		more += v.reason(browserZone)
	}
	network := key.of(q.addr, scopeNetwork)
	s := e.table.shard(network)
	s.mu.Lock()
	if entry := e.table.find(s, network); entry != nil && entry.held[neighbours] > q.now && !off.has(neighbours) {
		more += v.reason(neighbours)
	}
	s.mu.Unlock()
	if more > 0 {
		v.Network = uint8(min(int(v.Network)+more, scoreMost))
		v.Action = max(v.Action, actionOf(score+more))
	}
}

// fresh says how much a place and its network count at now, 0 to 1, by the age of the data that they are from: nothing
// where that is worn out or unknown.
func (e *Engine) fresh(place geo.Location, now time.Time) float64 {
	built := place.Built.Time()
	if built.IsZero() && e.geoBuilt != nil {
		built = e.geoBuilt()
	}
	if weight := geo.Weight(built, now); weight > geo.WornWeight {
		return weight
	}
	return 0
}

func netSignal(class geo.NetClass) (signal, bool) {
	switch class {
	case geo.NetHosting:
		return netHosting, true
	case geo.NetVPN:
		return netVPN, true
	case geo.NetTor:
		return netTor, true
	}
	return 0, false
}

// reason adds a reason, and returns its weight.
func (v *Verdict) reason(s signal) int { return v.weighed(s, 1) }

// weighed adds a reason that counts in part, and returns its weight.
func (v *Verdict) weighed(s signal, part float64) int {
	r := row(s)
	weight := uint8(float64(r.Weight)*part + 0.5)
	v.Reasons = append(v.Reasons, Reason{r.Code, weight, r.Basis, r.Clause, r.Bucket()})
	return int(weight)
}
