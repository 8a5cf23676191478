package guard

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

func term(t *testing.T, text string) consent.Period {
	t.Helper()
	p, err := consent.ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// keepingFor is a site that keeps one kind of statistics for a term of its own.
func keepingFor(t *testing.T, kind stats.Kind, text string) func(*Config) {
	return func(c *Config) { c.Keep = map[stats.Kind]consent.Period{kind: term(t, text)} }
}

// stating is a policy that states terms by the id of the data.
func stating(t *testing.T, terms map[string]string) (p consent.Policy) {
	t.Helper()
	for _, id := range []string{"counts", "counts-crossed", "counts-technical", "counts-consent", "counts-totals", "counts-sums"} {
		if text, ok := terms[id]; ok {
			p.Data = append(p.Data, consent.DataKind{ID: id, Retention: term(t, text)})
		}
	}
	return p
}

func TestTermsOfKinds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		policy map[string]string
		keep   map[stats.Kind]string
		want   map[stats.Kind]string
	}{
		"nothing said": {nil, nil, map[stats.Kind]string{
			stats.KindTotals: "", stats.KindLists: "", stats.KindConsent: "", stats.KindCrossed: "25 months", stats.KindTechnical: "13 months", stats.KindReturning: "25 months",
		}},
		"one term for all":       {map[string]string{"counts": "5 years"}, nil, map[stats.Kind]string{stats.KindTotals: "5 years", stats.KindLists: "5 years", stats.KindCrossed: "25 months"}},
		"a short term for all":   {map[string]string{"counts": "30 days"}, nil, map[stats.Kind]string{stats.KindTotals: "30 days", stats.KindLists: "30 days", stats.KindCrossed: "30 days", stats.KindTechnical: "30 days"}},
		"the policy names one":   {map[string]string{"counts": "5 years", "counts-crossed": "4 years"}, nil, map[stats.Kind]string{stats.KindCrossed: "4 years", stats.KindTechnical: "13 months"}},
		"the site says less":     {map[string]string{"counts": "5 years"}, map[stats.Kind]string{stats.KindCrossed: "60 days", stats.KindLists: "2 years"}, map[stats.Kind]string{stats.KindCrossed: "60 days", stats.KindLists: "2 years", stats.KindTotals: "5 years"}},
		"the site says more":     {nil, map[stats.Kind]string{stats.KindTechnical: "3 years"}, map[stats.Kind]string{stats.KindTechnical: "3 years"}},
		"nothing beyond its day": {nil, map[stats.Kind]string{stats.KindTotals: "1 years", stats.KindLists: "3 years"}, map[stats.Kind]string{stats.KindTotals: "1 years", stats.KindLists: "1 years", stats.KindConsent: "1 years"}},
	} {
		keep := map[stats.Kind]consent.Period{}
		for kind, text := range tt.keep {
			keep[kind] = term(t, text)
		}
		got := Terms(stating(t, tt.policy), keep)
		for kind, want := range tt.want {
			if got[kind] != term(t, want) {
				t.Errorf("%s: %v is kept for %v, want %s", name, kind, got[kind], want)
			}
		}
	}
}

func TestS4_6_3_NothingOutlivesWhatTheNoticeStates(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		policy map[string]string
		keep   map[stats.Kind]string
		want   string // part of the fault; "" for none
	}{
		"as stated":          {map[string]string{"counts": "2 years", "counts-crossed": "1 year"}, map[stats.Kind]string{stats.KindCrossed: "12 months", stats.KindLists: "2 years"}, ""},
		"nothing stated":     {nil, map[stats.Kind]string{stats.KindCrossed: "9 years"}, ""},
		"beyond all":         {map[string]string{"counts": "2 years"}, map[stats.Kind]string{stats.KindLists: "3 years"}, `Keep: 3 years for lists, and the policy's data "counts"`},
		"beyond its kind":    {map[string]string{"counts": "2 years", "counts-crossed": "1 year"}, map[stats.Kind]string{stats.KindCrossed: "2 years"}, `"counts-crossed" states 1 year`},
		"a part beyond":      {map[string]string{"counts": "1 year", "counts-technical": "2 years"}, nil, "data[1].retention: 2 years is longer than the 1 year"},
		"no kind":            {map[string]string{"counts": "1 year", "counts-sums": "1 year"}, nil, `data[1].id: "counts-sums" is no kind`},
		"totals by the way":  {map[string]string{"counts": "1 year", "counts-totals": "1 year"}, nil, `data[1].id: "counts-totals" is no kind`},
		"an unknown kind":    {nil, map[stats.Kind]string{99: "1 year"}, "kind(99) is no kind"},
		"for ever is no way": {nil, map[stats.Kind]string{stats.KindLists: ""}, "say for how long lists"},
	} {
		keep := map[stats.Kind]consent.Period{}
		for kind, text := range tt.keep {
			keep[kind] = term(t, text)
		}
		err := checkTerms(stating(t, tt.policy), keep)
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// TestSweepLetsGoOfKindsByTheirTerms: what joins two values goes before the day that it is of.
func TestSweepLetsGoOfKindsByTheirTerms(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	g, store := clocked(t, now, "90 days", keepingFor(t, stats.KindTechnical, "30 days"))
	first := count(t, g, now.time())
	held := func(dim stats.Dimension) (n int) {
		if err := store.Rows(t.Context(), dim, first, first, func(stats.Row) { n++ }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct{ days, pages, answers int }{{2, 1, 1}, {28, 1, 1}, {1, 1, 0}, {60, 0, 0}} {
		now.add(time.Duration(step.days) * 24 * time.Hour)
		settle(t, g)
		if err := g.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if pages, answers := held(stats.DimPage), held(stats.DimStatus); pages != step.pages || answers != step.answers {
			t.Errorf("%v: %d pages and %d answers held, want %d and %d", now.time(), pages, answers, step.pages, step.answers)
		}
	}
}

// TestS4_6_3_SweepSaysWhichDaysItRemoved: once, and nothing where nothing was too old.
func TestS4_6_3_SweepSaysWhichDaysItRemoved(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	var log bytes.Buffer
	g, _ := clocked(t, now, "30 days", func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	count(t, g, now.time())
	for _, step := range []struct{ days, told int }{{1, 0}, {28, 0}, {3, 1}, {1, 1}} {
		now.add(time.Duration(step.days) * 24 * time.Hour)
		settle(t, g)
		if err := g.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if told := strings.Count(log.String(), "were removed\" from=2026-03-01 to=2026-03-01 kept_from=2026-03-0"); told != step.told {
			t.Errorf("%v: told %d times, want %d: %s", now.time(), told, step.told, log.String())
		}
	}
}

// TestTermsAreCheckedWhenAPolicyChanges: a notice that states less than the site keeps does not come into force.
func TestTermsAreCheckedWhenAPolicyChanges(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	g, _ := clocked(t, now, "2 years", keepingFor(t, stats.KindLists, "1 year"))
	next := g.now().filed
	next.Revision = consent.Revision{Number: next.Revision.Number + 1, Date: "2026-11-24", Change: consent.Material}
	next.Data = append([]consent.DataKind(nil), next.Data...)
	for i := range next.Data {
		if next.Data[i].ID == DataCounts {
			next.Data[i].Retention = term(t, "6 months")
		}
	}
	if err := g.SetPolicy(next); err == nil || !strings.Contains(err.Error(), "states 6 months") {
		t.Errorf("a policy that states less than what is kept: %v", err)
	}
	free, _ := clocked(t, now, "2 years")
	if err := free.SetPolicy(next); err != nil {
		t.Error(err)
	}
}
