package stats_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kelisim/kelisim/stats"
)

const actDay stats.Day = 20_500

// told is what a batch may be looked at for: every facet, of every visitor.
func told(i int) *stats.Facets {
	return &stats.Facets{
		Country: [...]string{"KZ", "KZ", "UZ", "TV"}[i%4], Language: [...]string{"kk", "ru", ""}[i%3],
		Device: [...]string{"mobile", "desktop"}[i%2], Variant: [...]string{"", "b"}[i%2], Time: [...]string{"10s", "3s"}[i%2],
	}
}

func act(outcome stats.Outcome, i int) *stats.Act {
	return &stats.Act{Day: actDay, Hour: 9, Method: "banner", Outcome: outcome, Purposes: []string{"statistics", "marketing"}[:i%3%2+1], Facets: told(i)}
}

var outcomes = []stats.Outcome{
	stats.OutcomeShown, stats.OutcomeAccepted, stats.OutcomeCustomised, stats.OutcomeRejected, stats.OutcomeWithdrawn, stats.OutcomeChanged,
}

// TestS2_2_8_RefusalAddsOneEventAndNothingOfTheVisitor tries to count everything about visitors who refuse.
func TestS2_2_8_RefusalAddsOneEventAndNothingOfTheVisitor(t *testing.T) {
	for _, outcome := range []stats.Outcome{stats.OutcomeRejected, stats.OutcomeChanged} {
		a := stats.NewAggregator(stats.Options{Instance: "x", Floors: stats.Floors{Person: 1}, LeaveViews: 1})
		for i := range 40 {
			a.AddAct(act(outcome, i))
		}
		a.Cut(stats.HourEnd)
		b, _ := a.Outgoing()
		if len(b.Rows) != 1 || b.Rows[0].Value != "banner/"+string(outcome) || b.Rows[0].Counts != (stats.Counts{stats.Events: 40}) {
			t.Errorf("40 × %s left the rows %v, want the outcome alone", outcome, b.Rows)
		}
		if len(b.Totals) != 1 || b.Totals[0].Counts != (stats.Counts{stats.Events: 40}) {
			t.Errorf("40 × %s left the totals %v", outcome, b.Totals)
		}
	}
}

// TestS4_4_5_WithdrawalTellsPurposesOnly: what was taken back is what was done; who did it is nobody's business.
func TestS4_4_5_WithdrawalTellsPurposesOnly(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "x", Floors: stats.Floors{Person: 1}, LeaveViews: 1})
	a.AddAct(act(stats.OutcomeWithdrawn, 0))
	a.Cut(stats.HourEnd)
	b, _ := a.Outgoing()
	if got := fmt.Sprint(names(b.Rows)); got != "[consent=banner/withdrawn consentpurpose=statistics/withdrawn]" {
		t.Error(got)
	}
}

func names(rows []stats.Row) (list []string) {
	for _, r := range rows {
		list = append(list, r.Dim.String()+"="+r.Value)
	}
	return list
}

func TestActsThatAreNone(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "x"})
	for _, bad := range []stats.Act{
		{Day: 1, Hour: 24, Method: "banner", Outcome: stats.OutcomeShown}, {Day: 1, Method: "", Outcome: stats.OutcomeShown},
		{Day: 1, Method: "banner", Outcome: "eaten"}, {Day: 1, Method: strings.Repeat("x", 33), Outcome: stats.OutcomeShown},
	} {
		a.AddAct(&bad)
	}
	if a.Cut(stats.HourEnd) != 0 {
		b, _ := a.Outgoing()
		t.Errorf("%v", b)
	}
}

// TestNoConsentRowUnderTheFloorEverLeaves lets random acts happen and looks at every batch, at the snapshot's
// life over a restart, at what reports say on the open day, and at the closed day with every subtraction.
func TestNoConsentRowUnderTheFloorEverLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 6).Draw(t, "k")
		floors := stats.Floors{Person: k}
		w := &acts{t: t, k: int64(k), floors: floors, store: newMemory(), told: map[string]int64{}, all: map[string]int64{}}
		w.live = stats.NewAggregator(stats.Options{Instance: "one", Floors: floors, Shards: 2, LeaveViews: 4})
		for range rapid.IntRange(0, 160).Draw(t, "steps") {
			w.step()
		}
		w.checkReport()
		w.live.EndDays(actDay + 1)
		w.over = true
		w.flush(stats.Running)
		w.checkReport()
		if _, err := stats.NewCloser(w.store, w.store, floors).Close(t.Context(), actDay+1); err != nil {
			t.Fatal(err)
		}
		w.live = nil
		w.checkReport()
		w.attack()
	})
}

type acts struct {
	t      *rapid.T
	k      int64
	floors stats.Floors
	live   *stats.Aggregator
	store  *memory
	runs   int
	over   bool             // the day is
	told   map[string]int64 // acts by dimension and value
	all    map[string]int64 // acts by outcome
}

func (w *acts) step() {
	switch rapid.SampledFrom([]string{"act", "act", "act", "act", "act", "flush", "hour", "restart"}).Draw(w.t, "what") {
	case "act":
		w.add(act(rapid.SampledFrom(outcomes).Draw(w.t, "outcome"), rapid.IntRange(0, 11).Draw(w.t, "who")))
	case "flush":
		w.flush(stats.Running)
	case "hour":
		w.flush(stats.HourEnd)
	case "restart":
		held, err := w.live.Snapshot()
		if err != nil {
			w.t.Fatal(err)
		}
		w.runs++
		w.live = stats.NewAggregator(stats.Options{Instance: fmt.Sprint("run ", w.runs), Floors: w.floors, LeaveViews: 4})
		if err := w.live.Restore(held); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *acts) add(a *stats.Act) {
	w.live.AddAct(a)
	w.all[string(a.Outcome)]++
	note := func(dim stats.Dimension, value, suffix string) { w.told[dim.String()+"="+value+"/"+suffix]++ }
	for _, p := range a.Purposes {
		switch a.Outcome {
		case stats.OutcomeCustomised:
			note(stats.DimConsentPurpose, p, "granted")
		case stats.OutcomeWithdrawn:
			note(stats.DimConsentPurpose, p, "withdrawn")
		}
	}
	if a.Outcome == stats.OutcomeShown || a.Outcome == stats.OutcomeAccepted || a.Outcome == stats.OutcomeCustomised {
		note(stats.DimConsentCountry, a.Facets.Country, string(a.Outcome))
		note(stats.DimConsentLanguage, a.Facets.Language, string(a.Outcome))
		note(stats.DimConsentDevice, a.Facets.Device, string(a.Outcome))
		note(stats.DimConsentVariant, a.Facets.Variant, string(a.Outcome))
		note(stats.DimConsentTime, a.Facets.Time, string(a.Outcome))
	}
}

// flush looks at each batch as an attacker would: no value of too few acts, and no facet of an outcome for
// less than LeaveViews acts at once before the day is over.
func (w *acts) flush(moment stats.Moment) {
	w.live.Cut(moment)
	for b, ok := w.live.Outgoing(); ok; b, ok = w.live.Outgoing() {
		together := map[string]int64{}
		for _, r := range b.Rows {
			if isWriter(r.Dim) {
				continue
			}
			name := r.Dim.String() + "=" + r.Value
			if r.Dim.Spec().Act && w.told[name] < w.k {
				w.t.Fatalf("a batch tells %s, which %d acts carry, k is %d", name, w.told[name], w.k)
			}
			suffix := r.Value[strings.LastIndexByte(r.Value, '/'):]
			if r.Dim == stats.DimConsentPurpose {
				together[r.Dim.String()+suffix] = max(together[r.Dim.String()+suffix], r.Counts[stats.Events])
			} else if r.Dim.Spec().Act {
				together[r.Dim.String()+suffix] += r.Counts[stats.Events]
			}
		}
		for group, n := range together {
			if n < 4 && !w.over {
				w.t.Fatalf("a batch of %d acts tells %s", n, group)
			}
		}
		if err := w.store.Put(w.t.Context(), b); err != nil {
			w.t.Fatal(err)
		}
		w.live.Delivered(b)
	}
}

// checkReport asks what a reader is told.
func (w *acts) checkReport() {
	var live stats.Live
	if w.live != nil {
		live = w.live
	}
	got, err := stats.NewReports(w.store, live, stats.ReportOptions{Floors: w.floors}).Consents(w.t.Context(), stats.Range{First: actDay, Last: actDay})
	if err != nil {
		w.t.Fatal(err)
	}
	total := got.Total
	want := stats.Answers{Shown: w.all["shown"], Accepted: w.all["accepted"], Customised: w.all["customised"], Rejected: w.all["rejected"], Withdrawn: w.all["withdrawn"], Changed: w.all["changed"]}
	want.Ignored = max(0, want.Shown-want.Given())
	if total != want {
		w.t.Fatalf("%+v, want %+v", total, want)
	}
	for name, list := range map[string][]stats.FacetAnswers{"country": got.Countries, "language": got.Languages, "device": got.Devices, "variant": got.Variants} {
		rest := stats.FacetAnswers{Shown: total.Shown, Accepted: total.Accepted, Customised: total.Customised}
		var seen stats.FacetAnswers
		for _, f := range list {
			w.enough(name+" "+f.Value, f.Shown, f.Accepted, f.Customised)
			if f.Shown > 0 {
				w.enough(name+" "+f.Value+" not granted", f.Rest)
			}
			seen.Shown, seen.Accepted, seen.Customised = seen.Shown+f.Shown, seen.Accepted+f.Accepted, seen.Customised+f.Customised
		}
		for what, n := range map[string][2]int64{"shown": {rest.Shown, seen.Shown}, "accepted": {rest.Accepted, seen.Accepted}, "customised": {rest.Customised, seen.Customised}} {
			if n[1] > 0 {
				w.enough(name+" left of "+what, n[0]-n[1])
			}
		}
	}
	for _, p := range got.Purposes {
		w.enough(p.Purpose, p.Granted, p.Withdrawn, p.Refused)
		if p.Granted > 0 && p.Granted+p.Refused+p.Untold != total.Customised {
			w.t.Fatalf("%+v do not add up to %d", p, total.Customised)
		}
	}
}

func (w *acts) enough(what string, numbers ...int64) {
	for _, n := range numbers {
		if n > 0 && n < w.k {
			w.t.Fatalf("%s: %d can be had, k is %d", what, n, w.k)
		}
	}
}

// attack looks at every row of the closed day.
func (w *acts) attack() {
	for key, c := range w.store.rows {
		if key.dim.Spec().Act {
			w.enough(key.dim.String()+"="+key.value, c[stats.Events])
		}
	}
}

func TestConsentsSayWhatBecameOfAsking(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "x", Floors: stats.Floors{Person: 1}})
	for outcome, n := range map[stats.Outcome]int{stats.OutcomeShown: 10, stats.OutcomeAccepted: 4, stats.OutcomeRejected: 3, stats.OutcomeCustomised: 1, stats.OutcomeWithdrawn: 2} {
		for range n {
			a.AddAct(&stats.Act{Day: actDay, Hour: 3, Method: "banner", Outcome: outcome, Purposes: []string{"statistics"}, Facets: &stats.Facets{Country: "KZ", Time: "10s"}})
		}
	}
	a.AddAct(&stats.Act{Day: actDay + 1, Hour: 0, Method: "centre", Outcome: stats.OutcomeAccepted}) // asked the evening before
	r := stats.NewReports(newMemory(), a, stats.ReportOptions{Floors: stats.Floors{Person: 1}})
	got, err := r.Consents(t.Context(), stats.Range{First: actDay, Last: actDay + 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := (stats.Answers{Shown: 10, Accepted: 5, Customised: 1, Rejected: 3, Ignored: 2, Withdrawn: 2}); got.Total != want {
		t.Errorf("total %+v, want %+v", got.Total, want)
	}
	if len(got.Days) != 2 || got.Days[1].Ignored != 0 || got.Days[1].Accepted != 1 {
		t.Errorf("days %+v", got.Days)
	}
	if want := (stats.FacetAnswers{Value: "KZ", Shown: 10, Accepted: 4, Customised: 1, Rest: 5, Rated: 10, RatedGrants: 5}); len(got.Countries) != 1 || got.Countries[0] != want {
		t.Errorf("countries %+v, want %+v", got.Countries, want)
	}
	if want := (stats.PurposeAnswers{Purpose: "statistics", Granted: 1, Withdrawn: 2}); len(got.Purposes) != 1 || got.Purposes[0] != want {
		t.Errorf("purposes %+v, want %+v", got.Purposes, want)
	}
	if want := []stats.FacetAnswers{{Value: "10s", Accepted: 4, Customised: 1}}; len(got.Times) != 1 || got.Times[0] != want[0] {
		t.Errorf("times %+v", got.Times)
	}
	if len(got.Methods) != 2 || got.Methods[1].Method != "centre" || got.Methods[1].Accepted != 1 {
		t.Errorf("methods %+v", got.Methods)
	}
	if _, err := r.Consents(t.Context(), stats.Range{First: 2, Last: 1}); err == nil {
		t.Error("a range that ends before it begins is taken")
	}
}

func BenchmarkAddAct(b *testing.B) {
	a := stats.NewAggregator(stats.Options{Instance: "bench"})
	f := told(1)
	b.ReportAllocs()
	for b.Loop() {
		a.AddAct(&stats.Act{Day: actDay, Hour: 9, Method: "banner", Outcome: stats.OutcomeShown, Facets: f})
	}
}
