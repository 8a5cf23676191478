package stats_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// ask counts a request of a visitor that is no page view.
func ask(a *stats.Aggregator, who int, provider string, hour uint8, status int, took time.Duration) {
	asker := took < 0
	a.Add(&visit.Pageview{
		Day: day, Hour: hour, Kind: visit.KindOther, Path: "/call", Status: status, Latency: max(took, -took),
		Provider: provider, Country: "KZ", Prefix: visit.PrefixOf(netip.MustParseAddr("203.0.113.7")), Asker: asker, Lot: uint8(who),
	})
}

// first is a request that is the first of its visitor's day and took as long.
func first(took time.Duration) time.Duration { return -took }

// TestWhatAProviderWasAnsweredSurvivesItsDay with how long it took, which has no floor of its own; and what
// went wrong for few in an hour does not leave.
func TestWhatAProviderWasAnsweredSurvivesItsDay(t *testing.T) {
	store := newMemory()
	a := stats.NewAggregator(stats.Options{Instance: "i", Shards: 1})
	for who := range 12 {
		ask(a, who, "Good", 9, 200, first(80*time.Millisecond))
		ask(a, who, "Good", 10, 200, 10*time.Millisecond)
	}
	for who := range 13 {
		ask(a, 20+who, "Bad", 9, 200, first(80*time.Millisecond))
		ask(a, 20+who, "Bad", 10, 503, 3*time.Second)
	}
	for who := range 4 {
		ask(a, 40+who, "Small", 10, 503, first(time.Minute))
	}
	drain(t, a, store, stats.HourEnd)
	a.EndDays(day + 1)
	drain(t, a, store, stats.HourEnd)
	if _, err := stats.NewCloser(store, store, stats.Floors{}).Close(t.Context(), day+1); err != nil {
		t.Fatal(err)
	}
	want := map[valueKey]stats.Counts{
		{day, stats.DimNetProvider, "Bad"}:                          {stats.Requests: 26, stats.Crowd: 5, stats.Faults: 13, stats.Slow: 13},
		{day, stats.DimNetLatency, stats.JoinPair("Bad", "100")}:    {stats.Requests: 13},
		{day, stats.DimNetLatency, stats.JoinPair("Bad", "5000")}:   {stats.Requests: 13},
		{day, stats.DimNetHour, stats.JoinPair("Bad", "10")}:        {stats.Requests: 13, stats.Faults: 13, stats.Slow: 13, stats.Crowd: 5},
		{day, stats.DimNetPrefix, "203.0.0.0/16 Bad"}:               {stats.Requests: 26, stats.Crowd: 5, stats.Faults: 13, stats.Slow: 13},
		{day, stats.DimNetProvider, "Small"}:                        {},
		{day, stats.DimNetPrefix, "203.0.0.0/16 Small"}:             {},
		{day, stats.DimNetLatency, stats.JoinPair("Small", "more")}: {},
		{day, stats.DimNetHour, stats.JoinPair("Small", "10")}:      {},
		{day, stats.DimNetProvider, "Good"}:                         {}, // "Small" is what the total counts beyond the rows: the smallest of these hides it
		{day, stats.DimNetLatency, stats.JoinPair("Good", "100")}:   {},
		{day, stats.DimNetCountry, "KZ"}:                            {stats.Requests: 54, stats.Crowd: 5, stats.Faults: 17, stats.Slow: 17},
	}
	for k, c := range want {
		if got := store.rows[k]; got != c {
			t.Errorf("%v %q: %v, want %v", k.dim, k.value, got, c)
		}
	}
}

func TestAskedKeepsWhatItCountsOverARestart(t *testing.T) {
	before := stats.NewAggregator(stats.Options{Instance: "i", Shards: 1})
	for who := range 4 {
		ask(before, who, "One", 9, 503, first(time.Second))
	}
	snapshot, err := before.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	after := stats.NewAggregator(stats.Options{Instance: "j", Shards: 1})
	if err := after.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	ask(after, 9, "One", 9, 503, first(time.Second))
	store := newMemory()
	after.EndDays(day + 1)
	drain(t, after, store, stats.HourEnd)
	want := stats.Counts{stats.Requests: 5, stats.Crowd: 5, stats.Faults: 5}
	if got := store.rows[valueKey{day, stats.DimNetProvider, "One"}]; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := store.rows[valueKey{day, stats.DimNetHour, stats.JoinPair("One", "09")}]; got != want {
		t.Errorf("by hour: %v, want %v", got, want)
	}
}

// TestWhoComesAgainAfterARestartCountsOnceTowardsTheFloor: where it is not known any more who was seen, a sole visitor is
// new with every run, and must not become the five visitors of their own provider.
func TestWhoComesAgainAfterARestartCountsOnceTowardsTheFloor(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "i", Shards: 1})
	for range 7 {
		ask(a, 1, "Rare", 9, 503, first(time.Second))
		for visitor := range 5 {
			ask(a, 10+visitor, "Known", 9, 503, first(time.Second))
		}
		snapshot, err := a.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		a = stats.NewAggregator(stats.Options{Instance: "i", Shards: 1})
		if err := a.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		a.Anew()
	}
	seen := map[string]int64{}
	for _, dim := range []stats.Dimension{stats.DimNetProvider, stats.DimNetHour, stats.DimNetLatency} {
		a.LiveRows(dim, day, day, func(r stats.Row) { seen[dim.String()+" "+r.Value] += r.Counts[stats.Requests] })
	}
	for name, n := range seen {
		if strings.Contains(name, "Rare") {
			t.Errorf("%q is told: %d requests of one visitor", name, n)
		}
	}
	if seen[stats.DimNetProvider.String()+" Known"] != 35 {
		t.Errorf("what five visitors carried before is told of no more: %v", seen)
	}
}
