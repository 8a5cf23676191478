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

// valuesApart is values of reports that are set apart. It holds the rows of a month at a time, so that a stranger's long range
// costs no more memory than a short one.
func (r *Reports) valuesApart(ctx context.Context, q Query, other *Other) (map[string]*Counts, error) {
	sums := newSums(q.Dim, r.floors, other)
	for first := q.Range.First; first <= q.Range.Last; {
		next := nextOf(firstOf(first, ByMonth), ByMonth)
		span := Range{First: first, Last: min(next-1, q.Range.Last)}
		if span != (Range{First: firstOf(first, ByMonth), Last: next - 1}) {
			if err := r.addApart(ctx, q.Dim, span, sums); err != nil {
				return nil, err
			}
		} else if err := r.addMonthApart(ctx, q.Dim, span, sums); err != nil {
			return nil, err
		}
		first = next
	}
	return sums.values, nil
}

// addMonthApart is addApart for a whole month, whose sums may be known.
func (r *Reports) addMonthApart(ctx context.Context, dim Dimension, span Range, sums *sums) error {
	month, err := r.months.of(ctx, monthApart{dim, span.First}, func() (sumsApart, error) {
		var other Other
		fresh := newSums(dim, r.floors, &other)
		err := r.addApart(ctx, dim, span, fresh)
		return sumsApart{values: fresh.values, hidden: other.Hidden}, err
	})
	if err != nil {
		return err
	}
	sums.hidden.Add(&month.hidden)
	for value, c := range month.values {
		sums.plus(value, c)
	}
	return nil
}

// addApart adds the values of a dimension on some days to sums.
func (r *Reports) addApart(ctx context.Context, dim Dimension, span Range, sums *sums) error {
	days, chain := map[Day]*apart{}, apartOf(dim)
	day := func(at Day) *apart {
		d := days[at]
		if d == nil {
			d = &apart{rows: map[Dimension][]Row{}}
			days[at] = d
		}
		return d
	}
	err := r.totals(ctx, span, false, func(t Total) { day(t.Day).total.Add(&t.Counts) })
	if err == nil {
		err = r.rows(ctx, DimWriter, span, func(row *Row) {
			d := day(row.Day)
			d.rows[DimWriter] = append(d.rows[DimWriter], *row)
		})
	}
	for _, link := range chain {
		if err != nil {
			return err
		}
		k := r.floors.Of(link)
		err = r.rows(ctx, link, span, func(row *Row) {
			if safe(link, &row.Counts, k) {
				d := day(row.Day)
				d.rows[link] = append(d.rows[link], *row)
			} else if link == dim {
				sums.add(row.Value, &row.Counts, true)
			}
		})
	}
	for at, d := range days {
		for _, row := range d.finish(at, chain, r.floors, sums.hidden) {
			sums.add(row.Value, &row.Counts, false)
		}
	}
	return err
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
