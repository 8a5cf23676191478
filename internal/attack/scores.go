package attack

import (
	"math"
	"slices"
)

// score adds up, for each address, what the numbers of its pairs say at each guard. The result holds until the next call.
func (c *Crowds) score(w *world) []float64 {
	clear(w.scores)
	for g := range w.taken {
		for at := range w.effects {
			w.effects[at] = effects(w.effects[at][:0], &c.members[g][at], c.size[at], w.taken[g][at])
		}
		for i, cells := range c.cells {
			for _, at := range cells {
				if by := w.effects[at]; len(by) > 0 {
					w.scores[i] += by[c.members[g][at][c.keys[g][i]]]
				}
			}
		}
	}
	return w.scores
}

// effects appends what a number of lots says of a member, by how many members have the same lot: the covariance of the two, where
// so many of all members came by chance, over the variance of the number, times how far it is from its mean. Whoever is
// alone in a lot takes one more by coming; who shares it with many hardly does.
func effects(list []float64, members *[lots]int32, size int, t Taken) []float64 {
	if t.Visitors == 0 || t.Visitors >= size {
		return list
	}
	all, rate := float64(size), float64(t.Visitors)/float64(size)
	free := make([]float64, slices.Max(members[:])+1) // chance that none of so many came
	free[0] = 1
	for n := 1; n < len(free); n++ {
		free[n] = free[n-1] * (1 - rate)
	}
	var mean, variance, slope float64
	for _, n := range members {
		mean += 1 - free[n]
		variance += free[n] * (1 - free[n])
		slope += float64(n) * free[n]
	}
	variance -= rate / (1 - rate) * slope * slope / all // how many came is known
	slope /= all * (1 - rate)
	if variance < 1e-9 {
		return list
	}
	for n := range free {
		list = append(list, (free[max(n-1, 0)]-slope)*(float64(t.Lots)-mean)/variance)
	}
	return list
}

// scale tells the likelihood ratio of a score, from those of addresses that came and of addresses that did not.
type scale struct{ upTo, ratios []float64 }

// perStep is how many scores of either kind a step of a scale has at least.
const perStep = 250

func newScale(came, not []float64) (s scale) {
	slices.Sort(came)
	slices.Sort(not)
	for a, b := 0, 0; a < len(came) || b < len(not); {
		x, y := a+perStep, b+perStep
		if x >= len(came) || y >= len(not) {
			x, y = len(came), len(not)
		} else {
			limit := math.Max(came[x], not[y])
			x, y = reach(came, limit), reach(not, limit)
			if len(came)-x < perStep || len(not)-y < perStep {
				x, y = len(came), len(not)
			}
			s.upTo = append(s.upTo, limit)
		}
		s.ratios = append(s.ratios, float64(x-a)/float64(len(came))/(float64(y-b)/float64(len(not))))
		a, b = x, y
	}
	return s
}

// reach is how many of a sorted list are up to a limit.
func reach(list []float64, limit float64) int {
	n, _ := slices.BinarySearchFunc(list, limit, func(a, limit float64) int {
		if a <= limit {
			return -1
		}
		return 1
	})
	return n
}

func (s *scale) ratio(score float64) float64 {
	at, _ := slices.BinarySearch(s.upTo, score)
	if len(s.ratios) == 0 {
		return 1
	}
	return s.ratios[min(at, len(s.ratios)-1)]
}
