package attack_test

import (
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// TestAFloodOfMadeUpValuesPushesNobodyOverAFloor lets a stranger make up paths, sources and campaigns, a million of them in
// the full game: what visitors carry is no nearer to the floor, what is at rest stays bounded, and so does memory.
func TestAFloodOfMadeUpValuesPushesNobodyOverAFloor(t *testing.T) {
	t.Parallel()
	flood := 20_000
	if os.Getenv("KELISIM_ATTACK") != "" {
		flood = 1_000_000
	}
	for name, open := range targets {
		t.Run(name, func(t *testing.T) {
			p, to := attack.NewPopulation(300, rand.New(rand.NewPCG(6, 6))), open(t)
			site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 6})
			if err != nil {
				t.Fatal(err)
			}
			if err := site.Run(t.Context(), 600, .2, .21); err != nil {
				t.Fatal(err)
			}
			site.Flood(flood)
			if err := site.Run(t.Context(), 600, .22, .25); err != nil {
				t.Fatal(err)
			}
			d := dump(t, to)
			nobody(t, p, "by rarity, in a flood", attack.Rare(p, d, k))
			report(t, "by subtraction, in a flood", attack.Differences(site, d, k))
			values := map[stats.Dimension]int{}
			for cell := range d.Rows {
				values[cell.Dim]++
				if cell.Dim == stats.DimCampaign && cell.Value != "" {
					t.Errorf("campaign %q, which one visitor made up, is at rest", cell.Value)
				}
			}
			for dim, n := range values {
				if n > dim.Spec().Cap {
					t.Errorf("%d values of %v are at rest, the cap is %d", n, dim, dim.Spec().Cap)
				}
			}
			site.Events = nil
			runtime.GC()
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			t.Logf("a flood of %d: %d paths, %d sources at rest, %d MB on the heap", flood, values[stats.DimPage], values[stats.DimSource], memory.HeapAlloc>>20)
			if memory.HeapAlloc > 1<<30 {
				t.Errorf("%d bytes on the heap", memory.HeapAlloc)
			}
		})
	}
}

// TestAccomplicesLearnThatOneMoreCame is a limit and no promise: an attacker who comes as k-1 visitors with a value
// learns when the row appears that somebody else carries it, too. One address with four user agents is four visitors; of
// a place or a provider it needs an address there. The floor counts visitors, and cannot know who sends them.
func TestAccomplicesLearnThatOneMoreCame(t *testing.T) {
	t.Parallel()
	told := func(agents int, victim bool) bool {
		p, to := attack.NewPopulation(300, rand.New(rand.NewPCG(8, 8))), openBolt(t)
		p.Settle(57, 58) // the attacker has an address at the provider of the victim, where nobody else is
		site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 8})
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Run(t.Context(), 0, 0, .5); err != nil {
			t.Fatal(err)
		}
		for _, agent := range p.Agents[1 : 1+agents] {
			site.View(57, agent, "/", "")
		}
		if victim {
			site.View(58, p.Agent(58), "/", "")
		}
		for i := range 60 { // others, so that rows leave
			if i != 29 {
				site.View(2*i, p.Agent(2*i), "/", "")
			}
		}
		if err := site.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		named := attack.Rare(p, dump(t, to), k)
		return len(named) > 0
	}
	if told(k-2, true) {
		t.Error("a provider of k-1 visitors is told")
	}
	if told(k-1, false) {
		t.Error("k-1 accomplices are told without anybody else")
	}
	if !told(k-1, true) {
		t.Error("k-1 accomplices and one more are not told: the limit that is stated is none, and this harness missed it")
	}
}
