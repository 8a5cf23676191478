package attack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// Solve goes beyond subtraction: it combines the lines of each pair, on a closed day, until nothing more follows. A
// line whose rest is nothing holds nobody; a line of which one cell is not told tells it; what is found out of one
// line is subtracted from the other. It returns the cells that follow exactly, and hold visitors, but fewer than k.
//
// The attacker knows which values there may be: those that are told, and one for all others. What follows from the
// totals and single reports alone (all visitors are from one country, and so are the two of this page) is no fault of
// the pair, and left out.
func Solve(s *Site, d *Dump, k int) (below []string) {
	for pair := range stats.Pairs() {
		if pair == stats.DimFlow {
			continue
		}
		single := &Dump{Rows: maps.Clone(d.Rows), Hours: d.Hours}
		maps.DeleteFunc(single.Rows, func(c Cell, _ stats.Counts) bool { return c.Dim == pair })
		known := newTable(s, single, pair).solve(k)
		for cell, what := range newTable(s, d, pair).solve(k) {
			if known[cell] == "" {
				below = append(below, what)
			}
		}
	}
	return below
}

// table is a pair as rows and columns of what is not told. The last of each stands for all others.
type table struct {
	site  *Site
	pair  stats.Dimension
	names [2][]string
	at    [2]map[string]int
	rest  [2][]int64         // page views of a line that no cell tells
	lines [2][]map[int]bool  // the open cells of each line, by the other index: those that are not told
	who   map[[2]int][]int32 // the truth: who is in a cell that is not told
}

// largest is how many open cells a table may have to be combined. In larger ones no line has but one.
const largest = 300_000

func newTable(s *Site, d *Dump, pair stats.Dimension) *table {
	t := &table{site: s, pair: pair, who: map[[2]int][]int32{}}
	var total stats.Counts
	for _, c := range d.Hours {
		total.Add(&c)
	}
	for side, half := range pair.Spec().Pair {
		t.head(side, half, d, total[stats.Views])
	}
	told := map[[2]int]bool{}
	for cell, c := range d.Rows {
		if cell.Dim != pair || c[stats.Views] <= 0 {
			continue
		}
		a, b := stats.CutPair(cell.Value)
		at := [2]int{t.find(0, a), t.find(1, b)}
		told[at] = len(s.guards) == 1 // one of several may have held back what another let out
		for side, i := range at {
			t.rest[side][i] -= c[stats.Views]
		}
	}
	t.open(told)
	t.fill(s.told(d, pair))
	return t
}

// head names the lines of one side.
func (t *table) head(side int, half stats.Dimension, d *Dump, others int64) {
	t.at[side] = map[string]int{}
	line := func(name string, views int64) {
		t.at[side][name] = len(t.names[side])
		t.names[side], t.rest[side] = append(t.names[side], name), append(t.rest[side], views)
		others -= views
	}
	if !half.Valid() {
		for hour, c := range d.Hours {
			line(fmt.Sprintf("%02d", hour), c[stats.Views])
		}
	}
	for cell, c := range d.Rows {
		if cell.Dim == half && c[stats.Views] > 0 {
			line(cell.Value, c[stats.Views])
		}
	}
	line("(others)", others)
}

func (t *table) find(side int, name string) int {
	if i, ok := t.at[side][name]; ok {
		return i
	}
	return len(t.names[side]) - 1
}

// open lists the cells that are not told, of lines that have a rest.
func (t *table) open(told map[[2]int]bool) {
	some := [2]int{}
	for side := range t.rest {
		t.lines[side] = make([]map[int]bool, len(t.rest[side]))
		for i, rest := range t.rest[side] {
			t.lines[side][i] = map[int]bool{}
			if rest != 0 {
				some[side]++
			}
		}
	}
	if some[0]*some[1] > largest {
		return
	}
	for row, rest := range t.rest[0] {
		for column, other := range t.rest[1] {
			if rest != 0 && other != 0 && !told[[2]int{row, column}] {
				t.lines[0][row][column], t.lines[1][column][row] = true, true
			}
		}
	}
}

// fill notes the truth about cells that are not told.
func (t *table) fill(told []bool) {
	halves := t.pair.Spec().Pair
	for i := range t.site.Events {
		if told[i] {
			continue
		}
		var cell [2]int
		for side, half := range halves {
			v, _ := t.site.Events[i].value(half)
			cell[side] = t.find(side, v)
		}
		if who := t.who[cell]; len(who) < 16 && !slices.Contains(who, t.site.Events[i].Who) {
			t.who[cell] = append(who, t.site.Events[i].Who)
		}
	}
}

// solve returns what follows of cells of fewer than k visitors.
func (t *table) solve(k int) map[Cell]string {
	below := map[Cell]string{}
	var queue [][2]int // side and index of lines to look at
	for side := range t.lines {
		for i := range t.lines[side] {
			queue = append(queue, [2]int{side, i})
		}
	}
	for len(queue) > 0 {
		side, i := queue[0][0], queue[0][1]
		queue = queue[1:]
		cells := t.lines[side][i]
		if len(cells) == 0 || t.rest[side][i] != 0 && len(cells) > 1 {
			continue
		}
		for other := range cells {
			cell := [2]int{i, other}
			if side == 1 {
				cell = [2]int{other, i}
			}
			if found := t.rest[side][i]; found != 0 { // the only cell left
				t.rest[0][cell[0]] -= found
				t.rest[1][cell[1]] -= found
				if n := len(t.who[cell]); n > 0 && n < k {
					a, b := t.names[0][cell[0]], t.names[1][cell[1]]
					below[Cell{t.pair, stats.JoinPair(a, b)}] = fmt.Sprintf("%v %q with %q: %d visitors, %d page views", t.pair, a, b, n, found)
				}
			}
			delete(t.lines[0][cell[0]], cell[1])
			delete(t.lines[1][cell[1]], cell[0])
			queue = append(queue, [2]int{1 - side, other})
		}
	}
	return below
}
