package stats_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Reports that are set apart judge each day by itself: a range of whole months, whose sums are remembered, tells what its days tell one by
// one, the first time and the next.
func TestReportsSetApartAddTheirDaysUp(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	first, last := date("2026-02-20"), date("2026-05-03")
	for d := first; d <= last; d++ {
		for country := range 6 {
			for range random.IntN(12 * (country + 1)) {
				pv := with(page("/"), func(pv *visit.Pageview) { pv.Day, pv.Country = d, fmt.Sprintf("C%d", country) })
				a.Add(&pv)
			}
		}
		a.EndDays(d + 1)
		drain(t, a, store, stats.HourEnd)
	}
	o := stats.ReportOptions{Floors: stats.Floors{Person: 20, Open: 20}, Apart: true}
	reports := stats.NewReports(store, nil, o)
	list := func(r *stats.Reports, days stats.Range) (map[string]int64, int64) {
		t.Helper()
		top, err := r.Top(t.Context(), stats.Query{Dim: stats.DimCountry, Range: days, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]int64{}
		for _, l := range top.Lines {
			told[l.Value] = l.Counts[stats.Views]
		}
		return told, top.Other.Hidden[stats.Views]
	}
	want, hidden := map[string]int64{}, int64(0)
	for d := first; d <= last; d++ {
		told, not := list(stats.NewReports(store, nil, o), stats.Range{First: d, Last: d})
		for value, n := range told {
			want[value] += n
		}
		hidden += not
	}
	if len(want) < 2 || hidden == 0 {
		t.Fatalf("the days tell %v and hide %d: nothing is shown by them", want, hidden)
	}
	for range 2 {
		got, not := list(reports, stats.Range{First: first, Last: last})
		if fmt.Sprint(got) != fmt.Sprint(want) || not != hidden {
			t.Errorf("the range tells %v and hides %d, its days %v and %d", got, not, want, hidden)
		}
	}
}

// What is remembered of a month is told for five minutes and no longer.
func TestReportsSetApartRememberAMonthForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
		first := date("2026-03-01")
		reports := stats.NewReports(store, nil, stats.ReportOptions{Floors: stats.Floors{Person: 20}, Apart: true})
		views := func() (n int64) {
			top, err := reports.Top(t.Context(), stats.Query{Dim: stats.DimCountry, Range: stats.Range{First: first, Last: date("2026-03-31")}})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range top.Lines {
				n += l.Counts[stats.Views]
			}
			return n
		}
		come := func() {
			add(a, 30, with(page("/"), func(pv *visit.Pageview) { pv.Day = first }))
			drain(t, a, store, stats.HourEnd)
		}
		come()
		if n := views(); n != 30 {
			t.Fatalf("%d page views, want 30", n)
		}
		come()
		if n := views(); n != 30 {
			t.Errorf("%d page views: the month is not remembered", n)
		}
		time.Sleep(5*time.Minute + time.Second) // of the test's own clock
		if n := views(); n != 60 {
			t.Errorf("%d page views after five minutes, want 60", n)
		}
	})
}
