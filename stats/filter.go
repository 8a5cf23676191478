package stats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/visit"
)

// Filter is one value of a dimension that other reports are narrowed to, or any of several: see [AnyOf]. The zero
// Filter narrows nothing.
//
// What several values leave is the sum of what each leaves, floors and all: whoever reads it could have added it up.
// Values of two dimensions at once would take counts of three together, which nobody keeps.
type Filter struct {
	Dim   Dimension
	Value string
}

// MaxFilter is how many values a [Filter] may be of.
const MaxFilter = 8

// AnyOf returns the Value of a [Filter] that leaves what was counted under any of the given values.
func AnyOf(values ...string) string {
	values = slices.Clone(values)
	slices.Sort(values)
	return strings.Join(slices.Compact(values), separator)
}

// Values returns the values that f is of, in order: one as a rule.
func (f Filter) Values() []string { return strings.Split(f.Value, separator) }

// Has reports whether f is of a value, perhaps among others.
func (f Filter) Has(value string) bool { return slices.Contains(f.Values(), value) }

// ErrPair is returned for a report that is not counted under a filter: the two dimensions are no pair.
var ErrPair = errors.New("stats: these two are not counted together")

// Filters returns the dimensions that a [Filter] may be of, of which all reports can be narrowed.
func Filters() []Dimension { return slices.Clone(first[:]) }

// Under returns the same reports narrowed to the page views under a value: Summary, Compare, Series, Hours,
// Recent and Top. They count page views, visits, visitors, bounces and seconds; the other measures are 0. Under a page they count page views,
// visits that began there (Entries) and their bounces, and of days, not of hours, its visitors, exits and the time on it: see
// [Dimension.Told]. What
// fewer than k visitors of a day carry together is not told, so that lists and hours add up to less than
// the summary; Other says by how much. The filter takes the place of one that was there; the zero Filter takes it
// away. It is an error if its dimension is none of [Filters], or if it is of more than [MaxFilter] values.
func (r *Reports) Under(f Filter) (*Reports, error) {
	if f != (Filter{}) && !slices.Contains(first[:], f.Dim) {
		return nil, fmt.Errorf("%w: a filter by %v", ErrPair, f.Dim)
	}
	if n := len(f.Values()); n > MaxFilter {
		return nil, fmt.Errorf("%w: a filter by %d values, %d at most", ErrPair, n, MaxFilter)
	}
	narrowed := *r
	narrowed.filter = f
	return &narrowed, nil
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
	for _, value := range r.filter.Values() {
		if err := r.narrowedTo(ctx, value, days, hourly, f); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reports) narrowedTo(ctx context.Context, value string, days Range, hourly bool, f func(Total)) error {
	dim, match := r.filter.Dim, Exactly(value)
	if hourly {
		dim, _ = PairOf(r.filter.Dim, dimHour)
		match = PairWith(value, false)
	}
	floor, pages := int64(r.floors.Of(dim)), 0
	if dim.paged() { // the visitors of several pages are not those of each together
		pages = len(r.filter.Values())
	}
	return r.selected(ctx, Selection{Dim: dim, First: days.First, Last: days.Last, Match: match, ByDay: true}, func(row *Row, _ bool) {
		hour := uint8(0)
		if hourly {
			_, name := CutPair(row.Value)
			hour = hourOfName(name)
		}
		if hour > 23 || floor > 1 && dim.Crowd(&row.Counts) < floor {
			return
		}
		c := row.Counts
		dim.crossed().keep(&c)
		c[Crowd] = 0
		if dim.tell(&c); pages > 1 {
			c[Visitors] = 0
		}
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
	}
	top.Other.Hidden[Crowd] = 0
	top.tellPages(r.readUnder(q.Dim), q.Dim.Told(r.filter), values)
	top.pick(values)
	top.explain(nil)
	return top, nil
}

// valuesUnder adds up what is counted of each value of q.Dim together with the filter.
func (r *Reports) valuesUnder(ctx context.Context, q Query, other *Other) (map[string]*Counts, error) {
	dim := r.readUnder(q.Dim)
	sums := newSums(dim, r.floors, other)
	for _, value := range r.filter.Values() {
		match, name := r.matching(value, q.Dim)
		err := r.selected(ctx, Selection{Dim: dim, First: q.Range.First, Last: q.Range.Last, Match: match, K: sums.k}, func(row *Row, below bool) {
			row.Counts[Bots] = 0
			dim.crossed().keep(&row.Counts)
			sums.add(name(row.Value), &row.Counts, below)
		})
		if err != nil {
			return nil, err
		}
	}
	return sums.values, nil
}

// matching returns which rows tell a list of dim under one value of the filter, and what names a line of it in them.
func (r *Reports) matching(value string, of Dimension) (match Match, name func(row string) string) {
	match, name = Exactly(value), func(row string) string { return row }
	dim := r.readUnder(of)
	switch {
	case r.filter.Dim == of:
	case of == DimSection && r.filter.Dim == DimPage: // what the page counts is all that the filter leaves of its section
		name = visit.Section
	case r.filter.follows(of):
		match = Beginning(value + "/")
	default:
		second := dim.Spec().Pair[0] != r.filter.Dim
		match = PairWith(value, second)
		name = func(row string) string {
			a, b := CutPair(row)
			if second {
				return a
			}
			return b
		}
	}
	return match, name
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
	count := func(t Total) { visits += begun(&t.Counts) - t.Counts[Bounces] }
	if from != "" {
		all.filter = Filter{DimPage, from}
	}
	err = all.totals(ctx, days, false, count)
	return flows, max(0, visits), err
}
