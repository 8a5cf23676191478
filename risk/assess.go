package risk

import (
	"hash/maphash"
	"math/bits"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Assess judges a request before it is answered. Of an address that is not known nothing is remembered, and no action asked.
func (e *Engine) Assess(q *Request) (v Verdict) {
	e.figures.assessed.Add(1)
	v = Assess(q.place, time.Time{})
	v.Mode = e.mode
	rules := e.rules.Load()
	key, err := e.keys.at(q.now)
	if err != nil || !q.addr.IsValid() {
		return v
	}
	q.who = key.of(q.addr, scopeAddress)
	v.Who, q.lane = q.who, q.who
	if q.headers.foreign {
		q.lane = key.of(q.addr, scopeForeign)
	}
	if len(rules.Allow) > 0 && rules.allows(q.addr) {
		q.exempt = true
		return v
	}
	if e.block(&v, q) {
		q.exempt = true
		return v
	}
	q.agentHash = maphash.String(e.seed, q.agent)
	q.named = e.names.of(e.agents, q)
	e.judge(q)
	if found, first := e.remember(&v, q, rules.off); found != 0 {
		e.attacked(q, key, found, first)
	}
	e.neighbourhood(&v, q, key, rules.off)
	if len(rules.Rules.Rules) > 0 {
		rules.decide(&v, q, q.instant, e.scoreOf(&v))
	}
	if len(rules.Limits) > 0 {
		e.limits(&v, q, key, rules)
	}
	if v.Action == ActionThrottle && v.Wait == 0 {
		v.Wait = e.pace(q)
	}
	if v.Action != ActionAllow {
		e.figures.actions[v.Action].Add(1)
	}
	return v
}

// judge marks what the request itself says.
func (e *Engine) judge(q *Request) {
	q.judged = true
	q.judgeAgent()
	if q.version == 0 {
		q.instant.set(httpVersion)
	}
	switch n := e.contradictions(q); {
	case n >= 3:
		q.instant.set(headersMany)
	case n == 2:
		q.instant.set(headersTwo)
	}
	if q.device != "" {
		_, m := e.browserAt(q.device, q.now)
		q.instant |= m &^ (1 << browserZone)
		q.elsewhere = m.has(browserZone)
	}
	if !coarse.passes(q.target) {
		q.instant |= automaton.scan(q.target)
	}
	if q.named.Bot != "" && e.crawlers != nil {
		switch e.crawlers.check(q.named.Bot, q.addr, q.who, q.now) {
		case crawlerGenuine:
			q.verified = true
		case crawlerForged:
			q.instant.set(crawlerFalse)
		}
	}
}

// remember takes the request into what is remembered of its address, and concludes. It returns what strong evidence of an attack is new,
// and whether there was none before.
func (e *Engine) remember(v *Verdict, q *Request, off marks) (found marks, first bool) {
	s := e.table.shard(q.lane)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, q.lane, q.now)
	now := entry.touch(q.now)
	cost := q.cost()
	if !q.verified {
		if q.pages() && pour(&entry.fill[crawlRate], now, signals[crawlRate].Limit, signals[crawlRate].Leak, cost) {
			q.instant.set(crawlRate)
		}
		if q.agent != "" {
			if entry.empty(agentSwitch, now) {
				entry.things[ringAgents] = ring{}
			}
			if entry.things[ringAgents].meet(uint32(q.agentHash)|1) && pour(&entry.fill[agentSwitch], now, signals[agentSwitch].Limit, signals[agentSwitch].Leak, cost) {
				q.instant.set(agentSwitch)
			}
		}
		if q.instant.has(agentTool) && q.namesScanner() && pour(&entry.fill[scannerSeen], now, signals[scannerSeen].Limit, signals[scannerSeen].Leak, 1000) {
			q.instant.set(scannerSeen)
		}
	}
	q.instant &^= off
	if q.instant != 0 {
		found, first = e.holdAll(entry, q.instant, now)
	}
	q.instant |= entry.active(now) &^ off
	if q.instant != 0 {
		e.conclude(v, q, q.instant, entry, now)
	}
	return found, first
}

// holdAll makes held evidence of marks, where they are such, and counts them. It returns the strong evidence among them that did not hold
// before, and whether it is the first of an attack.
func (e *Engine) holdAll(entry *entry, found marks, now int64) (fresh marks, first bool) {
	before, passed := entry.active(now), entry.passed > now
	for rest := found; rest != 0; rest &= rest - 1 {
		s := signal(bits.TrailingZeros64(uint64(rest)))
		e.figures.signals[s].Add(1)
		if int(s) < numHeld {
			entry.hold(s, now)
			if signals[s].Strong && (passed || !before.has(s)) { // who was told of the answer is told that it counts no longer
				fresh.set(s)
			}
		}
	}
	return fresh, before&strongAttacks == 0 && fresh&strongAttacks != 0
}

// attacked has others know of strong evidence: the network, where it is the first of its address, and other processes. What a page of another
// site has a browser do tells nothing of its network.
func (e *Engine) attacked(q *Request, key *sipKey, found marks, first bool) {
	network := Pseudonym{}
	if !q.headers.foreign {
		network = key.of(q.addr, scopeNetwork)
	}
	if first {
		e.spread(network, q.now, false)
	}
	if e.tells != nil {
		e.tell(messageEvidence, &evidence{Who: q.lane, Network: network, Marks: uint64(found), At: q.now})
	}
}

// strongAttacks are the signals that tell on a network.
var strongAttacks = func() (m marks) {
	for i := range signals {
		if signals[i].Strong && signals[i].group == groupAttack {
			m.set(signal(i))
		}
	}
	return m
}()

// spread tells the network of an address that attacked, if that is known: told of, or seen here.
func (e *Engine) spread(network Pseudonym, at int64, told bool) {
	if network == (Pseudonym{}) {
		return
	}
	s := e.table.shard(network)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, network, at)
	now := entry.heard(at)
	if !told {
		now = entry.touch(at)
	}
	if pour(&entry.fill[neighbours], now, signals[neighbours].Limit, signals[neighbours].Leak, 1000) {
		entry.hold(neighbours, now)
		e.figures.signals[neighbours].Add(1)
	}
}

// active is the evidence that holds.
func (e *entry) active(now int64) (m marks) {
	if e.until <= now {
		return 0
	}
	for i, end := range e.held {
		if end > now {
			m.set(signal(i))
		}
	}
	return m
}

// cost is what a request weighs in buckets that many people behind one address share, in thousandths: carriers put
// hundreds of phones behind one.
func (q *Request) cost() int64 {
	if q.place.Net == geo.NetMobile {
		return 250
	}
	return 1000
}

// pages reports a request that a person makes on purpose, one at a time.
func (q *Request) pages() bool {
	if d := q.headers.dest; d != "" && d != "document" && d != "iframe" && d != "empty" {
		return false
	}
	return !static(q.path)
}

func (e *Engine) hash(s string) uint32 { return uint32(maphash.String(e.seed, s)) | 1 }
