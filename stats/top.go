package stats

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// MaxLines is how many lines a list has at most: more than a range of years has values of any dimension.
const MaxLines = 1_000_000

// Query asks for the values of a dimension.
type Query struct {
	Dim    Dimension
	Range  Range
	Sort   Measure // largest first. Default: Views, or the first of Visits, Requests, Bots and Events that the dimension has
	Limit  int     // values listed. Default 10; at most [MaxLines]
	Search string  // only values that contain it, whatever the case
	Bots   bool    // list values that only bots used too, and sort by Requests+Bots where Sort is Requests
}

// Line is one value of a list.
type Line struct {
	Value  string // "" is none or unknown: direct, for a source
	Counts Counts
}

// BounceRate is as in [Summary].
func (l Line) BounceRate() float64 { return bounceRate(&l.Counts) }

// ViewsPerVisit is as in [Summary].
func (l Line) ViewsPerVisit() float64 { return viewsPerVisit(&l.Counts) }

// MeanVisit is as in [Summary].
func (l Line) MeanVisit() time.Duration { return meanVisit(&l.Counts) }

// Top is the answer to a [Query]: the lines and Other add up to Whole, but for the visitors of pages and sections and what is counted beside
// them, which Whole and Other have none of: see [Dimension.Told].
type Top struct {
	Query  Query // with its defaults
	Lines  []Line
	Values int    // values that match the query, listed or not
	Whole  Counts // what the dimension counts in the range
	Other  Other
	// KeptFrom is the first day of which the values are kept, where Other.Expired is of days before it.
	KeptFrom Day

	told Measures // of a list of pages, or under one: what is told
}

// Other is what the lines do not show, and why: Counts = Unlisted + Hidden + Folded + Expired + Rest.
type Other struct {
	Counts   Counts
	Unlisted Counts // values beyond the limit, that do not match, or that only bots used
	Hidden   Counts // values at rest or waiting that fewer than k visitors of their day carry
	Folded   Counts // values that closing folded
	Expired  Counts // days of which the totals are kept longer than the rows: see [Kept]
	Rest     Counts // held back until k visitors carry it, over the cap, counted after the day ended, lost
	//                 in a crash, or (region, city, versions) unknown
}

// Top returns the values of a dimension.
func (r *Reports) Top(ctx context.Context, q Query) (Top, error) {
	if !q.Dim.Valid() || q.Dim == DimWriter {
		return Top{}, fmt.Errorf("%w %d", ErrDimension, q.Dim)
	}
	if err := q.Range.check(); err != nil {
		return Top{}, err
	}
	q = q.withDefaults()
	if r.filter != (Filter{}) {
		return r.topUnder(ctx, q)
	}
	top := Top{Query: q, KeptFrom: r.kept().From(q.Dim)}
	if err := r.totals(ctx, q.Range, false, top.count); err != nil {
		return top, err
	}
	top.Whole, top.Other.Expired = q.Dim.Whole(top.Whole), q.Dim.Whole(top.Other.Expired)
	values, err := r.values(ctx, q, &top.Other)
	if err != nil {
		return top, err
	}
	folds, err := r.folds(ctx, q.Range, q.Dim)
	if err != nil {
		return top, err
	}
	if q.Dim.Spec().Signal || q.Dim.IsPair() {
		top.addUp(values, folds)
	}
	if q.Dim.paged() {
		top.tellPages(q.Dim, q.Dim.Told(Filter{}), values)
	}
	top.pick(values)
	top.explain(folds)
	return top, nil
}

// count adds a total to the whole, and to what has expired if its day has lost its rows.
func (t *Top) count(total Total) {
	t.Whole.Add(&total.Counts)
	if total.Day < t.KeptFrom {
		t.Other.Expired.Add(&total.Counts)
	}
}

func (q Query) withDefaults() Query {
	has := q.Dim.Told(Filter{})
	for _, m := range [...]Measure{Visits, Requests, Bots, Events} {
		if !has.Has(q.Sort) {
			q.Sort = m
		}
	}
	if q.Limit <= 0 {
		q.Limit = 10
	}
	q.Limit = min(q.Limit, MaxLines)
	return q
}

// values adds up the rows of the range by value, each day's under its floor.
func (r *Reports) values(ctx context.Context, q Query, other *Other) (map[string]*Counts, error) {
	if r.setApart(q.Dim) {
		return r.valuesApart(ctx, q, other)
	}
	sums := newSums(q.Dim, r.floors, other)
	err := r.selected(ctx, Selection{Dim: q.Dim, First: q.Range.First, Last: q.Range.Last, K: sums.k}, func(row *Row, below bool) { sums.add(row.Value, &row.Counts, below) })
	if err != nil {
		return nil, err
	}
	return sums.values, nil
}

// rows calls f for each value of dim on each day of the range, what the live instance holds added. The row is
// valid during the call only.
func (r *Reports) rows(ctx context.Context, dim Dimension, days Range, f func(*Row)) error {
	return r.selected(ctx, Selection{Dim: dim, First: days.First, Last: days.Last, ByDay: true}, func(row *Row, _ bool) { f(row) })
}

// selected calls f for the rows of a selection, what the live instance holds added. The row is valid during the call only.
func (r *Reports) selected(ctx context.Context, sel Selection, f func(row *Row, below bool)) error {
	if sel.First = max(sel.First, r.kept().From(sel.Dim)); sel.First > sel.Last {
		return nil
	}
	waiting := r.waiting(&sel)
	if len(waiting) > 0 && !sel.ByDay { // what waits is added to its day, and that then meets the floor
		first := sel.Last
		for at := range waiting {
			first = min(first, at.day)
		}
		before := sel
		before.Last = first - 1
		if before.Last >= before.First {
			if err := r.resting(ctx, before, nil, f); err != nil {
				return err
			}
		}
		sel.First, sel.ByDay = first, true
	}
	if err := r.resting(ctx, sel, waiting, f); err != nil {
		return err
	}
	var row Row
	for at, c := range waiting {
		row = Row{Day: at.day, Dim: sel.Dim, Value: at.value, Counts: c}
		f(&row, false)
	}
	return nil
}

// resting calls f for the rows of a selection at rest, and takes what it adds to them out of waiting.
func (r *Reports) resting(ctx context.Context, sel Selection, waiting map[dayValue]Counts, f func(row *Row, below bool)) error {
	var row Row
	err := r.source.Select(ctx, sel, func(at Row, below bool) {
		row = at
		if len(waiting) > 0 {
			at := dayValue{row.Day, row.Value}
			if w, ok := waiting[at]; ok {
				row.Counts.Add(&w)
				delete(waiting, at)
			}
		}
		f(&row, below)
	})
	if err != nil {
		return fmt.Errorf("stats: read rows of %v: %w", sel.Dim, err)
	}
	return nil
}

// sums adds up rows by value.
type sums struct {
	dim    Dimension
	k      int64
	hidden *Counts
	values map[string]*Counts
	room   []Counts // for values to come
}

func newSums(dim Dimension, floors Floors, other *Other) *sums {
	return &sums{dim: dim, k: int64(floors.Of(dim)), hidden: &other.Hidden, values: make(map[string]*Counts)}
}

// plus adds c to the sum of a value, and returns it.
func (s *sums) plus(value string, c *Counts) *Counts {
	sum := s.values[value]
	if sum == nil {
		if len(s.room) == 0 {
			s.room = make([]Counts, min(8+len(s.values), 512))
		}
		sum, s.room = &s.room[0], s.room[1:]
		s.values[value] = sum
	}
	sum.Add(c)
	return sum
}

// add adds what a value counted on one day, or hides it if fewer than k visitors of the day carry it.
func (s *sums) add(value string, c *Counts, below bool) {
	if s.k > 1 && (below || s.dim.Crowd(c) < s.k) {
		hidden := *c
		if hidden[Bots] = 0; s.dim.asked() && !s.dim.IsPair() {
			hidden[Crowd] = 0
		}
		s.hidden.Add(&hidden)
		if *c = (Counts{Bots: c[Bots]}); c[Bots] == 0 {
			return
		}
	}
	sum := s.plus(value, c)
	if s.dim.asked() && !s.dim.IsPair() {
		sum[Crowd] = 0
	}
	for m := Refused; m <= MissingBots; m++ { // rows have none
		sum[m] = 0
	}
}

type dayValue struct {
	day   Day
	value string
}

// waiting returns those rows of the live instance that a selection asks for.
func (r *Reports) waiting(sel *Selection) map[dayValue]Counts {
	if r.live == nil {
		return nil
	}
	rows := make(map[dayValue]Counts)
	r.live.LiveRows(sel.Dim, sel.First, sel.Last, func(row Row) {
		if !sel.Match.Has(row.Value) {
			return
		}
		c := rows[dayValue{row.Day, row.Value}]
		c.Add(&row.Counts)
		rows[dayValue{row.Day, row.Value}] = c
	})
	return rows
}

// addUp makes the whole of a dimension that no total counts out of what is known of it.
func (t *Top) addUp(values map[string]*Counts, folds []Fold) {
	t.Whole = t.Other.Hidden
	for _, c := range values {
		t.Whole.Add(c)
	}
	for i := range folds {
		if folds[i].Dim == t.Query.Dim {
			t.Whole.Add(&folds[i].Counts)
		}
	}
}

// pick sorts the values into lines and unlisted ones.
func (t *Top) pick(values map[string]*Counts) {
	search := strings.ToLower(t.Query.Search)
	all := make([]found, 0, len(values))
	for value, c := range values {
		if c.IsZero() { // an exit that moved on
			continue
		}
		if search != "" && !strings.Contains(strings.ToLower(value), search) || !t.Query.Bots && t.botsOnly(c) {
			t.Other.Unlisted.Add(c)
			continue
		}
		all = append(all, found{t.weight(c), value, c})
	}
	t.Values = len(all)
	listed := leading(all, t.Query.Limit)
	for _, f := range all[len(listed):] {
		t.Other.Unlisted.Add(f.counts)
	}
	t.Lines = make([]Line, len(listed))
	for i, f := range listed {
		t.Lines[i] = Line{Value: f.value, Counts: *f.counts}
	}
}

func (t *Top) botsOnly(c *Counts) bool {
	return t.Query.Dim != DimBot && *c == Counts{Bots: c[Bots]}
}

func (t *Top) weight(c *Counts) int64 {
	if t.Query.Bots && t.Query.Sort == Requests {
		return c[Requests] + c[Bots]
	}
	return c[t.Query.Sort]
}

// explain computes what the lines do not show.
func (t *Top) explain(folds []Fold) {
	for i := range folds {
		if folds[i].Dim == t.Query.Dim {
			t.Other.Folded.Add(&folds[i].Counts)
		}
	}
	if t.Query.Dim.asked() && !t.Query.Dim.IsPair() {
		t.Other.Folded[Crowd] = 0
	}
	t.addPages()
	t.Other.Counts = t.Whole
	for i := range t.Lines {
		t.Other.Counts.Sub(&t.Lines[i].Counts)
	}
	t.addPages()
	t.Other.Rest = t.Other.Counts
	t.Other.Rest.Sub(&t.Other.Unlisted)
	t.Other.Rest.Sub(&t.Other.Hidden)
	t.Other.Rest.Sub(&t.Other.Folded)
	t.Other.Rest.Sub(&t.Other.Expired)
}
