package stats

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Spike is an hour in which far more of what a provider's visitors asked for failed than usually does.
type Spike struct {
	Day             Day
	Hour            uint8
	Provider        string // "" where the provider is not known
	Requests        int64  // of people in that hour
	Rejects, Faults int64  // those of them that failed, by 4xx and 5xx
	Usual           float64
	Own             bool // Usual is the provider's own past; otherwise, it being too short, that of the whole site
}

// Failed is how many requests failed.
func (s *Spike) Failed() int64 { return s.Rejects + s.Faults }

// Share is the share of requests that failed, 0 to 1.
func (s *Spike) Share() float64 { return float64(s.Failed()) / float64(max(1, s.Requests)) }

// What makes a spike. The share of an hour is uncertain: its lower bound must be above what is usual, by
// Wilson's interval (JASA 22, 1927), which holds for few requests and for shares near 0.
const (
	spikePast     = 28   // days before that are the usual
	spikeKnown    = 200  // requests in them by which a provider's own past is known; of the site, the same
	spikeRequests = 50   // requests of the hour, at least
	spikeFactor   = 3    // times the usual
	spikeMargin   = 0.05 // and so much above it
	spikeSigmas   = 3    // of the interval
	maxSpikes     = 1000
)

// Spikes returns the hours of the range in which what a provider's visitors asked for failed far more often than on
// the 28 days before each, the latest first. What failed counts where it failed for k visitors, so that one broken
// program is nobody's spike.
func (r *Reports) Spikes(ctx context.Context, days Range) ([]Spike, error) {
	if err := days.check(); err != nil {
		return nil, err
	}
	all := *r
	all.filter = Filter{}
	past, err := all.failures(ctx, Range{days.First - spikePast, days.Last})
	if err != nil {
		return nil, err
	}
	var spikes []Spike
	err = all.hours(ctx, days, func(provider string, t Total) {
		s := Spike{Day: t.Day, Hour: t.Hour, Provider: provider, Requests: t.Counts[Requests], Rejects: t.Counts[Rejects], Faults: t.Counts[Faults]}
		if s.Requests < spikeRequests || s.Failed() <= 0 {
			return
		}
		known := false
		if s.Usual, s.Own, known = past.usual(provider, t.Day); known && s.stands() {
			spikes = append(spikes, s)
		}
	})
	slices.SortFunc(spikes, func(a, b Spike) int {
		return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.Hour, a.Hour), cmp.Compare(b.Failed(), a.Failed()), cmp.Compare(a.Provider, b.Provider))
	})
	return spikes[:min(len(spikes), maxSpikes)], err
}

// stands reports whether s is out of the ordinary.
func (s *Spike) stands() bool {
	return wilson(s.Failed(), s.Requests) > max(s.Usual*spikeFactor, s.Usual+spikeMargin)
}

// wilson returns the lower end of the interval in which the true share of n is, k of which happened.
func wilson(k, n int64) float64 {
	share, size, z2 := float64(k)/float64(n), float64(n), float64(spikeSigmas*spikeSigmas)
	root := spikeSigmas * math.Sqrt(share*(1-share)/size+z2/(4*size*size))
	return (share + z2/(2*size) - root) / (1 + z2/size)
}

// tried is how many requests there were, and how many of them failed.
type tried struct{ requests, failed int64 }

func (t *tried) add(c *Counts) {
	t.requests += c[Requests]
	t.failed += c[Rejects] + c[Faults]
}

func (t tried) share() float64 { return float64(t.failed) / float64(max(1, t.requests)) }

// failures are what failed by day: of each provider, and of the whole site.
type failures struct {
	of    map[string]map[Day]tried
	whole map[Day]tried
}

func (r *Reports) failures(ctx context.Context, days Range) (*failures, error) {
	f := &failures{of: make(map[string]map[Day]tried), whole: make(map[Day]tried)}
	err := r.totals(ctx, days, false, func(t Total) {
		whole := f.whole[t.Day]
		whole.add(&t.Counts)
		f.whole[t.Day] = whole
	})
	if err != nil {
		return nil, err
	}
	err = r.carried(ctx, DimNetProvider, days, func(row *Row) {
		if f.of[row.Value] == nil {
			f.of[row.Value] = make(map[Day]tried)
		}
		var own tried
		own.add(&row.Counts)
		f.of[row.Value][row.Day] = own
	})
	return f, err
}

// usual returns the share that failed on the days before one.
func (f *failures) usual(provider string, day Day) (share float64, own, known bool) {
	if sum := before(f.of[provider], day); sum.requests >= spikeKnown {
		return sum.share(), true, true
	}
	sum := before(f.whole, day)
	return sum.share(), false, sum.requests >= spikeKnown
}

// before adds up the days before one.
func before(days map[Day]tried, day Day) (sum tried) {
	for past := day - spikePast; past < day; past++ {
		sum.requests += days[past].requests
		sum.failed += days[past].failed
	}
	return sum
}

// carried calls f for the rows of dim that k visitors of their day carry.
func (r *Reports) carried(ctx context.Context, dim Dimension, days Range, f func(*Row)) error {
	k := int64(r.floors.Of(dim))
	return r.rows(ctx, dim, days, func(row *Row) {
		if k <= 1 || dim.Crowd(&row.Counts) >= k {
			f(row)
		}
	})
}

// hours calls f for what each provider was answered in each hour, as far as it is told.
func (r *Reports) hours(ctx context.Context, days Range, f func(provider string, t Total)) error {
	return r.carried(ctx, DimNetHour, days, func(row *Row) {
		provider, name := CutPair(row.Value)
		if hour := hourOfName(name); hour < 24 {
			c := row.Counts
			c[Crowd] = 0
			// On an open day instances keep back some of the requests, and nothing of how they went: no more failed than were made.
			c[Requests] = max(c[Requests], c[Rejects]+c[Faults], c[Slow])
			f(provider, Total{Day: row.Day, Hour: hour, Counts: c})
		}
	})
}

// Answered returns what one provider was answered by hour, in order: what is told of hours, so that it adds up
// to less than the provider's own line. Rejects and Faults are those of hours in which something failed for k visitors.
func (r *Reports) Answered(ctx context.Context, days Range, provider string) (hours []Total, err error) {
	if err := days.check(); err != nil {
		return nil, err
	}
	all := *r
	all.filter = Filter{}
	err = all.hours(ctx, days, func(of string, t Total) {
		if of == provider {
			hours = append(hours, t)
		}
	})
	slices.SortFunc(hours, func(a, b Total) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Hour, b.Hour)) })
	return hours, err
}

// Waits returns how long each provider waited for answers, of the days on which the provider is told.
func (r *Reports) Waits(ctx context.Context, days Range) (map[string]*Quantiles, error) {
	if err := days.check(); err != nil {
		return nil, err
	}
	all := *r
	all.filter = Filter{}
	seen := make(map[dayValue]bool)
	err := all.carried(ctx, DimNetProvider, days, func(row *Row) { seen[dayValue{row.Day, row.Value}] = true })
	if err != nil {
		return nil, err
	}
	waits := make(map[string]*Quantiles)
	err = all.rows(ctx, DimNetLatency, days, func(row *Row) {
		provider, label := CutPair(row.Value)
		bucket := slices.Index(labels[DimLatency], label)
		if bucket < 0 || !seen[dayValue{row.Day, provider}] {
			return
		}
		q := waits[provider]
		if q == nil {
			q = &Quantiles{Dim: DimLatency, Buckets: make([]int64, len(labels[DimLatency]))}
			waits[provider] = q
		}
		n := max(0, row.Counts[Requests])
		q.Buckets[bucket] += n
		q.Count += n
	})
	return waits, err
}
