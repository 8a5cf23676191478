package stats_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// walk counts a visit of several pages by the visitor of a lot.
func walk(a *stats.Aggregator, tr *visit.Tracker, who int, pages ...string) {
	for _, p := range pages {
		pv := visit.Pageview{Day: day, Hour: 9, Kind: visit.KindPage, Status: 200, Path: p, Country: "KZ", Device: "mobile"}
		tr.Observe(visit.Key{1, uint64(who) + 1}, visit.Key{}, day.Time(time.UTC), &pv)
		a.Add(&pv)
	}
}

func TestFlowsAndGoals(t *testing.T) {
	plan, err := visit.NewPlan([]visit.Goal{{Name: "bought", Aim: visit.Aim{Page: "/done"}}}, []visit.Funnel{
		{Name: "shop", Steps: []visit.Aim{{Page: "/cart"}, {Page: "/done"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := stats.NewAggregator(stats.Options{Instance: "run"})
	tr := visit.NewTracker(0, 0, plan)
	for who := range 20 {
		switch {
		case who < 6:
			walk(a, tr, who, "/", "/cart", "/done", "/done")
		case who < 8:
			walk(a, tr, who, "/", "/about")
		case who < 16:
			walk(a, tr, who, "/")
		default:
			walk(a, tr, who, "/done", "/cart")
		}
	}
	r := stats.NewReports(newMemory(), a, stats.ReportOptions{})
	days := stats.Range{First: day, Last: day}
	flows, visits, err := r.Flows(t.Context(), days, "/", 0)
	if want := (stats.Flow{From: "/", To: "/cart", Visits: 6}); err != nil || len(flows) != 1 || flows[0] != want || visits != 8 {
		t.Errorf("flows %v of %d, %v; want %v of 8: two visitors are too few to be told", flows, visits, err, want)
	}
	if all, visits, err := r.Flows(t.Context(), days, "", 1); err != nil || len(all) != 1 || visits != 12 {
		t.Errorf("all flows %v of %d, %v", all, visits, err)
	}
	goals, funnels, err := r.Goals(t.Context(), plan, days)
	if err != nil || len(goals) != 1 || goals[0] != (stats.GoalReport{Name: "bought", Events: 16, Visits: 10, Rate: .5}) {
		t.Errorf("goals %+v, %v", goals, err)
	}
	if len(funnels) != 1 || fmt.Sprint(funnels[0].Steps[0].Visits, funnels[0].Steps[1].Visits, funnels[0].Steps[1].Kept) != "10 6 0.6" {
		t.Errorf("funnels %+v", funnels)
	}
}

func TestPairsGoOverARestart(t *testing.T) {
	before := stats.NewAggregator(stats.Options{Instance: "one"})
	tr := visit.NewTracker(0, 0, nil)
	for who := range 4 {
		walk(before, tr, who, "/a")
	}
	snapshot, err := before.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	after := stats.NewAggregator(stats.Options{Instance: "two"})
	if err := after.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	pages := func() int {
		r, err := stats.NewReports(newMemory(), after, stats.ReportOptions{}).Under(stats.Filter{Dim: stats.DimCountry, Value: "KZ"})
		if err != nil {
			t.Fatal(err)
		}
		top, err := r.Top(t.Context(), stats.Query{Dim: stats.DimPage, Range: stats.Range{First: day, Last: day}})
		if err != nil {
			t.Fatal(err)
		}
		if len(top.Lines) == 0 {
			return 0
		}
		return int(top.Lines[0].Counts[stats.Views])
	}
	if n := pages(); n != 0 {
		t.Fatalf("%d page views are told of four visitors", n)
	}
	walk(after, tr, 9, "/a")
	if n := pages(); n != 5 {
		t.Errorf("%d page views are told after the fifth visitor, want 5", n)
	}
}

func TestFiltersAreOfFixedPairs(t *testing.T) {
	r := stats.NewReports(newMemory(), nil, stats.ReportOptions{})
	if narrowed, err := r.Under(stats.Filter{Dim: stats.DimPage, Value: "/"}); err != nil {
		t.Error(err)
	} else if all, err := narrowed.Under(stats.Filter{}); err != nil || all.Filter() != (stats.Filter{}) || narrowed.Filter().Value != "/" {
		t.Errorf("the filter was not taken away: %v", err)
	}
	if f := (stats.Filter{Dim: stats.DimSource, Value: stats.AnyOf("b", "", "b")}); len(f.Values()) != 2 || !f.Has("") || !f.Has("b") || f.Has("a") || stats.AnyOf("a") != "a" {
		t.Errorf("a filter by any of two values: %q", f.Values())
	}
	if _, err := r.Under(stats.Filter{Dim: stats.DimPage, Value: stats.AnyOf("1", "2", "3", "4", "5", "6", "7", "8", "9")}); !errors.Is(err, stats.ErrPair) {
		t.Errorf("a filter by more values than may be: %v", err)
	}
	if _, err := r.Under(stats.Filter{Dim: stats.DimBrowser, Value: "Chrome"}); !errors.Is(err, stats.ErrPair) {
		t.Errorf("a filter by browser: %v", err)
	}
	under, err := r.Under(stats.Filter{Dim: stats.DimPage, Value: "/"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := under.Top(t.Context(), stats.Query{Dim: stats.DimBot, Range: stats.Range{First: 1, Last: 1}}); !errors.Is(err, stats.ErrPair) {
		t.Errorf("bots of a page: %v", err)
	}
	if _, err := under.Top(t.Context(), stats.Query{Dim: stats.DimBrowser, Range: stats.Range{First: 2, Last: 1}}); !errors.Is(err, stats.ErrRange) {
		t.Errorf("a range that ends before it begins: %v", err)
	}
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSection, stats.DimSource, stats.DimCountry, stats.DimRegion, stats.DimProvider, stats.DimLanguage} {
		for _, by := range stats.Filters() {
			if f := (stats.Filter{Dim: by, Value: "x"}); !f.Narrows(dim) {
				t.Errorf("%v is not narrowed by %v", dim, by)
			}
		}
	}
}

// TestPairsKeepTheirNumbers holds the numbers and names of pairs: stores keep them.
func TestPairsKeepTheirNumbers(t *testing.T) {
	text := ""
	for d := range stats.Pairs() {
		text += fmt.Sprintf("%d %v\n", d, d)
		if parsed, err := stats.ParseDimension(d.String()); err != nil || parsed != d {
			t.Errorf("%v is parsed as %v, %v", d, parsed, err)
		}
	}
	golden(t, "pairs.txt", text)
}

// TestRareValuesDoNotLeaveTogether holds that within an hour a value of persons waits for views of its own.
func TestRareValuesDoNotLeaveTogether(t *testing.T) {
	a, m := stats.NewAggregator(stats.Options{Instance: "run", Floors: stats.Floors{Person: 2}, LeaveViews: 4}), newMemory()
	tr := visit.NewTracker(0, 0, nil)
	for who, country := range []string{"KZ", "KZ", "KZ", "KZ", "LI", "LI"} {
		pv := visit.Pageview{Day: day, Hour: 9, Kind: visit.KindPage, Status: 200, Path: "/", Country: country}
		tr.Observe(visit.Key{1, uint64(who) + 1}, visit.Key{}, day.Time(time.UTC), &pv)
		a.Add(&pv)
	}
	drain(t, a, m, stats.Running)
	at := func(country string) int64 { return m.rows[valueKey{day, stats.DimCountry, country}][stats.Views] }
	if at("KZ") != 4 || at("LI") != 0 {
		t.Errorf("within the hour KZ %d, LI %d are at rest; want 4 and none", at("KZ"), at("LI"))
	}
	drain(t, a, m, stats.HourEnd)
	if at("KZ") != 4 || at("LI") != 2 {
		t.Errorf("at the end of the hour KZ %d, LI %d are at rest; want 4 and 2", at("KZ"), at("LI"))
	}
}
