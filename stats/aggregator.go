package stats

import (
	"math/rand/v2"
	"runtime"

	"github.com/kelisim/kelisim/visit"
)

// Together is how many page views a site whose values have a floor tells of together, at least, while the day goes on.
const Together = 20

// Options are the options of an [Aggregator]. The zero Options are useful but for Instance.
type Options struct {
	// Instance names the batches. Required: random for a process run, derived from the content for an
	// imported file; at most [MaxInstance] bytes; of no visitor and no host.
	Instance string
	// Floors are the k of what may leave. Default: 5 for persons, 1 for the rest.
	Floors Floors
	// Shards is how many requests can be counted at the same moment, rounded up to a power of two.
	// Default: one per processor. With 1, batches depend on nothing but the order of the calls.
	Shards int
	// Caps overrides the caps of dimensions ([Spec]).
	Caps map[Dimension]int
	// LeaveViews is the number of page views whose rows may leave together while the day goes on.
	// Default [Together].
	LeaveViews int
	// Together is the number of page views that readers get to know together, at least, while the day goes on. Default 1: each
	// at once. A site whose values have a floor needs [Together].
	Together int
	// MaxRows is the number of rows above which a batch is cut in two. Default 8192.
	MaxRows int
}

func (o Options) withDefaults() Options {
	o.Floors = o.Floors.withDefaults()
	if o.Shards <= 0 {
		o.Shards = runtime.GOMAXPROCS(0)
	}
	if o.LeaveViews <= 0 {
		o.LeaveViews = Together
	}
	if o.Together <= 0 {
		o.Together = 1
	}
	if o.MaxRows <= 0 || o.MaxRows > MaxRows {
		o.MaxRows = 8192
	}
	return o
}

// Aggregator counts requests, holds what may not leave memory yet, and makes batches of the rest. All
// methods may be called at the same time; Add never waits for anything but another Add.
type Aggregator struct {
	shards []shard
	mask   uint32
	hold   hold
}

// NewAggregator returns an empty Aggregator.
func NewAggregator(o Options) *Aggregator {
	o = o.withDefaults()
	n := 1
	for n < o.Shards {
		n *= 2
	}
	a := &Aggregator{shards: make([]shard, n), mask: uint32(n - 1)}
	a.hold.init(o)
	l := a.hold.limits()
	for i := range a.shards {
		a.shards[i].tallies = make(map[Day]*tally)
		a.shards[i].limits = l
		a.shards[i].closed = minDay
	}
	return a
}

// Add counts one request. It keeps nothing of pv: strings that are new are copied.
func (a *Aggregator) Add(pv *visit.Pageview) {
	s := a.lock()
	s.add(pv)
	s.mu.Unlock()
}

// AddRefused counts a hit of a visitor who refused to be counted. Nothing else may be known of it.
func (a *Aggregator) AddRefused(day Day, hour uint8) {
	s := a.lock()
	defer s.mu.Unlock()
	t := s.tally(day)
	switch {
	case hour > 23:
		s.dropped[dropHour]++
	case t == nil:
		s.dropped[dropDays]++
	default:
		t.accepted++
		t.hour(hour)[Refused]++
	}
}

// AddEvent counts n occurrences of value under [DimConsent], the one dimension of events that is told of
// nobody. Others are ignored: see [Aggregator.AddAct].
func (a *Aggregator) AddEvent(day Day, hour uint8, dim Dimension, value string, n int) {
	if dim != DimConsent || n <= 0 || hour > 23 {
		return
	}
	s := a.lock()
	defer s.mu.Unlock()
	if t := s.tally(day); t != nil {
		t.hour(hour)[Events] += int64(n)
		cellOf(&t.events, value, true).n[Events] += int32(min(n, 1<<20))
	}
}

// lock returns a shard, locked: a random one, or the next that is free.
func (a *Aggregator) lock() *shard {
	if a.mask == 0 {
		a.shards[0].mu.Lock()
		return &a.shards[0]
	}
	i := rand.Uint32()
	for n := uint32(0); n <= a.mask; n++ {
		if s := &a.shards[(i+n)&a.mask]; s.mu.TryLock() {
			return s
		}
	}
	s := &a.shards[i&a.mask]
	s.mu.Lock()
	return s
}
