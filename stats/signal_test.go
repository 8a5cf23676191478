package stats_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// listed returns the lines of a dimension on the day of these tests.
func listed(t *testing.T, r *stats.Reports, dim stats.Dimension) map[string]stats.Counts {
	t.Helper()
	top, err := r.Top(t.Context(), stats.Query{Dim: dim, Range: stats.Range{First: day - 400, Last: day + 400}, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	sum, got := top.Other.Counts, map[string]stats.Counts{}
	for _, l := range top.Lines {
		got[l.Value] = l.Counts
		sum.Add(&l.Counts)
	}
	if sum != top.Whole {
		t.Errorf("%v: lines and other are %v, the whole is %v", dim, sum, top.Whole)
	}
	return got
}

func TestSignals(t *testing.T) {
	a, m := stats.NewAggregator(stats.Options{Instance: "run", Floors: stats.Floors{Person: 2}}), newMemory()
	r := stats.NewReports(m, a, stats.ReportOptions{Floors: stats.Floors{Person: 2}})
	for _, s := range []stats.Signal{
		{Day: day, Hour: 3, Dim: stats.DimEvent, Value: "play", Visit: true, Visitor: true},
		{Day: day, Hour: 3, Dim: stats.DimEvent, Value: "play", Events: 4, Visitor: true},
		{Day: day, Hour: 3, Dim: stats.DimScreen, Value: "lg", Visit: true, Visitor: true},
		{Day: day, Hour: 3, Dim: stats.DimScreen, Value: "md", Visitor: true},
		{Day: day, Hour: 3, Dim: stats.DimScreen, Value: "md", Visitor: true},
		{Day: day, Hour: 24, Dim: stats.DimEvent, Value: "no hour"},
		{Day: day, Dim: stats.DimPage, Value: "/no-signal"},
		{Day: day, Dim: 250, Value: "none"},
		{Day: day, Dim: stats.DimEvent, Value: "bad\x00"},
	} {
		a.AddSignal(&s)
	}
	for _, where := range []string{"waiting", "at rest"} {
		if got := listed(t, r, stats.DimEvent); len(got) != 1 || got["play"] != (stats.Counts{stats.Events: 5, stats.Visits: 1, stats.Visitors: 2}) {
			t.Errorf("%s: events %v", where, got)
		}
		if got := listed(t, r, stats.DimScreen); len(got) != 1 || got["md"][stats.Visitors] != 2 {
			t.Errorf("%s: screens %v: one visitor's screen is told, or the floor of two hides both", where, got)
		}
		if got := listed(t, r, stats.DimPage); len(got) != 0 {
			t.Errorf("%s: a page was made of a signal: %v", where, got)
		}
		drain(t, a, m, stats.HourEnd)
	}
	if sum, _ := r.Summary(t.Context(), stats.Range{First: day, Last: day}); !sum.Counts.IsZero() {
		t.Errorf("signals are in the totals: %v", sum.Counts)
	}
}

func TestEngagement(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run"})
	r := stats.NewReports(newMemory(), a, stats.ReportOptions{})
	a.AddEngagement(&stats.Engagement{Day: day, Hour: 3, Path: "/blog/a", Engaged: 90 * time.Second, Scrolled: 80})
	a.AddEngagement(&stats.Engagement{Day: day, Hour: 3, Path: "/blog/a", Engaged: -time.Second, Scrolled: 400})
	a.AddEngagement(&stats.Engagement{Day: day, Hour: 24, Path: "/blog/a", Engaged: time.Hour})
	a.AddEngagement(&stats.Engagement{Day: day, Hour: 3, Path: "/long", Engaged: 90 * time.Hour})
	want := stats.Counts{stats.Beacons: 2, stats.Engaged: 90, stats.Scrolled: 180}
	for dim, value := range map[stats.Dimension]string{stats.DimPage: "/blog/a", stats.DimSection: "/blog"} {
		if got := listed(t, r, dim)[value]; got != want {
			t.Errorf("%v: %v, want %v", dim, got, want)
		}
	}
	sum, err := r.Summary(t.Context(), stats.Range{First: day, Last: day})
	if want := (stats.Counts{stats.Beacons: 3, stats.Engaged: 90 + 86_400, stats.Scrolled: 180}); err != nil || sum.Counts != want {
		t.Errorf("totals %v, %v; want %v", sum.Counts, err, want)
	}
}

// TestConsentedLaneIsExact follows visitors over three months by what their browsers keep.
func TestConsentedLaneIsExact(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Floors: stats.Floors{Person: 1}})
	r := stats.NewReports(newMemory(), a, stats.ReportOptions{Floors: stats.Floors{Person: 1}})
	type cookie struct {
		known       bool
		last, first stats.Day
	}
	browsers := map[string]*cookie{}
	for _, v := range []struct{ who, day string }{
		{"a", "2026-01-05"}, {"b", "2026-01-05"}, {"a", "2026-01-06"}, {"a", "2026-01-06"}, {"a", "2026-01-11"}, {"a", "2026-01-12"},
		{"b", "2026-02-02"}, {"c", "2026-02-03"}, {"a", "2026-03-01"}, {"c", "2026-03-02"}, {"c", "2026-03-31"},
	} {
		c, d := browsers[v.who], date(v.day)
		if c == nil {
			c = &cookie{first: d}
			browsers[v.who] = c
		}
		a.AddReturn(stats.Return{Day: d, Known: c.known, Last: c.last, First: c.first})
		c.known, c.last = true, d
	}
	a.AddReturn(stats.Return{Day: date("2026-03-31"), Known: true, Last: date("2026-04-01"), First: date("2026-01-01")}) // forged: a new one
	year := stats.Range{First: date("2026-01-05"), Last: date("2026-03-15")}
	for _, c := range []struct {
		unit     stats.Unit
		visitors map[string]int64
		fresh    int64
	}{
		{stats.ByDay, map[string]int64{"2026-01-05": 2, "2026-01-06": 1, "2026-01-07": 0, "2026-03-02": 1}, 3},
		{stats.ByWeek, map[string]int64{"2026-01-05": 2, "2026-01-12": 1, "2026-01-19": 0, "2026-02-02": 2, "2026-02-23": 1, "2026-03-02": 1}, 3},
		{stats.ByMonth, map[string]int64{"2026-01-01": 2, "2026-02-01": 2, "2026-03-01": 3}, 4},
	} {
		got, err := r.Loyalty(t.Context(), year, c.unit)
		if err != nil {
			t.Fatal(err)
		}
		var fresh int64
		for _, p := range got.Points {
			if want, ok := c.visitors[p.First.String()]; ok && p.Visitors != want {
				t.Errorf("unit %d from %v: %d visitors, want %d", c.unit, p.First, p.Visitors, want)
			}
			fresh += p.New
			if p.New+p.Returning != p.Visitors {
				t.Errorf("%+v does not add up", p)
			}
		}
		if fresh != c.fresh {
			t.Errorf("unit %d: %d new ones, want %d", c.unit, fresh, c.fresh)
		}
	}
	months, cohorts, err := r.Cohorts(t.Context(), year)
	if err != nil || !slices.Equal(months, []string{"2026-01", "2026-02", "2026-03"}) || len(cohorts) != 3 {
		t.Fatalf("%v, %v, %v", months, cohorts, err)
	}
	for i, want := range [][]int64{{2, 1, 1}, {0, 1, 1}, {0, 0, 1}} {
		if !slices.Equal(cohorts[i].Came, want) {
			t.Errorf("cohort %s came %v, want %v", cohorts[i].Month, cohorts[i].Came, want)
		}
	}
}

func TestBuckets(t *testing.T) {
	for _, c := range []struct {
		dim  stats.Dimension
		n    int64
		want string
	}{
		{stats.DimLatency, 0, "1"}, {stats.DimLatency, 1, "1"}, {stats.DimLatency, 3, "5"}, {stats.DimLatency, 1 << 40, "more"},
		{stats.DimScroll, 100, "100"}, {stats.DimDuration, -5, "0"}, {stats.DimPage, 1, ""},
	} {
		if got := c.dim.Bucket(c.n); got != c.want {
			t.Errorf("%v of %d: %q, want %q", c.dim, c.n, got, c.want)
		}
	}
	q := stats.Quantiles{Dim: stats.DimScroll, Count: 10, Buckets: []int64{0, 0, 4, 4, 0, 0, 2}}
	for share, want := range map[float64]float64{0: 25, .2: 37.5, .4: 50, .6: 62.5, .8: 75, 1: 100} {
		if got, ok := q.At(share); !ok || got != want {
			t.Errorf("the quantile %v is %v, want %v", share, got, want)
		}
	}
	if got := q.Under(75); got != .8 {
		t.Errorf("%v are under 75, want 0.8", got)
	}
	if _, ok := new(stats.Quantiles).At(.5); ok {
		t.Error("a quantile of nothing")
	}
}
