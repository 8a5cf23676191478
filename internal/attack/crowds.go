package attack

import (
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// lots is into how many lots keys fall: see [visit.Step].
const lots = 64

// Crowds is what the numbers of lots say ([stats.Crowd]): of a pair it rests into how many of 64 lots those fell who
// carry both values, where visitors say less. With the keys, attacker B knows the lot of everybody who could be among
// them. For pairs that follow from who somebody is (country and browser), whoever came is among them; of others (country
// and page) as likely as anybody from there who came.
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
	rows := map[Cell][]Cell{} // by the group whose members may be in them
	for cell, row := range d.Rows {
		if group, ok := groupOf(cell); ok && row[stats.Crowd] > 0 {
			rows[group] = append(rows[group], cell)
		}
	}
	members := map[Cell][][lots]int{}
	for i, addr := range p.Addrs {
		for guard, of := range keys {
			lot := lotOf(of(addr, p.Agent(i)))
			for _, group := range p.groupsOf(i) {
				if rows[group] == nil {
					continue
				}
				if members[group] == nil {
					members[group] = make([][lots]int, len(keys))
				}
				members[group][guard][lot]++
			}
		}
	}
	for group, in := range members {
		c.ratios[group] = nothing(len(keys))
		for _, cell := range rows[group] {
			row := d.Rows[cell]
			carry := math.Max(float64(row[stats.Visitors]), carriers(row[stats.Crowd], len(keys)))
			share := 1.
			if group.Dim != cell.Dim { // of those of the group who came, that many are in the row
				share = math.Min(1, carry/math.Max(1, float64(d.visitorsOf(group))))
			}
			for guard, ratios := range crowdRatios(in, int(row[stats.Crowd]), carry) {
				for lot, ratio := range ratios {
					c.ratios[group][guard][lot] *= 1 + share*(ratio-1)
				}
			}
		}
	}
	return c
}

func nothing(guards int) [][lots]float64 {
	list := make([][lots]float64, guards)
	for guard := range list {
		for lot := range list[guard] {
			list[guard][lot] = 1
		}
	}
	return list
}

// carriers is of about how many visitors so many lots tell.
func carriers(taken int64, guards int) float64 {
	all := float64(lots * guards)
	return -all * math.Log(1-math.Min(float64(taken), all-1)/all)
}

// groupOf returns whose members may be counted in a row of a pair: those who have both values, or the one
// that says who they are; everybody where neither does.
func groupOf(cell Cell) (Cell, bool) {
	if !cell.Dim.IsPair() {
		return Cell{}, false
	}
	a, b := stats.CutPair(cell.Value)
	halves := cell.Dim.Spec().Pair
	first, second := slices.Contains(crowded[:], halves[0]), slices.Contains(crowded[:], halves[1])
	switch {
	case first && second:
		return cell, true
	case first:
		return Cell{halves[0], a}, true
	case second:
		return Cell{halves[1], b}, true
	}
	return Cell{}, true
}

// groupsOf returns the groups that the i-th address is in.
func (p *Population) groupsOf(i int) (groups []Cell) {
	e := Event{who: p.persons[i]}
	for _, pair := range pairsOfPersons() {
		if v, ok := e.value(pair); ok {
			groups = append(groups, Cell{pair, v})
		}
	}
	for _, dim := range crowded {
		if v, ok := e.value(dim); ok {
			groups = append(groups, Cell{dim, v})
		}
	}
	return append(groups, Cell{})
}

// visitorsOf is how many visitors of a group the dump tells of.
func (d *Dump) visitorsOf(group Cell) int64 {
	if group == (Cell{}) {
		return d.Visitors()
	}
	return d.Rows[group][stats.Visitors]
}

func lotOf(key visit.Key) int { return int(key[1] % lots) }

// Ratio implements [Evidence]: that of the guard that it speaks most for.
func (c *Crowds) Ratio(i int) (most float64) {
	for guard, of := range c.keys {
		ratio, lot := 1.0, lotOf(of(c.p.Addrs[i], c.p.Agent(i)))
		for _, group := range c.p.groupsOf(i) {
			if ratios := c.ratios[group]; ratios != nil {
				ratio *= ratios[guard][lot]
			}
		}
		most = max(most, ratio)
	}
	return most
}

// crowdRatios returns, by guard and lot, how much likelier it is that so many lots are taken if one given member of
// the lot came than if that one did not. Each of the others came with the same chance.
func crowdRatios(members [][lots]int, taken int, carry float64) [][lots]float64 {
	m := 0
	for _, n := range members[0] {
		m += n
	}
	rate := min(carry/float64(max(m, 1)), .999) / float64(len(members))
	free := func(n int) float64 { return math.Pow(1-rate, float64(n)) }
	out := make([][lots]float64, len(members))
	for guard := range out {
		for lot := range out[guard] {
			out[guard][lot] = 1
			if members[guard][lot] == 0 || carry > float64(4*lots*len(members)) { // all lots are taken, whoever came
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

// TellLots puts into a dump of one guard how many lots are taken of every pair that follows from who somebody is, as a
// test double: a store that keeps these numbers.
func TellLots(s *Site, d *Dump, keys []Keys) {
	taken := map[Cell]uint64{}
	for i := range s.Events {
		who := int(s.Events[i].Who)
		for _, pair := range pairsOfPersons() {
			if cell, ok := s.Population.pair(who, pair); ok && d.tells(pair, cell.Value) {
				taken[cell] |= 1 << lotOf(keys[0](s.Population.Addrs[who], s.Population.Agent(who)))
			}
		}
	}
	for cell, set := range taken {
		c := d.Rows[cell]
		c[stats.Crowd] = int64(bits.OnesCount64(set))
		d.Rows[cell] = c
	}
}
