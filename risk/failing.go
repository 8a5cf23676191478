package risk

import "time"

// failing is how log-ins to one account failed lately: in memory alone, for minutes. Processes tell each other of failures, so that each
// counts those of all. Times are milliseconds since 1970.
type failing struct {
	seen     int64
	fails    int64 // failed log-ins from anywhere, as a bucket's end
	attacked int64 // until when account_attacked holds
	labels   int64 // of an account of which nothing rests, as a bucket's end
	pairs    [4]pair
	labelled labelled
}

// pair counts failed log-ins to the account from one address.
type pair struct {
	who uint32
	end int64
}

// failingTerm is longer than anything that failures lead to.
const failingTerm = time.Hour

// touch brings f to the time of what is told, and returns the time that holds for it: none before that of what was told last. A clock that was set
// back empties buckets.
func (f *failing) touch(now int64) int64 {
	switch {
	case now < f.seen-lateness:
		back := f.seen - now
		f.fails, f.labels, f.pairs = 0, 0, [4]pair{}
		f.attacked = max(0, f.attacked-back)
	case now < f.seen:
		return f.seen
	}
	f.seen = now
	return now
}

// failed counts a failed log-in from who, and reports whether it was one too many from there, and from all together.
func (f *failing) failed(who uint32, now, cost int64) (same, all bool) {
	at, oldest := -1, 0
	for i := range f.pairs {
		if f.pairs[i].who == who {
			at = i
		}
		if f.pairs[i].end < f.pairs[oldest].end {
			oldest = i
		}
	}
	if at < 0 {
		at = oldest
		f.pairs[at] = pair{who: who}
	}
	if who != 0 {
		same = pour(&f.pairs[at].end, now, signals[accountPair].Limit, signals[accountPair].Leak, cost)
	}
	all = pour(&f.fails, now, signals[accountAttacked].Limit, signals[accountAttacked].Leak, 1000)
	if all {
		f.attacked = now + signals[accountAttacked].TTL.Milliseconds()
	}
	return same, all
}

// failure is a log-in that failed, in what processes tell each other of it.
type failure struct {
	Account, Who, Network Pseudonym
	At, Cost              int64
}

// takeFailure counts a failed log-in against the account, and against the address and the network that it came from.
func (e *Engine) takeFailure(f *failure, off marks) {
	book := e.book()
	s := book.failing.shard(f.Account)
	s.mu.Lock()
	entry := book.failing.take(s, f.Account, f.At)
	now := entry.touch(f.At)
	before := entry.attacked > now
	same, all := entry.failed(uint32(f.Who[0]), now, f.Cost)
	s.mu.Unlock()
	if all && !before {
		e.figures.signals[accountAttacked].Add(1)
	}
	if f.Who != (Pseudonym{}) {
		e.blame(f, same, off)
	}
}

// blame tells on the address and the network of a failed log-in.
func (e *Engine) blame(f *failure, same bool, off marks) {
	many := e.stuffed(f)
	s := e.table.shard(f.Who)
	s.mu.Lock()
	entry := e.table.take(s, f.Who, f.At)
	at := entry.failing(f.At)
	var found marks
	if pour(&entry.fill[accountFailures], at, signals[accountFailures].Limit, signals[accountFailures].Leak, f.Cost) {
		found.set(accountFailures)
	}
	if same {
		found.set(accountPair)
	}
	if many {
		found.set(stuffing)
	}
	_, first := e.holdAll(entry, found&^off, at)
	s.mu.Unlock()
	if first {
		e.spread(f.Network, f.At, true)
	}
}

// stuffed counts different accounts that log-ins from one network failed for. Who fails from there once they are too many is told on, and
// nobody else of the network.
func (e *Engine) stuffed(f *failure) bool {
	s := e.table.shard(f.Network)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, f.Network, f.At)
	at := entry.failing(f.At)
	if entry.empty(stuffing, at) {
		entry.things[ringPaths] = ring{}
	}
	if entry.things[ringPaths].meet(uint32(f.Account[0])|1) && pour(&entry.fill[stuffing], at, signals[stuffing].Limit, signals[stuffing].Leak, f.Cost) {
		entry.hold(stuffing, at)
	}
	return entry.held[stuffing] > at
}

// attacked is the evidence of failures that holds against an account.
func (b *accounts) attacked(who Pseudonym, now int64) (m marks) {
	s := b.failing.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := b.failing.find(s, who); f != nil && f.attacked > max(now, f.seen) {
		m.set(accountAttacked)
	}
	return m
}
