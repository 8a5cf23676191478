package stats

import (
	"cmp"
	"slices"
	"strings"
)

// A cell that is folded may be the only one of a line that is not told. Then the line tells it, and what it was folded
// to hide with it: combined, the lines of a pair say more than each by itself. So they are combined here, as a reader
// would: a line whose rest is nothing holds nobody, one of which a single cell is not told tells it, and what is
// found out of one line is taken from the other. Whatever follows and is below k costs the line that told it its
// smallest value, until nothing follows any more.

// grid is a pair as two sets of lines. The name of the line for all values that are not told is not one of a value.
type grid struct {
	f     *crossFolder
	rest  [2]map[string]int64 // what a line holds that no cell tells; lines without a rest are left out
	cells [2]map[string][]int // the rows that are told, by line
	known map[[2]string]bool  // cells that are told, or have been found out
}

const others = "\x00"

// combine folds until no cell below k follows from several lines.
func (f *crossFolder) combine() {
	if f.dim == DimFlow {
		return
	}
	alone := map[[2]string]bool{} // what follows from single reports is no fault of the pair
	newGrid(f, false).solve(func(at [2]string, _ line) bool { alone[at] = true; return true })
	for again := true; again; {
		again = false
		g := newGrid(f, true)
		g.solve(func(at [2]string, by line) bool {
			if alone[at] || f.folded[JoinPair(at[0], at[1])] || f.crowd != nil && f.crowd(at) >= int64(f.rest) {
				return true
			}
			again = f.dropSmallest(g.cells[by.dim][by.value]) || f.dropSmallest(g.cells[1-by.dim][at[1-by.dim]]) || f.dropSmallest(f.all())
			return !again
		})
	}
}

// newGrid returns the lines of a pair, with what is told of it or without.
func newGrid(f *crossFolder, told bool) *grid {
	g := &grid{f: f, known: map[[2]string]bool{}}
	var total int64
	seen := f.dim.joint()[0]
	for hour := range f.hours {
		total += f.hours[hour][seen]
	}
	for side, half := range f.dim.Spec().Pair {
		g.rest[side], g.cells[side] = map[string]int64{}, map[string][]int{}
		left := total
		for value, c := range f.kept[half] {
			g.rest[side][value] = c[seen]
			left -= c[seen]
		}
		if half == dimHour {
			for hour, name := range hourNames {
				g.rest[side][name] = f.hours[hour][seen]
			}
			left = 0
		}
		g.rest[side][others] = left
	}
	for i := range f.rows {
		if c := &f.rows[i].Counts; told && c[seen] != 0 {
			a, b := CutPair(f.rows[i].Value)
			at := [2]string{a, b}
			g.known[at] = true
			for side, value := range at {
				g.rest[side][value] -= c[seen]
				g.cells[side][value] = append(g.cells[side][value], i)
			}
		}
	}
	for side := range g.rest {
		for value, rest := range g.rest[side] {
			if rest == 0 {
				delete(g.rest[side], value)
			}
		}
	}
	return g
}

// solve calls found for each cell that follows, with the line that tells it (its dim is the side), until found returns
// false.
func (g *grid) solve(found func(at [2]string, by line) bool) {
	for changed := true; changed; {
		changed = false
		for side := range g.rest {
			for _, value := range sortedKeys(g.rest[side]) {
				other, ok := g.only(side, value)
				if !ok {
					continue
				}
				at := [2]string{value, other}
				if side == 1 {
					at = [2]string{other, value}
				}
				n := g.rest[side][value]
				g.known[at], changed = true, true
				delete(g.rest[side], value)
				if g.rest[1-side][other] -= n; g.rest[1-side][other] == 0 {
					delete(g.rest[1-side], other)
				}
				if !found(at, line{Dimension(side), value}) {
					return
				}
			}
		}
	}
}

// only returns the one line that crosses this one in a cell that is not known, if there is but one.
func (g *grid) only(side int, value string) (other string, ok bool) {
	if len(g.rest[1-side])-len(g.cells[side][value]) > 1 || g.rest[side][value] == 0 {
		return "", false
	}
	for name := range g.rest[1-side] {
		at := [2]string{value, name}
		if side == 1 {
			at = [2]string{name, value}
		}
		if g.known[at] {
			continue
		}
		if ok {
			return "", false
		}
		other, ok = name, true
	}
	return other, ok
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// dropSmallest folds the smallest of some rows; false if there is none.
func (f *crossFolder) dropSmallest(rows []int) bool {
	rows = slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return f.rows[i].Counts.IsZero() })
	if len(rows) == 0 {
		return false
	}
	f.drop(slices.MinFunc(rows, func(a, b int) int {
		x, y := &f.rows[a], &f.rows[b]
		return cmp.Or(cmp.Compare(f.dim.Crowd(&x.Counts), f.dim.Crowd(&y.Counts)), strings.Compare(x.Value, y.Value))
	}), FoldComplement)
	return true
}
