package stats_test

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// reportChecks compare each method of Reports with the truth: all of them, or TestTheOracleKnowsEveryReport fails. Those
// of exact agree whatever the floors are, before a day is closed and after; the others where no floor holds anything back.
func reportChecks() (exact, unfolded map[string]func(*world, *tally)) {
	exact = map[string]func(*world, *tally){
		"Summary": (*world).checkTotals, "Series": (*world).checkSeries, "Compare": (*world).checkCompare, "Hours": (*world).checkHours,
		"Recent": (*world).checkRecent, "Span": (*world).checkSpan, "Goals": (*world).checkGoals, "Quantiles": (*world).checkQuantiles,
		"Loyalty": (*world).checkLoyalty, "Zone": (*world).checkOptions, "Floors": (*world).checkOptions,
		"SeriesFrom": (*world).checkKept, "FlowsFrom": (*world).checkKept,
	}
	unfolded = map[string]func(*world, *tally){
		"Top": (*world).checkRows, "Under": (*world).checkCrossed, "Filter": (*world).checkCrossed, "Flows": (*world).checkFlows,
		"Cohorts": (*world).checkCohorts, "Consents": (*world).checkConsents, "Folds": (*world).checkNoFolds,
		"Answered": (*world).checkAnswered, "Waits": (*world).checkWaits, "Spikes": (*world).checkSpikes,
	}
	return exact, unfolded
}

// reports of the product, by reflection.
func reportMethods() (names []string) {
	for m := range reflect.TypeFor[*stats.Reports]().Methods() {
		names = append(names, m.Name)
	}
	return names
}

// sumOf adds up the totals of a range.
func (t *tally) sumOf(days stats.Range) (sum stats.Counts) {
	for k, c := range t.totals {
		if k.day >= days.First && k.day <= days.Last {
			sum.Add(&c)
		}
	}
	return sum
}

// byValue adds up the rows of a dimension.
func (t *tally) byValue(dim stats.Dimension, days stats.Range) map[string]stats.Counts {
	sums := map[string]stats.Counts{}
	for k, c := range t.rows {
		if k.dim == dim && k.day >= days.First && k.day <= days.Last {
			sum := sums[k.value]
			sum.Add(&c)
			sums[k.value] = sum
		}
	}
	maps.DeleteFunc(sums, func(_ string, c stats.Counts) bool { return c.IsZero() })
	return sums
}

// checkSeries adds the truth up by calendar, in the site's zone and in another.
func (w *world) checkSeries(truth *tally) {
	zone := time.FixedZone("", 5*3600)
	for _, in := range []*time.Location{nil, time.UTC, zone} {
		for unit, name := range map[stats.Unit]func(time.Time) string{
			stats.ByHour: func(t time.Time) string { return t.Format("2006-01-02 15") }, stats.ByDay: func(t time.Time) string { return t.Format(time.DateOnly) },
			stats.ByWeek: func(t time.Time) string { return week(visitDay(t)) }, stats.ByMonth: func(t time.Time) string { return t.Format("2006-01") },
		} {
			days := w.days()
			points, err := w.reports().Series(w.t.Context(), days, unit, in)
			if err != nil {
				w.t.Fatal(err)
			}
			at := time.UTC
			if in != nil {
				at = in
			}
			civil := func(t time.Time) time.Time { // as it stands on the wall there
				_, shift := t.In(at).Zone()
				return t.UTC().Add(time.Duration(shift) * time.Second)
			}
			got, want := map[string]stats.Counts{}, map[string]stats.Counts{}
			for _, p := range points {
				if _, twice := got[name(civil(p.At))]; twice {
					w.t.Fatalf("series by %v: %v twice", unit, p.At)
				}
				p.Counts[stats.Exits] = 0 // known by day only
				got[name(civil(p.At))] = p.Counts
			}
			for k, c := range truth.totals {
				local := civil(k.day.Time(time.UTC).Add(time.Duration(k.hour) * time.Hour))
				if day := visitDay(local); day < days.First || day > days.Last {
					continue
				}
				sum := want[name(local)]
				sum.Add(&c)
				sum[stats.Exits] = 0
				want[name(local)] = sum
			}
			maps.DeleteFunc(got, func(at string, c stats.Counts) bool { return c.IsZero() && want[at] == c })
			maps.DeleteFunc(want, func(_ string, c stats.Counts) bool { return c.IsZero() })
			if !maps.Equal(got, want) {
				w.t.Fatalf("series by %v in %v: %v, want %v", unit, in, got, want)
			}
		}
	}
}

func (w *world) checkCompare(truth *tally) {
	days := w.days()
	days.First = days.Last
	c, err := w.reports().Compare(w.t.Context(), days, days.Previous())
	if err != nil || c.Now.Counts != truth.sumOf(days) || c.Before.Counts != truth.sumOf(days.Previous()) {
		w.t.Fatalf("compare %v: %+v, %v", days, c, err)
	}
}

func (w *world) checkHours(truth *tally) {
	hours, err := w.reports().Hours(w.t.Context(), w.days())
	if err != nil {
		w.t.Fatal(err)
	}
	var want stats.Hours
	for k, c := range truth.totals {
		want[(int(k.day.Time(time.UTC).Weekday())+6)%7][k.hour].Add(&c)
	}
	for d := range want {
		for h := range want[d] {
			want[d][h][stats.Exits], hours[d][h][stats.Exits] = 0, 0
		}
	}
	if *hours != want {
		w.t.Fatalf("hours %v, want %v", *hours, want)
	}
}

func (w *world) checkRecent(truth *tally) {
	now := w.oracle.now
	points, err := w.reports().Recent(w.t.Context(), now, 6)
	if err != nil || len(points) != 6 {
		w.t.Fatalf("%d of the last 6 hours, %v", len(points), err)
	}
	for i, p := range points {
		at := now.Truncate(time.Hour).Add(time.Duration(i-5) * time.Hour)
		day, hour := visit.DayOf(at, time.UTC)
		want := truth.totals[hourKey{day, hour}]
		want[stats.Exits], p.Counts[stats.Exits] = 0, 0
		if !p.At.Equal(at) || p.Counts != want {
			w.t.Fatalf("at %v: %v counts %v, want %v", at, p.At, p.Counts, want)
		}
	}
}

func (w *world) checkSpan(truth *tally) {
	var days []stats.Day
	for k, c := range truth.totals {
		if !c.IsZero() {
			days = append(days, k.day)
		}
	}
	span, ok, err := w.reports().Span(w.t.Context())
	if err != nil || len(days) > 0 && (!ok || span.First > slices.Min(days) || span.Last < slices.Max(days)) || ok && (span.First < w.days().First || span.Last > w.days().Last) {
		w.t.Fatalf("span %v, %v, %v; days with counts %v", span, ok, err, days)
	}
}

func (w *world) checkGoals(truth *tally) {
	days := w.days()
	goals, funnels, err := w.reports().Goals(w.t.Context(), w.oracle.plan, days)
	if err != nil || len(goals) != len(w.oracle.plan.Goals()) || len(funnels) != len(w.oracle.plan.Funnels()) {
		w.t.Fatalf("%v, %v, %v", goals, funnels, err)
	}
	visits := truth.sumOf(days)[stats.Visits]
	part := func(n, of int64) float64 {
		if of <= 0 {
			return 0
		}
		return min(1, float64(n)/float64(of))
	}
	reached := truth.byValue(stats.DimGoal, days)
	for _, g := range goals {
		if c := reached[g.Name]; g.Events != c[stats.Events] || g.Visits != c[stats.Visits] || g.Rate != part(g.Visits, visits) {
			w.t.Fatalf("goal %+v, want %v of %d visits", g, c, visits)
		}
	}
	steps := truth.byValue(stats.DimFunnel, days)
	for _, f := range funnels {
		before := visits
		for i, s := range f.Steps {
			if n := steps[stats.FunnelStep(f.Name, i+1)][stats.Visits]; s.Visits != n || s.Kept != part(n, before) {
				w.t.Fatalf("step %d of %s: %+v, want %d of %d", i+1, f.Name, s, n, before)
			}
			before = s.Visits
		}
	}
}

func (w *world) checkQuantiles(truth *tally) {
	for dim := range stats.Dimensions() {
		q, err := w.reports().Quantiles(w.t.Context(), dim, w.days())
		if (err == nil) != (len(dim.Buckets()) > 0) {
			w.t.Fatalf("quantiles of %v: %v", dim, err)
		}
		if err != nil {
			continue
		}
		values, sum := truth.byValue(dim, w.days()), int64(0)
		for i, end := range append(dim.Buckets(), 1<<40) {
			c := values[dim.Bucket(end)]
			n := max(c[stats.Visits], c[stats.Requests], c[stats.Events])
			if q.Buckets[i] != n {
				w.t.Fatalf("%v: %v, want %d in bucket %d", dim, q, n, i)
			}
			sum += n
		}
		if q.Count != sum {
			w.t.Fatalf("%v: %d were measured, want %d", dim, q.Count, sum)
		}
	}
}

func (w *world) checkLoyalty(*tally) {
	for unit, name := range map[stats.Unit]func(stats.Day) string{stats.ByDay: stats.Day.String, stats.ByWeek: week, stats.ByMonth: month} {
		got, err := w.reports().Loyalty(w.t.Context(), w.days(), unit)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range got.Points {
			all, fresh := map[int]bool{}, map[int]bool{}
			for _, r := range w.oracle.returns {
				if name(r.day) != name(p.First) {
					continue
				}
				if !r.before.Known || name(r.before.Last) != name(r.day) || unit == stats.ByDay {
					all[r.who] = true // not met in this week or month before the world began
				}
				if !r.before.Known && w.oracle.firstDay(r.who) == r.day {
					fresh[r.who] = true
				}
			}
			if p.Visitors != int64(len(all)) || p.New != int64(len(fresh)) || p.Returning != int64(len(all)-len(fresh)) {
				w.t.Fatalf("%v from %v: %+v, want %d of which %d are new", unit, p.First, p, len(all), len(fresh))
			}
		}
	}
}

func (w *world) checkOptions(*tally) {
	r := w.reports()
	if r.Zone() != time.UTC || r.Floors() != w.floors {
		w.t.Fatalf("zone %v, floors %v", r.Zone(), r.Floors())
	}
}

// checkKept: of a world that forgets nothing, everything is told from before its first day on.
func (w *world) checkKept(want *tally) {
	r := w.reports()
	for k := range want.totals {
		if r.FlowsFrom() > k.day || r.SeriesFrom(stats.ByDay, nil) > k.day || r.SeriesFrom(stats.ByHour, nil) > k.day {
			w.t.Fatalf("ways are told from %v, days from %v, hours from %v; something came on %v", r.FlowsFrom(), r.SeriesFrom(stats.ByDay, nil), r.SeriesFrom(stats.ByHour, nil), k.day)
		}
	}
}
