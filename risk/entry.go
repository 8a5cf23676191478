package risk

import "time"

// entry is all that is remembered of one pseudonym. Times are milliseconds since 1970 on the clock of requests.
type entry struct {
	seen   int64             // when it was met last
	until  int64             // when the last of held ends
	passed int64             // until when a passed challenge counts
	slow   int64             // the pace of a throttled client, as a bucket's end
	fill   [numBuckets]int64 // when each bucket will be empty (the generic cell rate algorithm, ITU-T I.371)
	held   [numHeld]int64    // until when each piece of evidence holds
	things [numRings]ring
	tries  int64 // failed answers to challenges, as a bucket's end
	told   int64 // the latest time of what a site told of, in the buckets that only that fills
}

// ring holds 32 bits of a keyed hash of the last things that a bucket counted, so that it counts each once.
type ring struct {
	last [ringSize]uint32
	next uint8
}

const ringSize = 16

const (
	ringPaths = iota // of a network: accounts
	ringAgents
	ringTokens
	numRings
)

// meet takes in one of what a ring counts, and reports whether it is new.
func (r *ring) meet(hash uint32) bool {
	for _, have := range r.last {
		if have == hash {
			return false
		}
	}
	r.last[r.next%ringSize] = hash
	r.next++
	return true
}

// slack is how far back a clock may step before it is taken to have been set back.
const slack = 30_000

// touch brings an entry to now, and returns the time that holds for it. Where the clock was set back, buckets are
// emptied: what they hold ends in a future that may never come.
func (e *entry) touch(now int64) int64 {
	switch {
	case now >= e.seen:
		e.seen = now
	case now < e.seen-slack:
		back := e.seen - now
		e.fill, e.slow, e.tries, e.things = [numBuckets]int64{}, 0, 0, [numRings]ring{}
		for i := range e.held {
			e.held[i] = max(0, e.held[i]-back)
		}
		e.until, e.passed, e.seen = max(0, e.until-back), max(0, e.passed-back), now
	default: // lines of a log that are a little out of order
		now = e.seen
	}
	return now
}

// lateness is how far back something may lie that is told of: more is a clock that was set back.
const lateness = int64((maxAge + maxAhead) / time.Millisecond)

// heard returns the time that holds for what is told of: by a site, which may be late, or by another process, whose clock may differ. The
// entry stays at the time of its requests, and loses nothing.
func (e *entry) heard(at int64) int64 {
	if back := e.seen - at; back > 0 && back <= lateness {
		return e.seen
	}
	return at
}

// failing returns the time that holds for a log-in that failed: its own, so that what a site tells of at once did not happen at once, but none before that of
// the last one told of.
func (e *entry) failing(at int64) int64 {
	switch back := e.told - at; {
	case back > lateness:
		e.fill[accountFailures], e.fill[stuffing] = 0, 0
	case back > 0:
		return e.told
	}
	e.told = at
	return at
}

// pour adds cost (in thousandths of one) to the bucket that ends at *end, and reports whether it runs over.
func pour(end *int64, now int64, limit int, leak time.Duration, cost int64) bool {
	each := leak.Milliseconds()
	if *end < now {
		*end = now
	}
	*end += each * cost / 1000
	most := now + each*int64(limit)
	if *end > most {
		*end = min(*end, most+each) // it cannot hold more than one above the brim
		return true
	}
	return false
}

// empty reports whether nothing is in a bucket.
func (e *entry) empty(s signal, now int64) bool { return e.fill[s] <= now }

// hold makes evidence hold for its time.
func (e *entry) hold(s signal, now int64) {
	end := now + signals[s].TTL.Milliseconds()
	e.held[s] = max(e.held[s], end)
	e.until = max(e.until, end)
	if signals[s].Strong {
		e.passed = 0
	}
}
