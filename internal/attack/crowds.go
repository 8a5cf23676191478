package attack

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// lots is into how many lots the keys of visitors fall in [Lots].
const lots = 64

// Lots is what a store would tell that counted into how many of 64 lots the keys of those fall who carry a pair, as a test
// double: such numbers rested once. Each guard has keys and numbers of its own, and counts whoever comes to it.
type Lots struct {
	Views    int   // of the day
	Visitors []int // by guard
	Cells    map[Cell][]Taken
}

// Taken is what is told of a pair at one guard: nothing is, of fewer than [Fewest] visitors.
type Taken struct{ Visitors, Lots int }

// Fewest is of how many visitors numbers of lots are told.
const Fewest = 5

// TellLots counts the lots of every pair that follows from who somebody is, of each guard by its own keys.
func TellLots(s *Site, keys []Keys) *Lots {
	c := newCrowds(s.Population, keys)
	w := c.empty()
	for i := range s.Events {
		w.seen[s.Events[i].Guard][s.Events[i].Who] = true
	}
	c.count(w)
	told := &Lots{Views: len(s.Events), Visitors: w.visitors, Cells: map[Cell][]Taken{}}
	for cell, at := range c.index {
		list := make([]Taken, len(keys))
		for g := range keys {
			list[g] = w.taken[g][at]
		}
		told.Cells[cell] = list
	}
	return told
}

// Crowds is what attacker B, who has the keys, learns from [Lots]. The numbers of one address's pairs at several guards follow
// from each other in ways that no product of their likelihoods knows. So the attacker adds up what each of them
// says into one score, plays many days on which as many came, with these keys, and looks how often those who came have
// such a score, and those who did not. The ratio of the two is the likelihood ratio of the score, whatever it is worth: of those who did
// not come its mean is 1, and the mean of its inverse is 1 of those who came.
type Crowds struct {
	keys    [][]uint8       // lots by guard and address
	index   map[Cell]int    // pairs that [Fewest] addresses or more could carry
	cells   [][]int32       // of each address
	members [][][lots]int32 // by guard and cell: addresses of each lot
	size    []int           // by cell
	scores  []float64       // of each address, on the day that is attacked
	scale   scale
}

// worlds is how many days the attacker plays.
const worlds = 400

// NewCrowds reads numbers of lots with the keys of each guard.
func NewCrowds(p *Population, told *Lots, keys []Keys, r *rand.Rand) *Crowds {
	c := newCrowds(p, keys)
	came, seen := told.shares(len(p.Addrs))
	var yes, no []float64
	w := c.empty()
	for range worlds {
		c.play(w, came, seen, r)
		for i, score := range c.score(w) {
			if slices.ContainsFunc(w.seen, func(at []bool) bool { return at[i] }) {
				yes = append(yes, score)
			} else {
				no = append(no, score)
			}
		}
	}
	c.scale = newScale(yes, no)
	day := c.empty()
	for cell, list := range told.Cells {
		for g := range keys {
			day.taken[g][c.index[cell]] = list[g]
		}
	}
	c.scores = slices.Clone(c.score(day))
	return c
}

// Ratio implements [Evidence].
func (c *Crowds) Ratio(i int) float64 { return c.scale.ratio(c.scores[i]) }

// shares estimates which share of all addresses came, and which share of those a guard saw: page views fall to guards
// by chance, so that of visitors with m page views in the mean one in 1-exp(-m/guards) is seen by each.
func (l *Lots) shares(addrs int) (came, seen float64) {
	guards, sum := float64(len(l.Visitors)), 0.0
	for _, n := range l.Visitors {
		sum += float64(n)
	}
	if guards == 1 {
		return sum / float64(addrs), 1
	}
	low, high := 1e-6, float64(l.Views)
	for range 60 {
		mean := math.Sqrt(low * high)
		if guards*(1-math.Exp(-mean/guards))/mean > sum/float64(l.Views) {
			low = mean
		} else {
			high = mean
		}
	}
	seen = 1 - math.Exp(-low/guards)
	return min(1, sum/guards/seen/float64(addrs)), seen
}

func newCrowds(p *Population, keys []Keys) *Crowds {
	c := &Crowds{index: map[Cell]int{}, cells: make([][]int32, len(p.Addrs))}
	could := map[Cell][]int32{}
	for _, pair := range pairsOfPersons() {
		for i := range p.Addrs {
			e := Event{who: p.persons[i]}
			if v, ok := e.value(pair); ok {
				could[Cell{pair, v}] = append(could[Cell{pair, v}], int32(i))
			}
		}
	}
	for _, of := range keys {
		list := make([]uint8, len(p.Addrs))
		for i, addr := range p.Addrs {
			list[i] = lotOf(of(addr, p.Agent(i)))
		}
		c.keys = append(c.keys, list)
		c.members = append(c.members, nil)
	}
	for cell, list := range could {
		if len(list) < Fewest {
			continue
		}
		at := len(c.size)
		c.index[cell] = at
		c.size = append(c.size, len(list))
		for g := range keys {
			var members [lots]int32
			for _, i := range list {
				members[c.keys[g][i]]++
			}
			c.members[g] = append(c.members[g], members)
		}
		for _, i := range list {
			c.cells[i] = append(c.cells[i], int32(at))
		}
	}
	return c
}

func lotOf(key visit.Key) uint8 { return uint8(key[1] % lots) }

// pairsOfPersons returns the pairs that follow from who somebody is.
func pairsOfPersons() (pairs []stats.Dimension) {
	persons := []stats.Dimension{
		stats.DimCountry, stats.DimDevice, stats.DimRegion, stats.DimCity, stats.DimProvider, stats.DimBrowser,
		stats.DimBrowserVersion, stats.DimOS, stats.DimOSVersion, stats.DimLanguage, stats.DimNetwork,
	}
	for i, a := range persons {
		for _, b := range persons[i+1:] {
			if pair, ok := stats.PairOf(a, b); ok {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs
}

// world is a day: who came to which guard, and what is told of it.
type world struct {
	seen     [][]bool // by guard and address
	visitors []int
	taken    [][]Taken // by guard and cell
	masks    []uint64
	scores   []float64
	effects  [][]float64 // by cell: what the number says of an address, by how many have its lot
}

func (c *Crowds) empty() *world {
	w := &world{visitors: make([]int, len(c.keys)), scores: make([]float64, len(c.cells)), masks: make([]uint64, len(c.size)), effects: make([][]float64, len(c.size))}
	for range c.keys {
		w.seen = append(w.seen, make([]bool, len(c.cells)))
		w.taken = append(w.taken, make([]Taken, len(c.size)))
	}
	return w
}

// play lets that share of all addresses come, and each guard see that share of them.
func (c *Crowds) play(w *world, came, seen float64, r *rand.Rand) {
	for i := range c.cells {
		for g := range w.seen {
			w.seen[g][i] = false
		}
		for comes := r.Float64() < came; comes; { // until any guard has seen who comes
			for g := range w.seen {
				if r.Float64() < seen {
					w.seen[g][i], comes = true, false
				}
			}
		}
	}
	c.count(w)
}

// count fills in what is told of a day.
func (c *Crowds) count(w *world) {
	for g, seen := range w.seen {
		clear(w.taken[g])
		clear(w.masks)
		w.visitors[g] = 0
		for i, here := range seen {
			if !here {
				continue
			}
			w.visitors[g]++
			for _, at := range c.cells[i] {
				w.taken[g][at].Visitors++
				w.masks[at] |= 1 << c.keys[g][i]
			}
		}
		for at := range w.taken[g] {
			if t := &w.taken[g][at]; t.Visitors >= Fewest {
				t.Lots = bits.OnesCount64(w.masks[at])
			} else {
				*t = Taken{}
			}
		}
	}
}
