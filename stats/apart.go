package stats

import (
	"context"
	"slices"
	"strings"
)

// What strangers read has a higher floor than what rests, so that what closing made safe is not safe for them: a country of
// eight visitors is a line under a floor of five, and under one of twenty it is what the total says beyond the other lines.
// Reports that are set apart ([ReportOptions.Apart]) therefore close each day of a range once more, open days
// too, with their own floors. Each day is judged by itself, whatever range it is read in: no two ranges differ by more than whole
// days that are safe.

// apart is what one day says of a dimension and of those that its closing looks at.
type apart struct {
	total Counts
	rows  map[Dimension][]Row
}

// apartOf returns the dimensions that closing must look at to judge dim: its parents, its twin, and itself at last.
func apartOf(dim Dimension) (chain []Dimension) {
	for _, d := range [...]Dimension{dim.Spec().Parent, twin(dim)} {
		if d != 0 {
			chain = append(chain, apartOf(d)...)
		}
	}
	return append(chain, dim)
}

// setApart reports whether the values of dim are judged anew. Acts of consent are told by rules of their own, and no total
// counts signals.
func (r *Reports) setApart(dim Dimension) bool {
	spec := dim.Spec()
	return r.apart && r.filter == (Filter{}) && r.floors.Of(dim) > 1 && !spec.Act && !spec.Signal && !dim.IsPair()
}

// valuesApart is values of reports that are set apart.
func (r *Reports) valuesApart(ctx context.Context, q Query, other *Other) (map[string]*Counts, error) {
	sums := newSums(q.Dim, r.floors, other)
	days, chain := map[Day]*apart{}, apartOf(q.Dim)
	day := func(at Day) *apart {
		d := days[at]
		if d == nil {
			d = &apart{rows: map[Dimension][]Row{}}
			days[at] = d
		}
		return d
	}
	err := r.totals(ctx, q.Range, false, func(t Total) { day(t.Day).total.Add(&t.Counts) })
	if err == nil {
		err = r.rows(ctx, DimWriter, q.Range, func(row *Row) {
			d := day(row.Day)
			d.rows[DimWriter] = append(d.rows[DimWriter], *row)
		})
	}
	for _, dim := range chain {
		if err != nil {
			return nil, err
		}
		k := r.floors.Of(dim)
		err = r.rows(ctx, dim, q.Range, func(row *Row) {
			if safe(dim, &row.Counts, k) {
				d := day(row.Day)
				d.rows[dim] = append(d.rows[dim], *row)
			} else if dim == q.Dim {
				sums.add(row.Value, &row.Counts, true)
			}
		})
	}
	for at, d := range days {
		for _, row := range d.finish(at, chain, r.floors, sums.hidden) {
			sums.add(row.Value, &row.Counts, false)
		}
	}
	return sums.values, err
}

// finish folds the rows of a day, and returns what is left of the last dimension. What was taken of it is added to hidden.
func (d *apart) finish(at Day, chain []Dimension, floors Floors, hidden *Counts) []Row {
	kept := map[Dimension]map[string]*Counts{}
	for _, dim := range chain {
		list := d.rows[dim]
		slices.SortFunc(list, func(a, b Row) int { return strings.Compare(a.Value, b.Value) })
		if k := floors.Of(dim); k > 1 {
			var folds []Fold
			if dim.asked() { // nobody knows how many asked: what is told is what is told of places, too
				folds = follow(at, dim, k, list, nil, kept)
			} else {
				folds = fold(at, dim, k, writersOf(d.rows[DimWriter]), wholeOf(dim, d.total, kept), list, kept)
			}
			for i := range folds {
				if dim == chain[len(chain)-1] {
					hidden.Add(&folds[i].Counts)
				}
			}
		}
		kept[dim] = make(map[string]*Counts, len(list))
		for i := range list {
			if !list[i].Counts.IsZero() {
				kept[dim][list[i].Value] = &list[i].Counts
			}
		}
	}
	last := d.rows[chain[len(chain)-1]]
	return slices.DeleteFunc(last, func(r Row) bool { return r.Counts.IsZero() })
}
