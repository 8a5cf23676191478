package stats

import (
	"cmp"
	"slices"
	"strings"
)

// Countries and providers have two reports: of page views, and of all that networks are answered. Both tell how many
// requests there were under a value, so that whoever reads both has what neither of them tells. Therefore both tell the
// same values, and keep back the same visitors of them. A value of which nobody viewed a page is told by one
// alone: once the day is over, as somebody may view one before.

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

// networksOf is the other way round.
func networksOf(dim Dimension) Dimension {
	switch dim {
	case DimCountry:
		return DimNetCountry
	case DimProvider:
		return DimNetProvider
	default:
		return 0
	}
}

// besideTwin returns how many visitors are kept back of the values of dim that would leave while the day goes on: as
// many as its twin, which is cut before, has kept back of them.
func (h *hold) besideTwin(d *heldDay, dim Dimension) map[*held]int64 {
	k, back := int64(h.options.Floors.Of(dim)), make(map[*held]int64)
	for _, v := range d.ready[dim] {
		if !h.carries(dim, v) {
			continue
		}
		other := d.values[twin(dim)][v.value]
		if other == nil || other.let < k || other.waiting[Requests] != other.waiting[Visitors] { // nothing is told of it, or not now
			back[v] = everybody
		} else {
			back[v] = other.waiting[Visitors]
		}
	}
	return back
}

// beside folds the smallest of the rows that the twin does not tell until what neither tells is safe. With none of them left
// that is what the twin does not tell, and its own closing makes it safe. askers are those of all rows before any was folded.
func (f *folder) beside(whole Counts, told map[string]*Counts, askers map[string]int64) {
	requests, persons := whole[Requests], whole[Crowd]
	for value, c := range told {
		requests -= c[Requests]
		persons -= max(askers[value], c[Visitors])
	}
	var own []int
	for i := range f.rows {
		c := &f.rows[i].Counts
		if people(*c) != (Counts{}) && told[f.rows[i].Value] == nil {
			own = append(own, i)
			requests -= c[Requests]
			persons -= c[Crowd]
		}
	}
	slices.SortFunc(own, func(a, b int) int {
		x, y := &f.rows[a], &f.rows[b]
		return cmp.Or(cmp.Compare(x.Counts[Crowd], y.Counts[Crowd]), strings.Compare(x.Value, y.Value))
	})
	for _, i := range own {
		if requests == 0 || persons >= int64(f.rest) {
			return
		}
		requests += f.rows[i].Counts[Requests]
		persons += f.rows[i].Counts[Crowd]
		f.take(i, FoldComplement)
	}
}

// follow folds the rows of what networks were answered, when a day is closed: those that have passed a lower floor, and
// those whose twin or parent was folded. alone are those of which nobody viewed a page. What a subtraction would show each instance has settled: see settle.
func follow(day Day, dim Dimension, k int, list []Row, alone map[string]bool, kept map[Dimension]map[string]*Counts) []Fold {
	f := folder{dim: dim, k: k, rows: list}
	for i := range list {
		value := list[i].Value
		switch told := kept[twin(dim)][value]; {
		case !safe(dim, &list[i].Counts, k):
			f.take(i, FoldBelow)
		case dim == DimNetPrefix:
			if _, ok := parentOf(dim, value, kept[DimNetProvider]); !ok {
				f.take(i, FoldParent)
			}
		case !alone[value] && (told == nil || people(*told) == Counts{}):
			f.take(i, FoldParent)
		}
	}
	return f.report(day)
}

// callers returns the values of a dimension of networks of which nobody viewed a page, as far as is told: the twin has no row
// of them. Where it has as many rows as it may, they may be those that found no place.
func callers(dim Dimension, rows map[Dimension][]Row) map[string]bool {
	of := twin(dim)
	if of == 0 || len(rows[of]) >= of.Spec().Cap {
		return nil
	}
	alone := make(map[string]bool)
	for i := range rows[dim] {
		alone[rows[dim][i].Value] = true
	}
	for i := range rows[of] {
		if people(rows[of][i].Counts) != (Counts{}) {
			delete(alone, rows[of][i].Value)
		}
	}
	return alone
}

// lessCallers takes the requests of those values out of what the rows of a dimension of page views leave: k visitors of each
// are told by its twin, and nothing else.
func lessCallers(dim Dimension, k int, whole *Counts, rows map[Dimension][]Row) {
	of := networksOf(dim)
	alone := callers(of, rows)
	for i := range rows[of] {
		if c := &rows[of][i].Counts; alone[rows[of][i].Value] && of.Crowd(c) >= int64(k) {
			whole[Requests] -= c[Requests]
		}
	}
}
