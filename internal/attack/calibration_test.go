package attack_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
)

// TestLikelihoodRatiosAreCalibrated plays many small sites and holds of each measure what holds of any likelihood ratio: of
// addresses that did not come its mean is 1, and of those who came the mean of its inverse is how often it is not 0 of the others,
// which is always where it never is. All of them see through a store that tells too much.
func TestLikelihoodRatiosAreCalibrated(t *testing.T) {
	t.Parallel()
	const plays = 48
	for name, test := range map[string]struct {
		guards int
		most   float64 // at least
		rare   bool    // so high a ratio so rarely that so few days tell nothing of its mean
		means  func(site *attack.Site, keys []attack.Keys, seed uint64) attack.Evidence
	}{
		"lots of pairs, one guard":   {1, 6, false, lotsOfPairs},
		"lots of pairs, four guards": {4, 6, false, lotsOfPairs},
		"a bitmap of load 1": {1, 1.5, false, func(site *attack.Site, keys []attack.Keys, _ uint64) attack.Evidence {
			return seen(site, attack.NewBitmap(site.Population, keys[0], 150))
		}},
		"a HyperLogLog": {1, 60, true, func(site *attack.Site, keys []attack.Keys, _ uint64) attack.Evidence {
			return seen(site, attack.NewSketch(site.Population, keys[0]))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var not, came []float64
			most := 0.
			for seed := range uint64(plays) {
				site := someDay(t, test.guards, seed)
				keys, err := attack.Living(site.Secret, site.Seeds)
				if err != nil {
					t.Fatal(err)
				}
				var ratio, inverse, possible, absent, present float64
				e := test.means(site, keys, seed)
				for i, here := range site.Population.Came {
					r := e.Ratio(i)
					if here {
						present++
						inverse += 1 / r
						most = max(most, r)
						continue
					}
					absent++
					ratio += r
					if r > 0 {
						possible++
					}
				}
				not, came = append(not, ratio/absent), append(came, inverse/present-possible/absent)
			}
			a, ae := mean(not)
			b, be := mean(came)
			figures := fmt.Sprintf("%.3f ± %.3f of those who did not come, off by %.3f ± %.3f of those who came, at most %.2f", a, ae, b, be, most)
			if t.Log(figures); !test.rare && (math.Abs(a-1) > 4*ae || ae > .1) || math.Abs(b) > 4*be || be > .1 || most < test.most {
				t.Error(figures)
			}
		})
	}
}

// someDay is a day on which each of 300 addresses came or did not, by chance.
func someDay(t *testing.T, guards int, seed uint64) *attack.Site {
	r := rand.New(rand.NewPCG(seed, 9))
	p := attack.NewPopulation(300, r)
	site, err := attack.NewSite(p, newMemory(), attack.Rules{Seed: seed, Guards: guards})
	if err != nil {
		t.Fatal(err)
	}
	var come []int
	for i := range p.Addrs {
		if r.IntN(2) == 0 {
			come = append(come, i)
		}
	}
	for range 600 {
		i := come[r.IntN(len(come))]
		site.View(i, p.Agent(i), "/", "")
	}
	return site
}

func lotsOfPairs(site *attack.Site, keys []attack.Keys, seed uint64) attack.Evidence {
	return attack.NewCrowds(site.Population, attack.TellLots(site, keys), keys, rand.New(rand.NewPCG(seed, 10)))
}

// sees is a table that notes who comes.
type sees interface {
	attack.Evidence
	See(i int)
}

func seen(site *attack.Site, table sees) attack.Evidence {
	for i, here := range site.Population.Came {
		if here {
			table.See(i)
		}
	}
	return table
}

// mean returns the mean of a list, and its standard error.
func mean(list []float64) (mean, err float64) {
	for _, x := range list {
		mean += x / float64(len(list))
	}
	for _, x := range list {
		err += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(err / float64(len(list)) / float64(len(list)-1))
}
