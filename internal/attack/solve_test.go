package attack_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
)

// TestCombinationsOfLinesTellNothing closes days of sites with few pages, whose reports have few rows and columns: there
// a folded cell may be the only one of a line, so that the line tells it, and with it the cell that it was to hide.
func TestCombinationsOfLinesTellNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(24) {
		p, m := attack.NewPopulation(40+20*int(seed%12), rand.New(rand.NewPCG(seed, 4))), newMemory()
		site, err := attack.NewSite(p, m, attack.Rules{Seed: seed, Pages: 2 + int(seed%5)})
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Run(t.Context(), 150+20*int(seed%30), .1, .3); err != nil {
			t.Fatal(err)
		}
		if err := site.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		d, err := attack.Read(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		report(t, "by subtraction", attack.Differences(site, d, k))
		report(t, "by combination", attack.Solve(site, d, k))
	}
}
