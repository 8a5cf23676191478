package stats_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// readAll returns all that reports tell of the day: totals by hour, every list of every dimension, and pages and hours under filters.
func readAll(t *testing.T, r *stats.Reports) (views int64, all string) {
	t.Helper()
	var out strings.Builder
	days := stats.Range{First: day, Last: day}
	filters := []stats.Filter{{}, {Dim: stats.DimCountry, Value: "KZ"}, {Dim: stats.DimPage, Value: "/a"}}
	for _, f := range filters {
		r, err := r.Under(f)
		if err != nil {
			t.Fatal(err)
		}
		points, err := r.Series(t.Context(), days, stats.ByHour, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range points {
			if f == (stats.Filter{}) {
				views += points[i].Counts[stats.Views]
			}
			fmt.Fprintln(&out, f, points[i].At.Hour(), points[i].Counts)
		}
		for dim := range stats.Dimensions() {
			if !f.Narrows(dim) {
				continue
			}
			top, err := r.Top(t.Context(), stats.Query{Dim: dim, Range: days, Limit: 10_000, Bots: true})
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(top.Lines, func(a, b stats.Line) int { return strings.Compare(a.Value, b.Value) })
			fmt.Fprintln(&out, f, dim, top.Whole, top.Other, top.Lines)
		}
	}
	return views, out.String()
}

// comer is a page view of somebody new, like two others of the same number modulo 3.
func comer(i int) visit.Pageview {
	kinds := [...]visit.Pageview{
		{Path: "/a", Source: "search.example", Channel: "search", Country: "KZ", Region: "Almaty", Provider: "Telecom", Browser: "Safari", OS: "iOS", Device: "mobile", Language: "kk"},
		{Path: "/b", Country: "DE", Provider: "Netz", Browser: "Firefox", OS: "Linux", Device: "desktop", Language: "de"},
		{Path: "/c", Source: "news.example", Channel: "referral", Country: "KZ", Provider: "Mobil", Browser: "Chrome", OS: "Android", Device: "mobile", Language: "ru"},
	}
	pv := kinds[i%len(kinds)]
	pv.Day, pv.Hour, pv.Kind, pv.Status, pv.Asker, pv.Lot = day, 9, visit.KindPage, 200, true, uint8(i)
	pv.Step = visit.Step{NewVisitor: true, NewVisit: true, Lot: uint8(i)}
	return pv
}

// TestNobodyIsFollowed: whoever reads everything again after each page view, as an admin and by a link, never sees that
// fewer than 20 page views together changed anything.
func TestNobodyIsFollowed(t *testing.T) {
	store, a := newMemory(), stats.NewAggregator(stats.Options{Instance: "run", Together: stats.Together})
	asked := stats.ReportOptions{Floors: stats.Floors{Person: 5}}
	shared := stats.ReportOptions{Floors: stats.Floors{Person: 20, Open: 20}}
	readers := map[string]*stats.Reports{"admin": stats.NewReports(store, a, asked), "link": stats.NewReports(store, a.Resting(), shared)}
	last, changed, views := map[string]string{}, map[string]int{}, map[string]int64{}
	for name, r := range readers {
		_, last[name] = readAll(t, r)
	}
	for i := range 200 {
		add(a, 1, comer(i))
		if i%7 == 0 {
			add(a, 1, with(comer(i), func(pv *visit.Pageview) {
				pv.Kind, pv.Path, pv.Step, pv.Asker = visit.KindFile, "/a.css", visit.Step{}, false
			}))
		}
		drain(t, a, store, stats.Running)
		for name, r := range readers {
			n, now := readAll(t, r)
			if now == last[name] {
				continue
			}
			if came := i + 1 - changed[name]; came < stats.Together {
				t.Errorf("%s: after page view %d something else is told than %d page views before", name, i+1, came)
			}
			if n-views[name] < stats.Together {
				t.Errorf("%s: after page view %d the total moved by %d", name, i+1, n-views[name])
			}
			last[name], changed[name], views[name] = now, i+1, n
		}
	}
	for name := range readers {
		if views[name] != 200 {
			t.Errorf("%s: after 200 page views %d are told", name, views[name])
		}
	}
	if got := lines(t, store, a, stats.DimPage, asked.Floors)["/a"][stats.Views]; got != 67 {
		t.Errorf("/a: %d page views, want 67", got)
	}
}

// TestAnHourThatIsOverTellsItsTotals: a quiet site learns each hour how many came; what of them waits for others. Bots wait for nobody.
func TestAnHourThatIsOverTellsItsTotals(t *testing.T) {
	store, a := newMemory(), stats.NewAggregator(stats.Options{Instance: "run", Together: stats.Together})
	r := stats.NewReports(store, a, stats.ReportOptions{})
	for i := range 9 {
		add(a, 1, comer(i))
	}
	drain(t, a, store, stats.Running)
	if n, _ := readAll(t, r); n != 0 {
		t.Errorf("within the hour %d page views are told", n)
	}
	if waits := a.Holdings(); len(waits) > 0 {
		t.Errorf("within the hour %v is told to wait", waits)
	}
	drain(t, a, store, stats.HourOver)
	if n, _ := readAll(t, r); n != 9 {
		t.Errorf("once the hour is over %d page views are told, want 9", n)
	}
	if pages := lines(t, store, a, stats.DimPage, stats.Floors{}); len(pages) != 0 {
		t.Errorf("once the hour is over 9 page views tell %v", pages)
	}
	for i := range 11 {
		add(a, 1, comer(9+i))
	}
	if pages := lines(t, store, a, stats.DimPage, stats.Floors{}); pages["/a"][stats.Views] != 7 {
		t.Errorf("20 page views tell %v", pages)
	}
	drain(t, a, store, stats.HourOver)
	add(a, 30, with(comer(0), func(pv *visit.Pageview) {
		pv.Bot, pv.BotClass, pv.Step, pv.Asker = "Crawler", "search", visit.Step{}, false
	}))
	if bots := lines(t, store, a, stats.DimBot, stats.Floors{}); len(bots) != 0 {
		t.Errorf("within the hour bots are told: %v", bots)
	}
	drain(t, a, store, stats.HourOver)
	if bots := lines(t, store, a, stats.DimBot, stats.Floors{}); bots["search: Crawler"][stats.Bots] != 30 {
		t.Errorf("once the hour is over bots alone must be told: %v", bots)
	}
}

// TestADayThatEndsTellsAll: what came last waits for nobody once the day is over, and what a restart carries over is told.
func TestADayThatEndsTellsAll(t *testing.T) {
	for name, end := range map[string]func(a *stats.Aggregator) *stats.Aggregator{
		"the day ends": func(a *stats.Aggregator) *stats.Aggregator { a.EndDays(day + 1); return a },
		"a restart": func(a *stats.Aggregator) *stats.Aggregator {
			carried, err := a.Snapshot()
			next := stats.NewAggregator(stats.Options{Instance: "next", Together: stats.Together})
			if err != nil || next.Restore(carried) != nil {
				t.Fatal(err)
			}
			return next
		},
	} {
		store, a := newMemory(), stats.NewAggregator(stats.Options{Instance: "run", Together: stats.Together})
		for i := range 33 {
			add(a, 1, comer(i))
		}
		a = end(a)
		if pages := lines(t, store, a, stats.DimPage, stats.Floors{}); pages["/a"][stats.Views] != 11 {
			t.Errorf("%s: %v", name, pages)
		}
		if f := a.Figures(); f.Missing() != 0 || f.Accepted != 33 {
			t.Errorf("%s: %d accepted, %d missing", name, f.Accepted, f.Missing())
		}
	}
}

// TestAFloodOfValuesIsBounded: who makes up values without viewing a page neither fills the memory nor keeps others out.
func TestAFloodOfValuesIsBounded(t *testing.T) {
	store, a := newMemory(), stats.NewAggregator(stats.Options{Instance: "run", Together: stats.Together, Caps: map[stats.Dimension]int{stats.DimFile: 100}})
	for i := range 500 {
		add(a, 1, with(comer(0), func(pv *visit.Pageview) {
			pv.Kind, pv.Path, pv.Step, pv.Asker, pv.Status = visit.KindFile, fmt.Sprint("/made-up-", i), visit.Step{}, false, 200
		}))
		a.Gather()
	}
	a.EndDays(day + 1)
	drain(t, a, store, stats.Running)
	if files := lines(t, store, a, stats.DimFile, stats.Floors{}); len(files) != 75 {
		t.Errorf("%d files are told, want 75, as a quarter of the places is for what is asked for often", len(files))
	}
	if f := a.Figures(); f.Folded[stats.DimFile].Capped != 425 {
		t.Errorf("%d hits are over the cap, want 425", f.Folded[stats.DimFile].Capped)
	}
}
