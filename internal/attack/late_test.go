package attack_test

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// TestWhatComesLateOpensNoClosedDay lets one more visitor reach a closed day: what a process brings whose rows were
// late, and an import of the same day. Only totals grow by it, so that no difference of two dumps tells who that was; and what was folded
// stays folded.
func TestWhatComesLateOpensNoClosedDay(t *testing.T) {
	t.Parallel()
	for name, open := range targets {
		t.Run(name, func(t *testing.T) {
			to := open(t)
			site, err := attack.NewSite(attack.NewPopulation(300, rand.New(rand.NewPCG(4, 4))), to.store, attack.Rules{Seed: 4})
			if err != nil {
				t.Fatal(err)
			}
			if err := site.Run(t.Context(), 900, .4, .5); err != nil {
				t.Fatal(err)
			}
			open := dump(t, to)
			if err := site.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			closed := dump(t, to)
			late := stats.Batch{Instance: "import", Seq: 1, Totals: []stats.Total{{Day: attack.Day(), Hour: 9, Counts: stats.Counts{stats.Views: 1, stats.Visitors: 1}}}}
			for cell := range open.Rows { // whatever was told while the day was open, folded since or not
				if cell.Dim.Spec().Measures.Has(stats.Visitors) {
					late.Rows = append(late.Rows, stats.Row{Day: attack.Day(), Dim: cell.Dim, Value: cell.Value, Counts: stats.Counts{stats.Views: 1, stats.Visitors: 1}})
				}
			}
			if len(late.Rows) < 100 {
				t.Fatalf("only %d values come late", len(late.Rows))
			}
			if _, err := to.store.Merge(t.Context(), late); err != nil {
				t.Fatal(err)
			}
			if _, err := stats.NewCloser(to.store, to.store, stats.Floors{}).Close(t.Context(), attack.Day()+1); err != nil {
				t.Fatal(err)
			}
			after := dump(t, to)
			if !maps.Equal(after.Rows, closed.Rows) {
				t.Errorf("the closed day told %d values, and tells %d", len(closed.Rows), len(after.Rows))
			}
			if after.Visitors() != closed.Visitors()+1 {
				t.Errorf("%d visitors, want one more than %d", after.Visitors(), closed.Visitors())
			}
			below := append(attack.Differences(site, after, k), attack.Solve(site, after, k)...)
			report(t, "by subtraction, after one more came late", below)
		})
	}
}
