package stats_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
)

func TestEveryDimensionIsOfAKind(t *testing.T) {
	t.Parallel()
	met := map[stats.Kind]bool{}
	for dim := range stats.Stored() {
		kind := dim.Kind()
		if parsed, ok := stats.ParseKind(kind.String()); !ok || parsed != kind || kind == stats.KindTotals {
			t.Errorf("%v is of kind %v", dim, kind)
		}
		met[kind] = true
	}
	for _, kind := range stats.Kinds() {
		if !met[kind] && kind != stats.KindTotals {
			t.Errorf("no dimension is of kind %v", kind)
		}
	}
	if _, ok := stats.ParseKind(""); ok {
		t.Error("no name is a kind")
	}
	for dim, want := range map[stats.Dimension]stats.Kind{
		stats.DimPage: stats.KindLists, stats.DimLatency: stats.KindTechnical, stats.DimConsent: stats.KindConsent,
		stats.DimConsentTime: stats.KindConsent, stats.DimCohort: stats.KindReturning, stats.DimFlow: stats.KindCrossed,
	} {
		if got := dim.Kind(); got != want {
			t.Errorf("%v is of kind %v, want %v", dim, got, want)
		}
	}
}

func TestKeptFrom(t *testing.T) {
	t.Parallel()
	pair, _ := stats.PairOf(stats.DimPage, stats.DimProvider)
	plain, _ := stats.PairOf(stats.DimPage, stats.DimCountry)
	for name, tt := range map[string]struct {
		kept stats.Kept
		want map[stats.Dimension]stats.Day
	}{
		"nothing said":                 {stats.Kept{}, map[stats.Dimension]stats.Day{stats.DimPage: -1 << 31, plain: -1 << 31}},
		"the day":                      {stats.Kept{stats.KindTotals: 10}, map[stats.Dimension]stats.Day{stats.DimPage: 10, plain: 10}},
		"a kind":                       {stats.Kept{stats.KindTotals: 10, stats.KindCrossed: 20}, map[stats.Dimension]stats.Day{stats.DimPage: 10, plain: 20, pair: 20}},
		"never longer than the day":    {stats.Kept{stats.KindTotals: 10, stats.KindCrossed: 5}, map[stats.Dimension]stats.Day{plain: 10}},
		"what a provider was answered": {stats.Kept{stats.KindLists: 40, stats.KindCrossed: 20, stats.KindTechnical: 30}, map[stats.Dimension]stats.Day{stats.DimNetHour: 30, stats.DimNetLatency: 30, stats.DimNetPrefix: 30}},
		"a pair with half of a kind":   {stats.Kept{stats.KindCrossed: 20, stats.KindTechnical: 30}, map[stats.Dimension]stats.Day{plain: 20, pair: 30, stats.DimProvider: 30}},
	} {
		for dim, want := range tt.want {
			if got := tt.kept.From(dim); got != want {
				t.Errorf("%s: %v is kept from %d, want %d", name, dim, got, want)
			}
		}
	}
	days := stats.Kept{stats.KindTotals: 10, stats.KindCrossed: 20, stats.KindLists: 10}.Days()
	pairs := slices.DeleteFunc(slices.Collect(stats.Pairs()), func(d stats.Dimension) bool { return d.Kind() != stats.KindCrossed })
	if len(days) != 1 || !slices.Equal(days[20], pairs) {
		t.Errorf("days to trim: %v", days)
	}
}

// TestWhatHasExpiredIsSaid: a list of a range that begins before its kind is kept tells how much of its total no
// longer has rows, whether or not a store still holds them.
func TestWhatHasExpiredIsSaid(t *testing.T) {
	t.Parallel()
	const day = stats.Day(20_000)
	store := newMemory()
	live := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1, Floors: stats.Floors{Person: 1}})
	o := newOracle(6, evening)
	for n := range stats.Day(4) {
		for who := range 6 {
			pv := page("/")
			p := o.people[who]
			pv.Day, pv.Hour, pv.Country, pv.Provider = day+n, 12, p.country, p.provider
			pv.Step.NewVisitor, pv.Step.NewVisit, pv.Step.Lot = true, true, uint8(who)
			live.Add(&pv)
		}
	}
	drain(t, live, store, stats.HourEnd)
	kept := func() stats.Kept { return stats.Kept{stats.KindTechnical: day + 1, stats.KindCrossed: day + 3} }
	r := stats.NewReports(store, live, stats.ReportOptions{Floors: stats.Floors{Person: 1}, Kept: kept})
	days := stats.Range{First: day, Last: day + 3}
	check := func(r *stats.Reports, dim stats.Dimension, lines, expired int64) {
		t.Helper()
		top, err := r.Top(t.Context(), stats.Query{Dim: dim, Range: days, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, l := range top.Lines {
			sum += l.Counts[stats.Views]
		}
		if o := top.Other; sum != lines || o.Expired[stats.Views] != expired || o.Counts != o.Expired || top.Whole[stats.Views] != lines+expired || expired > 0 && top.KeptFrom != kept().From(dim) && top.KeptFrom != day+3 {
			t.Errorf("%v: lines %d, other %v of %d; want %d and %d", dim, sum, o, top.Whole[stats.Views], lines, expired)
		}
	}
	check(r, stats.DimPage, 24, 0)
	check(r, stats.DimProvider, 18, 6)
	under, err := r.Under(stats.Filter{Dim: stats.DimPage, Value: "/"})
	if err != nil {
		t.Fatal(err)
	}
	check(under, stats.DimCountry, 6, 18)
	elsewhere := time.FixedZone("UTC+5", 5*3600)
	for _, test := range []struct {
		what string
		want stats.Day
		sum  int64
		r    *stats.Reports
		unit stats.Unit
		zone *time.Location
	}{
		{what: "days", want: math.MinInt32, sum: 24, r: r, unit: stats.ByDay},
		{what: "hours", want: math.MinInt32, sum: 24, r: r, unit: stats.ByHour},
		{what: "days under a filter", want: math.MinInt32, sum: 24, r: under, unit: stats.ByDay},
		{what: "hours under a filter", want: day + 3, sum: 6, r: under, unit: stats.ByHour},
		{what: "days of another zone under a filter", want: day + 3, sum: 6, r: under, unit: stats.ByDay, zone: elsewhere},
	} {
		if got := test.r.SeriesFrom(test.unit, test.zone); got != test.want {
			t.Errorf("%s: from %v, want %v", test.what, got, test.want)
		}
		points, err := test.r.Series(t.Context(), days, test.unit, test.zone)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for i := range points {
			sum += points[i].Counts[stats.Views]
		}
		if sum != test.sum {
			t.Errorf("%s: %d page views, want %d", test.what, sum, test.sum)
		}
	}
	if got := under.FlowsFrom(); got != day+3 {
		t.Errorf("ways from %v", got)
	}
}
