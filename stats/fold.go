package stats

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/visit"
)

// folder folds the rows of one dimension of one day.
type folder struct {
	dim   Dimension
	k     int
	rest  int // visitors that a rest must count
	rows  []Row
	folds [FoldTop + 1]Fold
}

// fold takes the counts of people out of those rows of a dimension that must not be seen, and returns
// what it took. kept are the final rows of the dimensions before.
func fold(day Day, dim Dimension, k, writers int, whole Counts, rows []Row, kept map[Dimension]map[string]*Counts) []Fold {
	f := folder{dim: dim, k: k, rest: k * writers, rows: rows}
	askers := make(map[string]int64)
	for i := range rows {
		askers[rows[i].Value] = rows[i].Counts[Crowd]
	}
	for i := range rows {
		if !safe(dim, &rows[i].Counts, k) {
			f.take(i, FoldBelow)
		}
	}
	switch parent := dim.Spec().Parent; {
	case parent != 0:
		f.byParent(kept[parent])
	case whole != Counts{}: // nothing can be subtracted from what is not told
		f.complement(whole, f.all())
	}
	if of := twin(dim); of != 0 {
		f.beside(whole, kept[of], askers)
	}
	return f.report(day)
}

// report returns what was folded, by reason.
func (f *folder) report(day Day) (folds []Fold) {
	for reason, fold := range f.folds {
		if fold.Values > 0 {
			fold.Day, fold.Dim, fold.Reason, fold.K = day, f.dim, FoldReason(reason), f.k
			folds = append(folds, fold)
		}
	}
	return folds
}

// take folds row i. A row without people is left alone.
func (f *folder) take(i int, reason FoldReason) {
	c := &f.rows[i].Counts
	taken := people(*c)
	if taken.IsZero() {
		return
	}
	c.Sub(&taken)
	f.folds[reason].Values++
	f.folds[reason].Counts.Add(&taken)
}

// complement folds the smallest of the rows until what whole counts beyond them is safe.
func (f *folder) complement(rest Counts, members []int) {
	var left []int
	for _, i := range members {
		c := people(f.rows[i].Counts)
		f.dim.alone(&c)
		rest.Sub(&c)
		if !c.IsZero() {
			left = append(left, i)
		}
	}
	slices.SortFunc(left, func(a, b int) int {
		x, y := &f.rows[a], &f.rows[b]
		return cmp.Or(cmp.Compare(f.dim.Crowd(&x.Counts), f.dim.Crowd(&y.Counts)), strings.Compare(x.Value, y.Value))
	})
	for _, i := range left {
		if safe(f.dim, &rest, f.rest) {
			return
		}
		enough := f.dim.Crowd(&f.rows[i].Counts) >= int64(f.k)
		c := people(f.rows[i].Counts)
		f.dim.alone(&c)
		f.take(i, FoldComplement)
		if rest.Add(&c); enough { // k visitors in one instance
			return
		}
	}
}

// all returns the indexes of all rows.
func (f *folder) all() []int {
	list := make([]int, len(f.rows))
	for i := range list {
		list[i] = i
	}
	return list
}

// byParent folds the rows whose parent was folded, and looks at those of each other parent together.
func (f *folder) byParent(parents map[string]*Counts) {
	var order []string
	children := make(map[string][]int)
	for i := range f.rows {
		parent, ok := parentOf(f.dim, f.rows[i].Value, parents)
		if !ok {
			f.take(i, FoldParent)
			continue
		}
		if children[parent] == nil {
			order = append(order, parent)
		}
		children[parent] = append(children[parent], i)
	}
	for _, parent := range order {
		rest := people(*parents[parent])
		f.dim.Spec().Measures.keep(&rest)
		f.dim.alone(&rest)
		f.complement(rest, children[parent])
	}
}

// parentOf returns the value of the parent dimension that value belongs to, if it is seen.
func parentOf(dim Dimension, value string, parents map[string]*Counts) (string, bool) {
	seen := func(parent string) bool {
		c := parents[parent]
		return c != nil && people(*c) != Counts{}
	}
	switch dim {
	case DimPage:
		section := visit.Section(value)
		return section, seen(section)
	case DimRegion:
		country, _, _ := strings.Cut(value, "/")
		return country, seen(country)
	case DimNetPrefix:
		_, provider, _ := strings.Cut(value, " ")
		return provider, seen(provider)
	case DimCity:
		for end := strings.LastIndexByte(value, '/'); end > 0; end = strings.LastIndexByte(value[:end], '/') {
			if seen(value[:end]) {
				return value[:end], true
			}
		}
		return "", false
	default: // a version: "Chrome Mobile 146", or the name alone
		name := value
		if end := strings.LastIndexByte(value, ' '); end > 0 && parents[value] == nil {
			name = value[:end]
		}
		return name, seen(name)
	}
}
