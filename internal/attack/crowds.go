package attack

import (
	"math"
	"strings"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// lots is into how many lots keys fall: see [visit.Step].
const lots = 64

// Crowds is what the numbers of lots say ([stats.Crowd]): of a pair it rests into how many of 64 lots those fell who
// carry both values. With the keys, attacker B knows the lot of everybody who could be among them. For pairs
// that follow from who somebody is (country and browser), whoever came is among them.
type Crowds struct {
	p      *Population
	keys   []Keys // of each guard
	ratios map[Cell][][lots]float64
}

// crowded are the dimensions that follow from who somebody is.
var crowded = [...]stats.Dimension{
	stats.DimCountry, stats.DimDevice, stats.DimRegion, stats.DimCity, stats.DimProvider, stats.DimBrowser,
	stats.DimBrowserVersion, stats.DimOS, stats.DimOSVersion, stats.DimLanguage, stats.DimNetwork,
}

// pairsOfPersons returns the pairs that follow from who somebody is.
func pairsOfPersons() (pairs []stats.Dimension) {
	for i, a := range crowded {
		for _, b := range crowded[i+1:] {
			if pair, ok := stats.PairOf(a, b); ok {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs
}

// NewCrowds reads the numbers of lots out of a dump. Each guard has keys of its own.
func NewCrowds(p *Population, d *Dump, keys []Keys) *Crowds {
	c := &Crowds{p: p, keys: keys, ratios: map[Cell][][lots]float64{}}
	members := map[Cell][][lots]int{}
	pairs := pairsOfPersons()
	for i, addr := range p.Addrs {
		for guard, of := range keys {
			lot := lotOf(of(addr, p.Agent(i)))
			for _, pair := range pairs {
				if cell, ok := p.pair(i, pair); ok && d.Rows[cell][stats.Crowd] > 0 {
					if members[cell] == nil {
						members[cell] = make([][lots]int, len(keys))
					}
					members[cell][guard][lot]++
				}
			}
		}
	}
	for cell, in := range members {
		row := d.Rows[cell]
		c.ratios[cell] = crowdRatios(in, int(row[stats.Crowd]), int(row[stats.Visitors]))
	}
	return c
}

func lotOf(key visit.Key) int { return int(key[1] % lots) }

// Ratio implements [Evidence]: that of the guard that it speaks most for.
func (c *Crowds) Ratio(i int) (most float64) {
	for guard, of := range c.keys {
		ratio, lot := 1.0, lotOf(of(c.p.Addrs[i], c.p.Agent(i)))
		for _, pair := range pairsOfPersons() {
			if cell, ok := c.p.pair(i, pair); ok && c.ratios[cell] != nil {
				ratio *= c.ratios[cell][guard][lot]
			}
		}
		most = max(most, ratio)
	}
	return most
}

// crowdRatios returns, by guard and lot, how much likelier it is that so many lots are taken if one given member of
// the lot came than if that one did not. Each of the others came with the same chance.
func crowdRatios(members [][lots]int, taken, visitors int) [][lots]float64 {
	m := 0
	for _, n := range members[0] {
		m += n
	}
	rate := min(float64(visitors)/float64(max(m, 1)), .999) / float64(len(members))
	free := func(n int) float64 { return math.Pow(1-rate, float64(n)) }
	out := make([][lots]float64, len(members))
	for guard := range out {
		for lot := range out[guard] {
			out[guard][lot] = 1
			if members[guard][lot] == 0 || visitors > 8*lots*len(members) { // all lots are taken, whoever came
				continue
			}
			others := []float64{1} // chance of so many taken, the lot of the one left out
			for g := range members {
				for l, n := range members[g] {
					if g != guard || l != lot {
						others = one(others, 1-free(n), taken)
					}
				}
			}
			alone := free(members[guard][lot] - 1)
			came := at(others, taken-1)
			not := alone*at(others, taken) + (1-alone)*at(others, taken-1)
			switch {
			case not > 0:
				out[guard][lot] = came / not
			case came > 0:
				out[guard][lot] = math.Inf(1)
			}
		}
	}
	return out
}

// one adds a lot that is taken with a chance to a distribution of numbers up to most.
func one(d []float64, chance float64, most int) []float64 {
	out := make([]float64, min(len(d)+1, most+1))
	for n := range out {
		out[n] = at(d, n)*(1-chance) + at(d, n-1)*chance
	}
	return out
}

func at(d []float64, n int) float64 {
	if n < 0 || n >= len(d) {
		return 0
	}
	return d[n]
}

// pair returns the value of a pair under which the i-th address is counted, with its own user agent.
func (p *Population) pair(i int, pair stats.Dimension) (Cell, bool) {
	e := Event{who: p.persons[i]}
	v, ok := e.value(pair)
	return Cell{pair, strings.Clone(v)}, ok
}
