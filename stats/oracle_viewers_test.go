package stats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// exactly notes who has viewed what on which day, as it was, and puts it in the place of what the house's tracker says, which
// may miss a few: here nobody may be counted twice, and package visit tests how few are missed.
func (o *oracle) exactly(who int, pv *visit.Pageview) {
	first := func(what string, said bool) bool {
		key := fmt.Sprint(who, " ", pv.Day, " ", what)
		fresh := !o.viewed[key]
		o.viewed[key] = true
		switch {
		case said && !fresh:
			panic("a visitor is new twice: " + key)
		case !said && fresh:
			o.missed++
		}
		return fresh
	}
	pv.Step.NewOnPage = first("page "+pv.Path, pv.Step.NewOnPage)
	pv.Step.NewInSection = first("section "+visit.Section(pv.Path), pv.Step.NewInSection)
}

// viewers counts, for each page and section, the set of those who viewed it.
func (t *tally) viewers(views []view) {
	sets := map[valueKey]map[int]bool{}
	for _, v := range views {
		for dim, value := range map[stats.Dimension]string{stats.DimPage: v.path, stats.DimSection: visit.Section(v.path)} {
			k := valueKey{v.day, dim, value}
			if sets[k] == nil {
				sets[k] = map[int]bool{}
			}
			sets[k][v.who] = true
		}
	}
	for k, who := range sets {
		t.row(k.day, k.dim, k.value, stats.Viewers, int64(len(who)))
	}
}

// crowded reports whether k visitors viewed pages or sections that are not told of a closed day, of one section or of any: nobody can
// subtract who they are, but they are in what is left.
func (w *world) crowded(day stats.Day, dim stats.Dimension, section string) bool {
	left := map[int]bool{}
	for _, v := range w.oracle.viewsInOrder() {
		value := v.path
		if dim == stats.DimSection {
			value = visit.Section(v.path)
		}
		if v.day == day && (section == "" || visit.Section(v.path) == section) && people(w.store.rows[valueKey{day, dim, value}]) == (stats.Counts{}) {
			left[v.who] = true
		}
	}
	return isPaged(dim) && len(left) >= w.floors.Of(dim)
}

func isPaged(dim stats.Dimension) bool { return dim == stats.DimPage || dim == stats.DimSection }

// toldOf is what readers are told of c, which was counted under a value of dim.
func toldOf(dim stats.Dimension, c stats.Counts) stats.Counts {
	if isPaged(dim) {
		c[stats.Visitors], c[stats.Visits], c[stats.Viewers] = c[stats.Viewers], 0, 0
	}
	return c
}

// summed is c without what does not add up over the values of dim.
func summed(dim stats.Dimension, c stats.Counts) stats.Counts {
	if isPaged(dim) {
		c[stats.Visitors], c[stats.Visits], c[stats.Viewers], c[stats.Timed] = 0, 0, 0, 0
	}
	return c
}

// underPage is what is told of a page, or of a section under a filter by page, of the values that it has.
func underPage(t *tally, days stats.Range, values []string) (c stats.Counts) {
	for _, value := range values {
		row := toldOf(stats.DimPage, t.byValue(stats.DimPage, days)[value])
		for _, m := range []stats.Measure{stats.Views, stats.Visitors, stats.Bounces, stats.Seconds, stats.Entries, stats.Exits, stats.Timed} {
			c[m] += row[m]
		}
	}
	if len(values) > 1 {
		c[stats.Visitors] = 0
	}
	return c
}

// beside is what is told of page views that are counted with a page: where visits began, not whose day.
func beside(c stats.Counts) (told stats.Counts) {
	told[stats.Views], told[stats.Entries], told[stats.Bounces] = c[stats.Views], c[stats.Visits], c[stats.Bounces]
	return told
}

// TestAPageOnWhichNobodysDayBegan has visitors all the same, under its floor and under a filter.
func TestAPageOnWhichNobodysDayBegan(t *testing.T) {
	o := newOracle(40, time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC))
	live := stats.NewAggregator(stats.Options{Instance: "run"})
	for _, path := range []string{"/", "/pricing", "/pricing"} {
		for who := range o.people {
			pv := o.see(who, o.request(who, visit.KindPage, path, 200, ""))
			live.Add(&pv)
		}
		o.now = o.now.Add(9 * time.Second)
	}
	day, _ := visit.DayOf(o.now, time.UTC)
	days := stats.Range{First: day, Last: day}
	for _, floors := range []stats.Floors{{}, {Person: 20, Open: 20}} {
		r := stats.NewReports(newMemory(), live, stats.ReportOptions{Floors: floors})
		top, err := r.Top(t.Context(), stats.Query{Dim: stats.DimPage, Range: days})
		if err != nil || len(top.Lines) != 2 || !top.Other.Counts.IsZero() {
			t.Fatalf("%+v: %+v, %v", floors, top, err)
		}
		page := top.Lines[0]
		if c := page.Counts; page.Value != "/pricing" || c[stats.Visitors] != 40 || c[stats.Views] != 80 || c[stats.Entries] != 0 || c[stats.Visits] != 0 || page.TimeOnPage() != 9*time.Second {
			t.Errorf("%+v: %+v, %v", floors, page, page.TimeOnPage())
		}
		under, err := r.Under(stats.Filter{Dim: stats.DimPage, Value: "/pricing"})
		if err != nil {
			t.Fatal(err)
		}
		s, err := under.Summary(t.Context(), days)
		if c := s.Counts; err != nil || c[stats.Visitors] != 40 || c[stats.Views] != 80 || c[stats.Exits] != 40 || c[stats.Entries] != 0 || s.TimeOnPage() != 9*time.Second || s.ViewsPerVisit() != 0 {
			t.Errorf("%+v: %+v, %v", floors, s, err)
		}
		places, err := under.Top(t.Context(), stats.Query{Dim: stats.DimDevice, Range: days})
		if err != nil || len(places.Lines) == 0 {
			t.Fatal(places, err)
		}
		for _, l := range places.Lines {
			if want := (stats.Counts{stats.Views: l.Counts[stats.Views]}); l.Counts != want || want[stats.Views] == 0 {
				t.Errorf("%+v: %s counts %v", floors, l.Value, l.Counts)
			}
		}
	}
}
