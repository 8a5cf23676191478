package stats

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/visit"
)

// How many values of a pair a closed day keeps: a share of its page views, within bounds.
const (
	viewsPerPair = 25
	minPairs     = 100
	maxPairs     = 1000
)

// crossFolder folds the values of one pair. Whatever counts them together is a line: what a half counts by
// itself, what an hour counts in all, what the coarser pair counts (a country with a page, beside its regions with that page).
// A line less its values is a cell; it must be empty, or hold k visitors that are known: by their first
// page views, or because a value was folded into it, of which each holds k.
//
// A value that is folded makes all its lines safe at once, so that one pass over the lines is enough.
type crossFolder struct {
	folder
	kept  map[Dimension]map[string]*Counts
	hours *[24]Counts
	safe  map[line]bool

	folded map[string]bool          // values that k visitors carry
	crowd  func(at [2]string) int64 // how many carry a cell, or fewer, where more is known than its row
}

// line is what some values of a pair are counted in: a value of a dimension, which may be a pair.
type line struct {
	dim   Dimension
	value string
}

// finishPairs computes the final form of the pairs of a day whose other rows are kept.
func (c *Closing) finishPairs(hours *[24]Counts, rows map[Dimension][]Row, kept map[Dimension]map[string]*Counts, floors Floors, writers int) {
	var views int64
	for hour := range hours {
		views += hours[hour][Views]
	}
	top := int(min(max(views/viewsPerPair, minPairs), maxPairs))
	for _, dim := range pairOrder() {
		switch list := slices.Clone(rows[dim]); {
		case len(list) == 0:
		case dim.asked():
			c.withProvider(dim, list, kept, floors)
		default:
			c.finishPair(crossFolder{folder: folder{dim: dim, k: floors.Of(dim), rest: floors.Of(dim) * writers, rows: list}, kept: kept, hours: hours}, top)
		}
	}
}

// finishPair gives one pair its final form.
func (c *Closing) finishPair(f crossFolder, top int) {
	slices.SortFunc(f.rows, func(a, b Row) int { return strings.Compare(a.Value, b.Value) })
	f.safe, f.folded = make(map[line]bool), make(map[string]bool)
	f.cut(top)
	if f.k > 1 {
		f.fold()
	}
	c.keep(&f.folder, f.kept)
}

// keep takes over what is left of a pair.
func (c *Closing) keep(f *folder, kept map[Dimension]map[string]*Counts) {
	c.Folds = append(c.Folds, f.report(c.Day)...)
	kept[f.dim] = make(map[string]*Counts, len(f.rows))
	for i := range f.rows {
		if r := &f.rows[i]; !r.Counts.IsZero() {
			kept[f.dim][r.Value] = &r.Counts
			c.Rows = append(c.Rows, *r)
		}
	}
}

// withProvider folds what a provider was answered that is not told itself, and hours that have passed a lower floor. How long
// answers take says nothing of who asked: there is no floor but the provider's. The instances have settled the rest: see settle.
func (c *Closing) withProvider(dim Dimension, list []Row, kept map[Dimension]map[string]*Counts, floors Floors) {
	f := folder{dim: dim, k: floors.Of(dim), rows: list}
	for i := range list {
		provider, _ := CutPair(list[i].Value)
		told := kept[DimNetProvider][provider]
		switch {
		case f.k <= 1:
		case told == nil || people(*told) == Counts{}:
			f.take(i, FoldParent)
		case dim == DimNetHour && !safe(dim, &list[i].Counts, f.k):
			f.take(i, FoldBelow)
		}
	}
	c.keep(&f, kept)
}

// pairOrder returns the pairs, coarser ones before finer ones.
func pairOrder() []Dimension {
	var order []Dimension
	var add func(d Dimension)
	add = func(d Dimension) {
		if d != 0 && !slices.Contains(order, d) {
			coarser, _ := coarserPair(d)
			add(coarser)
			order = append(order, d)
		}
	}
	for d := range Pairs() {
		add(d)
	}
	return order
}

// coarserPair returns the pair in whose values those of d are counted, and which half of d stands for more
// there; 0 if there is none.
func coarserPair(d Dimension) (coarser Dimension, half int) {
	c := d.Spec().Pair
	if d == DimFlow || c[1] == dimHour {
		return 0, 0
	}
	if c[0] == DimPage && (c[1] == DimSource || c[1] == DimCountry || c[1] == DimDevice) {
		coarser, _ = PairOf(c[1], DimSection)
		return coarser, 0
	}
	if parent := specs[c[1]].Parent; parent != 0 {
		if coarser, ok := PairOf(c[0], parent); ok {
			return coarser, 1
		}
	}
	return 0, 0
}

// cut leaves the values that were seen most.
func (f *crossFolder) cut(top int) {
	if len(f.rows) <= top {
		return
	}
	order := f.all()
	slices.SortFunc(order, func(a, b int) int {
		x, y := &f.rows[a], &f.rows[b]
		return cmp.Or(cmp.Compare(y.Counts[Views], x.Counts[Views]), cmp.Compare(y.Counts[Visits], x.Counts[Visits]), cmp.Compare(y.Counts[Requests], x.Counts[Requests]), strings.Compare(x.Value, y.Value))
	})
	for _, i := range order[top:] {
		f.drop(i, FoldTop)
	}
}

// drop folds row i; its lines hold at least k visitors from now on that nobody can subtract, if it does.
func (f *crossFolder) drop(i int, reason FoldReason) {
	c := f.rows[i].Counts
	if f.dim.Crowd(&c) >= int64(f.k) {
		f.folded[f.rows[i].Value] = true
		for _, l := range f.lines(i) {
			f.safe[l] = true
		}
	}
	f.take(i, reason)
}

func (f *crossFolder) fold() {
	for i := range f.rows {
		switch c := f.rows[i].Counts; {
		case c.IsZero():
		case f.dim.Crowd(&c) < int64(f.k):
			f.drop(i, FoldBelow)
		case slices.ContainsFunc(f.lines(i), func(l line) bool { _, ok := f.whole(l); return !ok }):
			f.drop(i, FoldParent)
		}
	}
	members := make(map[line][]int)
	var order []line
	for i := range f.rows {
		for _, l := range f.lines(i) {
			if members[l] == nil {
				order = append(order, l)
			}
			members[l] = append(members[l], i)
		}
	}
	for _, l := range order {
		f.complete(l, members[l])
	}
	f.combine()
}

// complete folds the smallest value of a line whose rest is too small.
func (f *crossFolder) complete(l line, members []int) {
	rest, smallest := Counts{}, -1
	if whole, ok := f.whole(l); ok {
		rest = whole
	}
	for _, i := range members {
		c := f.rows[i].Counts
		if c.IsZero() {
			continue
		}
		rest.Sub(&c)
		if smallest < 0 || f.dim.Crowd(&c) < f.dim.Crowd(&f.rows[smallest].Counts) {
			smallest = i
		}
	}
	rest[Crowd] = 0
	if f.safe[l] || smallest < 0 || rest.IsZero() || max(rest[Visitors], rest[Askers]) >= int64(f.rest) {
		return
	}
	f.drop(smallest, FoldComplement)
}

// lines returns what row i is counted in.
func (f *crossFolder) lines(i int) []line {
	c := f.dim.Spec().Pair
	a, b := CutPair(f.rows[i].Value)
	if f.dim == DimFlow { // nothing counts how visits went on to a page
		return []line{{c[0], a}}
	}
	lines := []line{{c[0], a}, {c[1], b}}
	coarser, half := coarserPair(f.dim)
	if coarser == 0 {
		return lines
	}
	if half == 0 { // a page in its section
		return append(lines, line{coarser, pairValue(coarser, c[1], b, visit.Section(a))})
	}
	parents := f.kept[specs[c[1]].Parent]
	parent, _ := parentOf(c[1], b, parents)
	return append(lines, line{coarser, pairValue(coarser, c[0], a, parent)})
}

// pairValue joins a value of dim with one of the other half of a pair, in the order of the pair.
func pairValue(pair, dim Dimension, value, other string) string {
	if pair.Spec().Pair[0] == dim {
		return JoinPair(value, other)
	}
	return JoinPair(other, value)
}

// whole returns what a line counts, and whether it is told at all.
func (f *crossFolder) whole(l line) (Counts, bool) {
	if l.dim == dimHour {
		return f.wholeOfHour(l.value), true
	}
	c := f.kept[l.dim][l.value]
	if c == nil || people(*c) == (Counts{}) {
		return Counts{}, false
	}
	whole := *c
	if f.dim == DimFlow { // visits that went on
		return Counts{Visits: whole[Visits] - whole[Bounces]}, true
	}
	f.dim.counted().keep(&whole)
	return whole, true
}

func (f *crossFolder) wholeOfHour(name string) (c Counts) {
	if hour := slices.Index(hourNames[:], name); hour >= 0 {
		c = f.hours[hour]
	}
	f.dim.counted().keep(&c)
	return c
}
