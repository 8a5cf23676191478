package attack_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// TestTheHarnessFindsEverybodyInASaltedTable holds that the means can win: the common scheme names all who came.
func TestTheHarnessFindsEverybodyInASaltedTable(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 30, 300, 3000} {
		p := attack.NewPopulation(n, rand.New(rand.NewPCG(7, 7)))
		table := attack.Salted{Salt: []byte("salt of the day")}
		came := 0
		for i, addr := range p.Addrs {
			if i%2 == 0 {
				p.Came[i] = true
				came++
				table.See(addr, p.Agent(i))
			}
		}
		named := attack.Dictionary(p, attack.NewIndex(table.Raw()), table.Marks, false)
		if right, _ := attack.Referee(p, named); right != came || len(named) != came {
			t.Errorf("%d of %d are found in a table of salted hashes, %d named", right, came, len(named))
		}
		most := attack.Most(attack.Likelihoods(p, &attack.Dump{}, named))
		if !math.IsInf(most.Own, 1) {
			t.Errorf("a salted hash has a likelihood ratio of %v", most.Own)
		}
	}
	p := attack.NewPopulation(300, rand.New(rand.NewPCG(7, 7)))
	plain := append([]byte("some text "), p.Addrs[4].String()...)
	if named := attack.Dictionary(p, attack.NewIndex(plain), nil, true); len(named) != 1 || named[0] != 4 {
		t.Errorf("an address in plain text: %v", named)
	}
}

// TestLikelihoodsAreThoseOfTablesThatAreKnown measures the measure: what tables of a known load give away is known, as
// 1/(1-exp(-load)) of a bitmap, and is 251 for a HyperLogLog at 100 visitors.
func TestLikelihoodsAreThoseOfTablesThatAreKnown(t *testing.T) {
	t.Parallel()
	p := attack.NewPopulation(4000, rand.New(rand.NewPCG(3, 3)))
	keys, err := attack.Living([]byte("a secret of thirty-two bytes, or more"), [][]byte{make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name           string
		table          sees
		visitors       int
		atLeast, below float64
	}{
		{"a bitmap of 64 cells, load 1", attack.NewBitmap(p, keys[0], 64), 64, 1.5, 1.7},
		{"a bitmap of 128 cells, load 0.5", attack.NewBitmap(p, keys[0], 128), 64, 2.4, 2.7},
		{"a bitmap that is too large for its load", attack.NewBitmap(p, keys[0], 64*64), 64, 50, 80},
		{"a HyperLogLog", attack.NewSketch(p, keys[0]), 100, 150, 200_000},
	} {
		for i := range test.visitors {
			test.table.See(2 * i)
		}
		if most := attack.Most(attack.Likelihoods(p, &attack.Dump{}, nil, test.table)).Own; most < test.atLeast || most > test.below {
			t.Errorf("%s: %.2f, want %v to %v", test.name, most, test.atLeast, test.below)
		}
	}
}

// TestTheHarnessFindsWhatABrokenRuleLeaves breaks one rule each time, and wants the means that the rule holds off to
// win.
func TestTheHarnessFindsWhatABrokenRuleLeaves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules attack.Rules
		found func(t *testing.T, to target, site *attack.Site, steps []attack.Step) bool
	}{
		"rare values rest": {attack.Rules{Floors: stats.Floors{Person: 1, Open: 1}}, func(t *testing.T, to target, site *attack.Site, _ []attack.Step) bool {
			named := attack.Rare(site.Population, dump(t, to), k)
			right, _ := attack.Referee(site.Population, named)
			return right > 0
		}},
		"rows of one page view rest each by itself": {attack.Rules{LeaveViews: 1, Together: 1, Floors: stats.Floors{Person: 1, Open: 1}}, func(_ *testing.T, _ target, site *attack.Site, steps []attack.Step) bool {
			batches := attack.NewBatches(site.Population)
			for _, step := range steps {
				batches.Step(step)
			}
			_, sigmas := attack.Referee(site.Population, batches.Named())
			return sigmas > 4 && len(attack.Joint(steps, fewest)) > 0
		}},
		"nothing is folded at the close": {attack.Rules{Floors: stats.Floors{Person: 1, Open: 1}}, func(t *testing.T, to target, site *attack.Site, _ []attack.Step) bool {
			if err := site.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			d := dump(t, to)
			return len(attack.Rare(site.Population, d, k)) > 0
		}},
		"the open day stays in the file": {attack.Rules{}, func(t *testing.T, to target, site *attack.Site, _ []attack.Step) bool {
			parts, before := to.rows(), to.raw()
			if err := site.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			d := dump(t, to)
			return still(before, parts, d) > 0 && still(append(to.raw(), before...), parts, d) > 0 && still(to.raw(), parts, d) == 0
		}},
	} {
		for store, open := range targets {
			t.Run(name+", "+store, func(t *testing.T) {
				p, to := attack.NewPopulation(300, rand.New(rand.NewPCG(7, 7))), open(t)
				test.rules.Seed = 1
				site, err := attack.NewSite(p, to.store, test.rules)
				if err != nil {
					t.Fatal(err)
				}
				var steps []attack.Step
				site.Watch = func(b stats.Batch) { steps = append(steps, attack.StepOf(&b)) }
				if err := site.Run(t.Context(), 300, .4, .5); err != nil {
					t.Fatal(err)
				}
				if to.steps != nil {
					steps, _ = to.steps()
				}
				if !test.found(t, to, site, steps) {
					t.Error("the rule is broken, and nothing is found")
				}
			})
		}
	}
}

// TestLotsTellWhoKnowsTheKeys holds that numbers of lots are seen through, were they those of keys.
func TestLotsTellWhoKnowsTheKeys(t *testing.T) {
	t.Parallel()
	p, to := attack.NewPopulation(300, rand.New(rand.NewPCG(3, 1))), openBolt(t)
	site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Run(t.Context(), 600, .4, .5); err != nil {
		t.Fatal(err)
	}
	keys, err := attack.Living(site.Secret, site.Seeds)
	if err != nil {
		t.Fatal(err)
	}
	told := attack.TellLots(site, keys)
	if most := attack.Most(attack.Likelihoods(p, dump(t, to), nil, attack.NewCrowds(p, told, keys, rand.New(rand.NewPCG(1, 1))))); most.Own < 3 {
		t.Errorf("all numbers of lots are told, and no likelihood ratio is above %v", most.Own)
	}
}

// TestTheMirrorShowsWhatFollowsFromKeys holds that whatever rests is compared with what would rest under other keys, and that
// lots that follow from a key are seen by it.
func TestTheMirrorShowsWhatFollowsFromKeys(t *testing.T) {
	t.Parallel()
	for _, keyed := range []bool{false, true} {
		p := attack.NewPopulation(300, rand.New(rand.NewPCG(3, 1)))
		site, err := attack.NewSite(p, newMemory(), attack.Rules{Seed: 3, Guards: 2, Mirror: true, KeyedLots: keyed})
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Run(t.Context(), 2000, .4, .6); err != nil {
			t.Fatal(err)
		}
		if got := len(site.Keyed) > 0; got != keyed {
			t.Errorf("lots follow from a key: %v; the mirror shows %d values that do", keyed, len(site.Keyed))
		}
	}
}
