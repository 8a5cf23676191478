package stats_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone data for %q: %v", name, err)
	}
	return z
}

func date(s string) stats.Day {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return visit.DateOf(at.Date())
}

// steady returns a store with one page view in each hour of some days, in which the views of an hour
// that a clock change repeats are two, and of one that it leaves out none.
func steady(first, last stats.Day, z *time.Location) *memory {
	m := newMemory()
	for at := first.Time(z); at.Before((last + 1).Time(z)); at = at.Add(time.Hour) {
		day, hour := visit.DayOf(at, z)
		c := m.totals[hourKey{day, hour}]
		c[stats.Views]++
		m.totals[hourKey{day, hour}] = c
	}
	return m
}

func TestSeries(t *testing.T) {
	for _, c := range []struct {
		name, site, view string
		first, last      string
		unit             stats.Unit
		points           int
		head             []int64 // views of the first points
		sum              int64
	}{
		{"hours", "UTC", "", "2026-03-01", "2026-03-01", stats.ByHour, 24, []int64{1, 1}, 24},
		{"days", "UTC", "", "2026-03-01", "2026-03-03", stats.ByDay, 3, []int64{24, 24, 24}, 72},
		{"weeks begin on Monday", "UTC", "", "2026-03-01", "2026-03-10", stats.ByWeek, 3, []int64{24, 168, 48}, 240},
		{"months", "UTC", "", "2026-02-27", "2026-03-02", stats.ByMonth, 2, []int64{48, 48}, 96},
		{"spring in Berlin", "Europe/Berlin", "", "2026-03-29", "2026-03-29", stats.ByHour, 23, []int64{1, 1, 1}, 23},
		{"autumn in Berlin", "Europe/Berlin", "", "2026-10-25", "2026-10-25", stats.ByHour, 25, []int64{1, 1, 2, 0, 1}, 25},
		{"a day of 25 hours", "Europe/Berlin", "", "2026-10-24", "2026-10-26", stats.ByDay, 3, []int64{24, 25, 24}, 73},
		{"Almaty seen from Berlin", "Asia/Almaty", "Europe/Berlin", "2026-03-10", "2026-03-10", stats.ByDay, 1, []int64{24}, 24},
		{"half an hour off", "Asia/Kolkata", "UTC", "2026-03-10", "2026-03-10", stats.ByHour, 24, []int64{1, 1, 1}, 24},
		{"three quarters of an hour off", "UTC", "Asia/Kathmandu", "2026-03-10", "2026-03-10", stats.ByHour, 24, []int64{1, 1, 1}, 24},
		{"Nepal's days seen from India", "Asia/Kathmandu", "Asia/Kolkata", "2026-03-10", "2026-03-12", stats.ByDay, 3, []int64{24, 24, 24}, 72},
		{"the site's spring day elsewhere", "Europe/Berlin", "Asia/Almaty", "2026-03-28", "2026-03-30", stats.ByDay, 3, []int64{24, 24, 24}, 72},
		{"the site's autumn night elsewhere", "Europe/Berlin", "Asia/Almaty", "2026-10-25", "2026-10-25", stats.ByHour, 24, []int64{1, 1, 1, 1, 1, 2, 0, 1}, 24},
		{"the reader's spring day", "Asia/Almaty", "America/New_York", "2026-03-07", "2026-03-09", stats.ByDay, 3, []int64{24, 23, 24}, 71},
		{"the reader's autumn day", "Asia/Almaty", "America/New_York", "2026-11-01", "2026-11-01", stats.ByHour, 25, []int64{1, 1, 1, 1}, 25},
		{"both change their clocks", "Europe/Berlin", "America/New_York", "2026-03-01", "2026-03-31", stats.ByMonth, 1, []int64{743}, 743},
		{"a shift of half an hour", "UTC", "Australia/Lord_Howe", "2026-10-04", "2026-10-04", stats.ByDay, 1, []int64{23}, 23},
		{"midnight left out", "America/Santiago", "", "2026-09-06", "2026-09-06", stats.ByDay, 1, []int64{23}, 23},
	} {
		t.Run(c.name, func(t *testing.T) {
			site, first, last := zone(t, c.site), date(c.first), date(c.last)
			r := stats.NewReports(steady(first-3, last+3, site), nil, stats.ReportOptions{Zone: site})
			var view *time.Location
			if c.view != "" {
				view = zone(t, c.view)
			}
			points, err := r.Series(t.Context(), stats.Range{First: first, Last: last}, c.unit, view)
			if err != nil || len(points) != c.points {
				t.Fatalf("%d points, %v; want %d: %v", len(points), err, c.points, points)
			}
			var sum int64
			for i, p := range points {
				sum += p.Counts[stats.Views]
				if i < len(c.head) && p.Counts[stats.Views] != c.head[i] {
					t.Errorf("point %d at %v: %d views, want %d", i, p.At, p.Counts[stats.Views], c.head[i])
				}
			}
			if sum != c.sum {
				t.Errorf("%d views in all, want %d", sum, c.sum)
			}
		})
	}
}

func TestRange(t *testing.T) {
	r := stats.Range{First: date("2024-02-29"), Last: date("2024-03-06")}
	if got, want := r.Previous(), (stats.Range{First: date("2024-02-22"), Last: date("2024-02-28")}); got != want {
		t.Errorf("previous: %v, want %v", got, want)
	}
	if got, want := r.YearBefore(), (stats.Range{First: date("2023-02-28"), Last: date("2023-03-06")}); got != want {
		t.Errorf("a year before: %v, want %v", got, want)
	}
	reports := stats.NewReports(newMemory(), nil, stats.ReportOptions{})
	for _, bad := range []stats.Range{{First: 2, Last: 1}, {First: 0, Last: stats.MaxRange}} {
		_, summary := reports.Summary(t.Context(), bad)
		_, series := reports.Series(t.Context(), bad, stats.ByDay, nil)
		_, top := reports.Top(t.Context(), stats.Query{Dim: stats.DimPage, Range: bad})
		_, hours := reports.Hours(t.Context(), bad)
		_, folds := reports.Folds(t.Context(), bad)
		for _, err := range []error{summary, series, top, hours, folds} {
			if !errors.Is(err, stats.ErrRange) {
				t.Errorf("%v: %v, want ErrRange", bad, err)
			}
		}
	}
}

func TestSummaryAndComparison(t *testing.T) {
	m := newMemory()
	m.totals[hourKey{10, 5}] = stats.Counts{stats.Views: 30, stats.Visits: 10, stats.Bounces: 4, stats.Seconds: 900}
	m.totals[hourKey{9, 5}] = stats.Counts{stats.Views: 24, stats.Visits: 12}
	r := stats.NewReports(m, nil, stats.ReportOptions{})
	days := stats.Range{First: 10, Last: 10}
	c, err := r.Compare(t.Context(), days, days.Previous())
	if err != nil {
		t.Fatal(err)
	}
	if c.Now.BounceRate() != 0.4 || c.Now.ViewsPerVisit() != 3 || c.Now.MeanVisit() != 90*time.Second {
		t.Errorf("ratios %v %v %v: want 0.4, 3, 1m30s", c.Now.BounceRate(), c.Now.ViewsPerVisit(), c.Now.MeanVisit())
	}
	if up, ok := c.Change(stats.Views); !ok || up != 0.25 {
		t.Errorf("views grew by %v, %v; want a quarter", up, ok)
	}
	if _, ok := c.Change(stats.Seconds); ok {
		t.Error("a growth from nothing has a share")
	}
	var none stats.Summary
	if none.BounceRate() != 0 || none.ViewsPerVisit() != 0 || none.MeanVisit() != 0 {
		t.Error("no visits: want zeros")
	}
}

func TestHours(t *testing.T) {
	m, monday := newMemory(), date("2026-03-02")
	m.totals[hourKey{monday, 5}] = n(2)
	m.totals[hourKey{monday + 7, 5}] = n(3)
	m.totals[hourKey{monday - 1, 23}] = n(4)
	h, err := stats.NewReports(m, nil, stats.ReportOptions{}).Hours(t.Context(), stats.Range{First: monday - 1, Last: monday + 7})
	if err != nil || h[0][5][stats.Views] != 5 || h[6][23][stats.Views] != 4 {
		t.Errorf("Monday at 5: %d, Sunday at 23: %d, %v; want 5 and 4", h[0][5][stats.Views], h[6][23][stats.Views], err)
	}
}

func TestRecent(t *testing.T) {
	z := zone(t, "Asia/Almaty")
	at := time.Date(2026, 3, 10, 1, 30, 0, 0, z)
	r := stats.NewReports(steady(date("2026-03-08"), date("2026-03-10"), z), nil, stats.ReportOptions{Zone: z})
	points, err := r.Recent(t.Context(), at, 4)
	if err != nil || len(points) != 4 || points[3].At.Hour() != 1 || points[0].At.Hour() != 22 || points[0].Counts[stats.Views] != 1 {
		t.Errorf("%v, %v: want 22:00 to 01:00", points, err)
	}
}

func TestTop(t *testing.T) {
	m := newMemory()
	m.totals[hourKey{10, 1}] = both(20, 9)
	for value, c := range map[string]stats.Counts{"/a": both(8, 1), "/b": n(6), "/Blog": n(4), "/bot": bots(7)} {
		m.rows[valueKey{10, stats.DimSource, value}] = c
	}
	m.closed[10] = []stats.Fold{{Day: 10, Dim: stats.DimSource, Values: 1, Counts: n(1)}, {Day: 10, Dim: stats.DimOS, Values: 1, Counts: n(9)}}
	r := stats.NewReports(m, nil, stats.ReportOptions{})
	for _, c := range []struct {
		name  string
		query stats.Query
		want  []string
		other stats.Counts
	}{
		{"by views", stats.Query{}, []string{"/a", "/b", "/Blog"}, both(2, 8)},
		{"limit", stats.Query{Limit: 1}, []string{"/a"}, both(12, 8)},
		{"search whatever the case", stats.Query{Search: "BL"}, []string{"/Blog"}, both(16, 9)},
		{"with bots", stats.Query{Bots: true}, []string{"/a", "/b", "/Blog", "/bot"}, both(2, 1)},
		{"requests of all", stats.Query{Bots: true, Sort: stats.Requests}, []string{"/a", "/bot", "/b", "/Blog"}, both(2, 1)},
		{"a measure it has not", stats.Query{Sort: stats.Refused}, []string{"/a", "/b", "/Blog"}, both(2, 8)},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.query.Dim, c.query.Range = stats.DimSource, stats.Range{First: 10, Last: 10}
			top, err := r.Top(t.Context(), c.query)
			if err != nil || len(top.Lines) != len(c.want) {
				t.Fatalf("%v, %v; want %v", top.Lines, err, c.want)
			}
			for i, l := range top.Lines {
				if l.Value != c.want[i] {
					t.Errorf("line %d is %q, want %q", i, l.Value, c.want[i])
				}
			}
			if top.Other.Counts != c.other {
				t.Errorf("other is %v, want %v", top.Other.Counts, c.other)
			}
			sum := top.Other.Unlisted
			sum.Add(&top.Other.Hidden)
			sum.Add(&top.Other.Folded)
			sum.Add(&top.Other.Rest)
			if sum != top.Other.Counts || top.Other.Folded != n(1) {
				t.Errorf("other %+v does not add up", top.Other)
			}
		})
	}
	if _, err := r.Top(t.Context(), stats.Query{Dim: 200}); !errors.Is(err, stats.ErrDimension) {
		t.Errorf("an unknown dimension: %v", err)
	}
}

func TestSpan(t *testing.T) {
	a, m := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	r := stats.NewReports(m, a, stats.ReportOptions{})
	if _, ok, err := r.Span(t.Context()); ok || err != nil {
		t.Errorf("an empty house spans something: %v", err)
	}
	m.totals[hourKey{day - 5, 1}] = n(1)
	add(a, 1, page("/"))
	if got, ok, err := r.Span(t.Context()); !ok || err != nil || got != (stats.Range{First: day - 5, Last: day}) {
		t.Errorf("%v, %v, %v: want the store's first and the live day", got, ok, err)
	}
}
