package stats

import (
	"cmp"
	"slices"
	"strings"
)

// Countries and providers have two reports: of page views, and of all that networks are answered. Both tell how many
// requests there were under a value. A day on which each folds another value to hide the same visitor would tell that
// visitor's requests to whoever reads both, so what neither of them tells must hold k visitors, too.

// twin returns the dimension of page views that tells of the same values as dim; 0 if there is none.
func twin(dim Dimension) Dimension {
	switch dim {
	case DimNetCountry:
		return DimCountry
	case DimNetProvider:
		return DimProvider
	default:
		return 0
	}
}

// askers returns who asked under each value before anything is folded.
func (f *folder) askers() map[string]int64 {
	asked := make(map[string]int64, len(f.rows))
	for i := range f.rows {
		asked[f.rows[i].Value] = f.rows[i].Counts[Askers]
	}
	return asked
}

// beside folds the smallest of the rows that the twin does not tell until what neither tells is safe. With none of them left
// that is what the twin does not tell, and its own closing has made it safe.
func (f *folder) beside(whole Counts, told map[string]*Counts, asked map[string]int64) {
	requests, askers := whole[Requests], whole[Askers]
	for value, c := range told {
		if people(*c) != (Counts{}) {
			requests -= c[Requests]
			askers -= max(asked[value], c[Visitors])
		}
	}
	var own []int
	for i := range f.rows {
		c := &f.rows[i].Counts
		if other := told[f.rows[i].Value]; people(*c) != (Counts{}) && (other == nil || people(*other) == Counts{}) {
			own = append(own, i)
			requests -= c[Requests]
			askers -= c[Askers]
		}
	}
	if requests == 0 || askers >= int64(f.rest) {
		return
	}
	slices.SortFunc(own, func(a, b int) int {
		x, y := &f.rows[a], &f.rows[b]
		return cmp.Or(cmp.Compare(f.dim.Crowd(&x.Counts), f.dim.Crowd(&y.Counts)), strings.Compare(x.Value, y.Value))
	})
	if len(own) > 0 { // k visitors in one instance: nothing smaller is left after complement
		f.take(own[0], FoldComplement)
	}
}

// keptBeside is 1 where the twin of dim, which is cut before, keeps visitors of a value back, else 0: those are to be kept
// back of dim, too, before any others.
func (d *heldDay) keptBeside(dim Dimension, v *held) int {
	of := twin(dim)
	if of == 0 {
		return 0
	}
	if other := d.values[of][v.value]; other != nil && other.waiting[Visitors] > 0 {
		return 1
	}
	return 0
}
