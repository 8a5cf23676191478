package stats_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// checkFlows wants the second page of each visit that went on, by its first.
func (w *world) checkFlows(truth *tally) {
	want, gone := map[stats.Flow]bool{}, map[string]int64{}
	for value, c := range truth.byValue(stats.DimFlow, w.days()) {
		from, to := stats.CutPair(value)
		want[stats.Flow{From: from, To: to, Visits: c[stats.Visits]}] = true
	}
	for _, j := range w.oracle.visits {
		if len(j.pages) > 1 {
			gone[""]++
			gone[j.pages[0].path]++
		}
	}
	for from, visits := range gone {
		flows, all, err := w.reports().Flows(w.t.Context(), w.days(), from, 1000)
		if err != nil || all != visits {
			w.t.Fatalf("flows from %q: %d visits went on, %v; want %d", from, all, err, visits)
		}
		n := 0
		for f := range want {
			if from == "" || f.From == from {
				n++
			}
		}
		for _, f := range flows {
			if !want[f] || from != "" && f.From != from {
				w.t.Fatalf("flow %+v from %q, which is none of %v", f, from, want)
			}
		}
		if len(flows) != n {
			w.t.Fatalf("%d flows from %q, want %d", len(flows), from, n)
		}
	}
}

func (w *world) checkCohorts(truth *tally) {
	months, cohorts, err := w.reports().Cohorts(w.t.Context(), w.days())
	if err != nil {
		w.t.Fatal(err)
	}
	got, want := map[string]int64{}, map[string]int64{}
	for _, c := range cohorts {
		for i, n := range c.Came {
			got[c.Month+" "+months[i]] += n
		}
	}
	for k, c := range truth.rows {
		if k.dim == stats.DimCohort {
			want[k.value+" "+month(k.day)] += c[stats.Visitors]
		}
	}
	maps.DeleteFunc(got, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(got, want) {
		w.t.Fatalf("cohorts %v, want %v", got, want)
	}
}

// checkConsents counts the acts anew for each part of the report.
func (w *world) checkConsents(*tally) {
	c, err := w.reports().Consents(w.t.Context(), w.days())
	if err != nil {
		w.t.Fatal(err)
	}
	got, want := map[string]int64{}, map[string]int64{}
	note := func(where string, a *stats.Answers) {
		for outcome, n := range map[stats.Outcome]int64{
			stats.OutcomeShown: a.Shown, stats.OutcomeAccepted: a.Accepted, stats.OutcomeCustomised: a.Customised,
			stats.OutcomeRejected: a.Rejected, stats.OutcomeWithdrawn: a.Withdrawn, stats.OutcomeChanged: a.Changed,
		} {
			got[where+" "+string(outcome)] += n
		}
	}
	note("all", &c.Total)
	for i := range c.Days {
		note(c.Days[i].Day.String(), &c.Days[i].Answers)
		if a := &c.Days[i].Answers; a.Ignored != max(0, a.Shown-a.Accepted-a.Customised-a.Rejected) {
			w.t.Fatalf("%+v", a)
		}
	}
	for i := range c.Methods {
		note(c.Methods[i].Method, &c.Methods[i].Answers)
	}
	for _, p := range c.Purposes {
		got["purpose "+p.Purpose+" granted"], got["purpose "+p.Purpose+" withdrawn"] = p.Granted, p.Withdrawn
	}
	for name, list := range map[string][]stats.FacetAnswers{"country": c.Countries, "language": c.Languages, "device": c.Devices, "variant": c.Variants, "time": c.Times} {
		for _, f := range list {
			got[fmt.Sprint(name, " ", f.Value, " shown")], got[fmt.Sprint(name, " ", f.Value, " accepted")], got[fmt.Sprint(name, " ", f.Value, " customised")] = f.Shown, f.Accepted, f.Customised
		}
	}
	for i := range w.oracle.acts {
		a := &w.oracle.acts[i]
		outcome := string(a.Outcome)
		for _, where := range []string{"all", a.Day.String(), a.Method} {
			want[where+" "+outcome]++
		}
		if suffix := map[string]string{"customised": "granted", "withdrawn": "withdrawn"}[outcome]; suffix != "" {
			for _, p := range a.Purposes {
				want["purpose "+p+" "+suffix]++
			}
		}
		if !slices.Contains([]string{"shown", "accepted", "customised"}, outcome) {
			continue
		}
		want["country "+a.Facets.Country+" "+outcome]++
		want["language "+a.Facets.Language+" "+outcome]++
		want["device "+a.Facets.Device+" "+outcome]++
		if a.Facets.Variant != "" {
			want["variant "+a.Facets.Variant+" "+outcome]++
		}
		if a.Facets.Time != "" && outcome != "shown" {
			want["time "+a.Facets.Time+" "+outcome]++
		}
	}
	maps.DeleteFunc(got, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(got, want) {
		w.t.Fatalf("consents %s\nwant %s", sorted(got), sorted(want))
	}
}

func sorted(m map[string]int64) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%d; ", k, m[k])
	}
	return b.String()
}

// checkNoFolds wants no fold where nothing is rare.
func (w *world) checkNoFolds(*tally) {
	if folds, err := w.reports().Folds(w.t.Context(), w.days()); err != nil || len(folds) > 0 {
		w.t.Fatalf("folds %v, %v", folds, err)
	}
}
