package attack_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// TestReportsOfBothStoresAgreeWithTheTruth holds that what is kept from an attacker is not kept from the
// site: totals are exact before and after closing, and whatever is told under a filter is exact.
func TestReportsOfBothStoresAgreeWithTheTruth(t *testing.T) {
	t.Parallel()
	for name, open := range targets {
		t.Run(name, func(t *testing.T) {
			p := attack.NewPopulation(400, rand.New(rand.NewPCG(5, 5)))
			to := open(t)
			site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 9, Together: 1})
			if err != nil {
				t.Fatal(err)
			}
			if err := site.Run(t.Context(), 2500, 0, .99); err != nil {
				t.Fatal(err)
			}
			check(t, p, site, stats.NewReports(to.store, site.Live(0), stats.ReportOptions{}))
			if err := site.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if told := check(t, p, site, stats.NewReports(to.store, nil, stats.ReportOptions{})); told < 20 {
				t.Errorf("only %d values are told of the closed day under filters", told)
			}
		})
	}
}

// check compares reports with the events, and returns how many values are told under filters.
func check(t *testing.T, p *attack.Population, site *attack.Site, r *stats.Reports) (told int) {
	t.Helper()
	days := stats.Range{First: attack.Day(), Last: attack.Day()}
	sum, err := r.Summary(t.Context(), days)
	if err != nil || sum.Counts[stats.Views] != int64(len(site.Events)) {
		t.Errorf("%d page views, %v; want %d", sum.Counts[stats.Views], err, len(site.Events))
	}
	for _, country := range []string{"KZ", "RU", "DE"} {
		under, err := r.Under(stats.Filter{Dim: stats.DimCountry, Value: country})
		if err != nil {
			t.Fatal(err)
		}
		pages, all := map[string]int64{}, int64(0)
		for i := range site.Events {
			if e := &site.Events[i]; p.Place(p.Addrs[e.Who]).Country == country {
				pages[e.Page]++
				all++
			}
		}
		sum, err := under.Summary(t.Context(), days)
		if err != nil || sum.Counts[stats.Views] != all {
			t.Errorf("%s: %d page views, %v; want %d", country, sum.Counts[stats.Views], err, all)
		}
		top, err := under.Top(t.Context(), stats.Query{Dim: stats.DimPage, Range: days, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		rest := top.Other.Counts[stats.Views]
		for _, l := range top.Lines {
			told++
			rest += l.Counts[stats.Views]
			if l.Counts[stats.Views] != pages[l.Value] {
				t.Errorf("%s, %s: %d page views, want %d", country, l.Value, l.Counts[stats.Views], pages[l.Value])
			}
		}
		if rest != all {
			t.Errorf("%s: lines and other are %d, want %d", country, rest, all)
		}
	}
	return told
}
