package attack

import (
	"fmt"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// Differences subtracts the rows of every dimension and of every pair from all that counts them together, and
// returns the cells that are left with fewer than k visitors: of a closed day, or of an open one. The dump
// says what can be subtracted; the site's events say who is in a cell.
func Differences(s *Site, d *Dump, k int) (below []string) {
	return DifferencesUnder(s, d, stats.Floors{Person: k, Open: 1})
}

// DifferencesUnder is the same under the floors of each dimension.
func DifferencesUnder(s *Site, d *Dump, floors stats.Floors) (below []string) {
	told := map[stats.Dimension][]bool{}
	of := func(dim stats.Dimension) []bool {
		if told[dim] == nil {
			told[dim] = s.told(d, dim)
		}
		return told[dim]
	}
	for dim := range stats.Dimensions() {
		spec, k := dim.Spec(), floors.Of(dim)
		if k <= 1 || spec.Act || spec.Signal || ofNetworks(dim) {
			continue
		}
		below = append(below, cut(s, k, dim, of(dim), func(i int, lines []Cell) []Cell {
			parent := spec.Parent
			switch v, ok := s.Events[i].value(parent); {
			case parent == 0:
				return append(lines, Cell{Value: "all"})
			case ok && of(parent)[i]:
				return append(lines, Cell{parent, v})
			}
			return lines
		})...)
	}
	for pair := range stats.Pairs() {
		if pair == stats.DimFlow || ofNetworks(pair) {
			continue
		}
		halves := pair.Spec().Pair
		below = append(below, cut(s, floors.Of(pair), pair, of(pair), func(i int, lines []Cell) []Cell {
			for _, half := range halves {
				if v, ok := s.Events[i].value(half); ok && (!half.Valid() || of(half)[i]) {
					lines = append(lines, Cell{half, v})
				}
			}
			return lines
		})...)
	}
	return append(below, Callers(s, d, floors.Of(stats.DimNetCountry))...)
}

// cut returns the lines that are told, of which values are told, and whose rest is fewer than k visitors. lines
// appends the lines in which an event is counted.
func cut(s *Site, k int, dim stats.Dimension, told []bool, lines func(i int, to []Cell) []Cell) (below []string) {
	left, full := map[Cell][]int32{}, map[Cell]bool{}
	var room [2]Cell
	for i := range s.Events {
		for _, line := range lines(i, room[:0]) {
			if told[i] {
				full[line] = true
			} else if who := left[line]; len(who) < k && !slices.Contains(who, s.Events[i].Who) {
				left[line] = append(who, s.Events[i].Who)
			}
		}
	}
	for line := range full {
		if n := len(left[line]); n > 0 && n < k {
			below = append(below, fmt.Sprintf("%v less its values: %d of %v %q", dim, n, line.Dim, line.Value))
		}
	}
	return below
}
