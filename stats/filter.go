package stats

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kelisim/kelisim/visit"
)

// Filter is one value of a dimension that other reports are narrowed to. The zero Filter narrows nothing.
type Filter struct {
	Dim   Dimension
	Value string
}

// ErrPair is returned for a report that is not counted under a filter: the two dimensions are no pair.
var ErrPair = errors.New("stats: these two are not counted together")

// Filters returns the dimensions that a [Filter] may be of, of which all reports can be narrowed.
func Filters() []Dimension { return slices.Clone(first[:]) }

// Under returns the same reports narrowed to the page views under a value: Summary, Compare, Series, Hours,
// Recent and Top. They count page views, visits, visitors, bounces and seconds; the other measures are 0. What
// fewer than k visitors of a day carry together is not told, so that lists and hours add up to less than
// the summary; Other says by how much. It is an error if dim is none of [Filters].
func (r *Reports) Under(f Filter) (*Reports, error) {
	if f == (Filter{}) {
		return r, nil
	}
	for _, dim := range first {
		if f.Dim == dim {
			narrowed := *r
			narrowed.filter = f
			return &narrowed, nil
		}
	}
	return nil, fmt.Errorf("%w: a filter by %v", ErrPair, f.Dim)
}

// Filter returns what the reports are narrowed to; the zero Filter for nothing.
func (r *Reports) Filter() Filter { return r.filter }

// Narrows reports whether a list of dim can be narrowed by f.
func (f Filter) Narrows(dim Dimension) bool {
	if f.Dim == 0 || f.Dim == dim || f.follows(dim) {
		return true
	}
	_, ok := PairOf(f.Dim, dim)
	return ok
}

// follows reports whether the values of dim under f are told by their names, without a pair.
func (f Filter) follows(dim Dimension) bool {
	return f.Dim == DimPage && dim == DimSection || f.Dim == DimCountry && (dim == DimRegion || dim == DimCity)
}

// narrowed calls f for what the filter leaves of the totals of the range: by hour if hourly, otherwise by
// day at hour 0.
func (r *Reports) narrowed(ctx context.Context, days Range, hourly bool, f func(Total)) error {
	dim, match := r.filter.Dim, Exactly(r.filter.Value)
	if hourly {
		dim, _ = PairOf(r.filter.Dim, dimHour)
		match = PairWith(r.filter.Value, false)
	}
	floor := int64(r.floors.Of(dim))
	return r.selected(ctx, Selection{Dim: dim, First: days.First, Last: days.Last, Match: match, ByDay: true}, func(row *Row) {
		hour := uint8(0)
		if hourly {
			_, name := CutPair(row.Value)
			hour = hourOfName(name)
		}
		if hour > 23 || floor > 1 && dim.Crowd(&row.Counts) < floor {
			return
		}
		c := row.Counts
		pairMeasures.keep(&c)
		c[Crowd] = 0
		f(Total{Day: row.Day, Hour: hour, Counts: c})
	})
}

func hourOfName(name string) uint8 {
	for hour, n := range hourNames {
		if n == name {
			return uint8(hour)
		}
	}
	return 24
}

// topUnder is Top of narrowed reports.
func (r *Reports) topUnder(ctx context.Context, q Query) (Top, error) {
	top := Top{Query: q}
	if !r.filter.Narrows(q.Dim) {
		return top, fmt.Errorf("%w: %v and %v", ErrPair, r.filter.Dim, q.Dim)
	}
	top.KeptFrom = r.kept().From(r.readUnder(q.Dim))
	err := r.narrowed(ctx, q.Range, false, top.count)
	if err != nil {
		return top, err
	}
	values, err := r.valuesUnder(ctx, q, &top.Other)
	if err != nil {
		return top, err
	}
	for _, c := range values {
		c[Crowd] = 0
		if q.Dim == DimPage {
			c[Entries] = c[Visits]
		}
	}
	if q.Dim == DimPage {
		top.Whole[Entries] = top.Whole[Visits]
		top.Other.Hidden[Entries] = top.Other.Hidden[Visits]
		top.Other.Expired[Entries] = top.Other.Expired[Visits]
	}
	top.Other.Hidden[Crowd] = 0
	top.pick(values)
	top.explain(nil)
	return top, nil
}

// valuesUnder adds up what is counted of each value of q.Dim together with the filter.
func (r *Reports) valuesUnder(ctx context.Context, q Query, other *Other) (map[string]*Counts, error) {
	dim, match, name := r.readUnder(q.Dim), Exactly(r.filter.Value), func(value string) string { return value }
	switch {
	case r.filter.Dim == q.Dim:
	case q.Dim == DimSection && r.filter.Dim == DimPage: // what the page counts is all that the filter leaves of its section
		name = visit.Section
	case r.filter.follows(q.Dim):
		match = Beginning(r.filter.Value + "/")
	default:
		second := dim.Spec().Pair[0] != r.filter.Dim
		match = PairWith(r.filter.Value, second)
		name = func(value string) string {
			a, b := CutPair(value)
			if second {
				return a
			}
			return b
		}
	}
	sums := newSums(dim, r.floors, other)
	err := r.selected(ctx, Selection{Dim: dim, First: q.Range.First, Last: q.Range.Last, Match: match, K: sums.k}, func(row *Row) {
		row.Counts[Bots] = 0
		pairMeasures.keep(&row.Counts)
		sums.add(name(row.Value), &row.Counts)
	})
	return sums.values, err
}

// readUnder returns the dimension whose rows tell a list of dim under the filter.
func (r *Reports) readUnder(dim Dimension) Dimension {
	switch {
	case dim == DimSection && r.filter.Dim == DimPage:
		return DimPage
	case r.filter.Dim == dim, r.filter.follows(dim):
		return dim
	}
	pair, _ := PairOf(r.filter.Dim, dim)
	return pair
}

// Flow is how many visits that began on one page went on to another.
type Flow struct {
	From, To string
	Visits   int64
}

// Flows returns how visits went on from their entry page, most often first; from may be "" for all entry
// pages. Visits counts all that went on, those to pages that are not told included. limit is 1 to 1,000; default 50.
func (r *Reports) Flows(ctx context.Context, days Range, from string, limit int) (flows []Flow, visits int64, err error) {
	if limit <= 0 || limit > 1000 {
		limit = 50
	}
	all := *r
	all.filter = Filter{}
	top, err := all.Top(ctx, Query{Dim: DimFlow, Range: days, Sort: Visits, Limit: 10_000})
	if err != nil {
		return nil, 0, err
	}
	for _, l := range top.Lines {
		if a, b := CutPair(l.Value); (from == "" || a == from) && len(flows) < limit {
			flows = append(flows, Flow{a, b, l.Counts[Visits]})
		}
	}
	count := func(t Total) { visits += t.Counts[Visits] - t.Counts[Bounces] }
	if from != "" {
		all.filter = Filter{DimPage, from}
	}
	err = all.totals(ctx, days, false, count)
	return flows, max(0, visits), err
}
