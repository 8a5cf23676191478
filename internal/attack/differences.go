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
	all := append(slices.Collect(stats.Dimensions()), slices.Collect(stats.Pairs())...)
	told := make([][]bool, stats.MaxDimension)
	each(len(all), func(i int) {
		if all[i].Valid() && !all[i].IsPair() {
			told[all[i]] = s.told(d, all[i])
		}
	})
	found := make([][]string, len(all))
	each(len(all), func(n int) {
		dim, spec := all[n], all[n].Spec()
		k := floors.Of(dim)
		switch {
		case k <= 1, spec.Act, spec.Signal, dim == stats.DimFlow, ofNetworks(dim):
		case dim.IsPair():
			found[n] = cut(s, k, dim, s.told(d, dim), func(i int, lines []Cell) []Cell {
				for _, half := range spec.Pair {
					if v, ok := s.Events[i].value(half); ok && (!half.Valid() || told[half][i]) {
						lines = append(lines, Cell{half, v})
					}
				}
				return lines
			})
		default:
			found[n] = cut(s, k, dim, told[dim], func(i int, lines []Cell) []Cell {
				switch v, ok := s.Events[i].value(spec.Parent); {
				case spec.Parent == 0:
					return append(lines, Cell{Value: "all"})
				case ok && told[spec.Parent][i]:
					return append(lines, Cell{spec.Parent, v})
				}
				return lines
			})
		}
	})
	return append(slices.Concat(found...), Callers(s, d, floors.Of(stats.DimNetCountry))...)
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
