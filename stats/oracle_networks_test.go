package stats_test

import (
	"fmt"
	"maps"

	"github.com/kelisim/kelisim/stats"
)

// byPair adds up the rows of a pair by its halves.
func (t *tally) byPair(dim stats.Dimension, f func(day stats.Day, provider, other string, c stats.Counts)) {
	for k, c := range t.rows {
		if k.dim == dim {
			provider, other := stats.CutPair(k.value)
			f(k.day, provider, other, c)
		}
	}
}

// checkAnswered wants what each provider was answered, hour by hour.
func (w *world) checkAnswered(truth *tally) {
	want := map[string]map[string]stats.Counts{"nobody's": {}}
	truth.byPair(stats.DimNetHour, func(day stats.Day, provider, hour string, c stats.Counts) {
		if want[provider] == nil {
			want[provider] = map[string]stats.Counts{}
		}
		if c[stats.Crowd] = 0; !c.IsZero() {
			want[provider][fmt.Sprint(day, " ", hour)] = c
		}
	})
	for provider, hours := range want {
		told, err := w.reports().Answered(w.t.Context(), w.days(), provider)
		if err != nil {
			w.t.Fatal(err)
		}
		got := map[string]stats.Counts{}
		for _, t := range told {
			if t.Counts[stats.Crowd] = 0; !t.Counts.IsZero() {
				got[fmt.Sprintf("%v %02d", t.Day, t.Hour)] = t.Counts
			}
		}
		if !maps.Equal(got, hours) {
			w.t.Fatalf("%q was answered %v, want %v", provider, got, hours)
		}
	}
}

// checkWaits wants how long the visitors of each provider waited.
func (w *world) checkWaits(truth *tally) {
	want := map[string]int64{}
	truth.byPair(stats.DimNetLatency, func(_ stats.Day, provider, bucket string, c stats.Counts) {
		want[provider+" "+bucket] += c[stats.Requests]
	})
	waits, err := w.reports().Waits(w.t.Context(), w.days())
	if err != nil {
		w.t.Fatal(err)
	}
	got := map[string]int64{}
	ends := append(stats.DimLatency.Buckets(), 1<<40)
	for provider, q := range waits {
		sum := int64(0)
		for i, n := range q.Buckets {
			if sum += n; n > 0 {
				got[provider+" "+stats.DimLatency.Bucket(ends[i])] = n
			}
		}
		if sum != q.Count {
			w.t.Fatalf("%q: %d waits, its buckets hold %d", provider, q.Count, sum)
		}
	}
	if !maps.Equal(got, want) {
		w.t.Fatalf("waits %v, want %v", got, want)
	}
}

// checkSpikes wants each hour that is told as a spike to have been what it is told to be. Which hours are out of the
// ordinary has tests of its own: random traffic is too thin for many.
func (w *world) checkSpikes(truth *tally) {
	spikes, err := w.reports().Spikes(w.t.Context(), w.days())
	if err != nil {
		w.t.Fatal(err)
	}
	hours := map[string]stats.Counts{}
	truth.byPair(stats.DimNetHour, func(day stats.Day, provider, hour string, c stats.Counts) {
		hours[fmt.Sprint(day, hour, provider)] = c
	})
	for _, s := range spikes {
		c := hours[fmt.Sprintf("%v%02d%s", s.Day, s.Hour, s.Provider)]
		if s.Requests != c[stats.Requests] || s.Rejects != c[stats.Rejects] || s.Faults != c[stats.Faults] || s.Requests < 50 {
			w.t.Fatalf("spike %+v, the hour was %v", s, c)
		}
	}
}
