package server

import (
	"context"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// listing is a list as it is shown.
type listing struct {
	Spec    listSpec
	Rows    []listRow
	Others  *listRow // what no row names
	Why     why      // it is so
	More    int      // values beyond those shown
	Sum     int64    // of the ordering measure, over the whole dimension
	Columns []stats.Measure
	Told    stats.Measures // what is told of a row; of what no row names, only what adds up
	Top     stats.Top
}

// listRow is one line of a list.
type listRow struct {
	Value   string // as it was counted; a stranger wrote it
	Label   string // fit to be shown
	Href    string // narrows the other reports to the value; "" where that is not counted
	Current bool   // they are narrowed to it
	Count   int64
	Share   float64 // of Sum
	Width   string  // of its bar, "37.5%"
	Counts  stats.Counts
}

// why divides what no row names by the reason.
type why struct {
	K                    int
	Hidden, Folded, Rest int64
	Expired              int64  // of days of which the list is no longer kept
	KeptFrom             string // the first day of which it is
	Partial              bool   // values that are not known are in it too
}

// all is a limit beyond which no list goes.
const all = stats.MaxLines

func readList(ctx context.Context, rep Reports, l *locale, p *period, spec listSpec, limit int, search string) (listing, error) {
	spec = spec.under(rep.Filter())
	q := stats.Query{Dim: spec.Dim, Range: stats.Range{First: p.First, Last: p.Last}, Sort: spec.Order, Limit: limit, Search: search, Bots: spec.Order == stats.Bots}
	if spec.Kind == kindClass || spec.Kind == kindBucket {
		q.Limit, q.Search = all, ""
	}
	top, err := rep.Top(ctx, q)
	if err != nil {
		return listing{}, err
	}
	if spec.Kind == kindClass {
		top.Lines = byClass(top.Lines)
		top.Values = len(top.Lines)
	}
	if spec.Kind == kindBucket {
		sortBuckets(top.Lines, spec.Dim)
	}
	list := newListing(l, spec, top, rep.Floors().Of(spec.Dim))
	if f := rep.Filter(); f != (stats.Filter{}) {
		list.Columns, list.Told = spec.columnsUnder(f), spec.Dim.Told(f)
		list.Why.K, list.Why.Partial = rep.Floors().Of(stats.DimFlow), false
	}
	list.Why.KeptFrom = l.ShortDate(top.KeptFrom)
	return list, nil
}

func newListing(l *locale, spec listSpec, top stats.Top, k int) listing {
	m := spec.Order
	out := listing{Spec: spec, More: max(0, top.Values-len(top.Lines)), Sum: max(0, top.Whole[m]), Columns: spec.columns(), Told: spec.Dim.Told(stats.Filter{}), Top: top}
	o := &top.Other
	out.Why = why{K: k, Hidden: max(0, o.Hidden[m]), Folded: max(0, o.Folded[m]), Rest: max(0, o.Rest[m]), Expired: max(0, o.Expired[m]), Partial: spec.Dim.Spec().Partial}
	unnamed := o.Counts
	unnamed.Sub(&o.Unlisted)
	if spec.sparse() {
		unnamed.Sub(&o.Rest)
		out.Sum, out.Why.Rest = max(0, top.Whole[m]-o.Rest[m]), 0
	}
	most := max(0, unnamed[m])
	for _, line := range top.Lines {
		most = max(most, line.Counts[m])
	}
	for _, line := range top.Lines {
		if line.Counts[m] > 0 {
			out.Rows = append(out.Rows, out.row(spec.Label(l, line.Value), line, most))
		}
	}
	if unnamed[m] > 0 && top.Query.Search == "" {
		other := out.row(l.T("list.other"), stats.Line{Counts: unnamed}, most)
		out.Others = &other
	}
	return out
}

// addsUp reports whether what rows count of m is in the whole: whoever views two pages is a visitor of each.
func (out *listing) addsUp(m stats.Measure) bool {
	return !out.Told.Has(stats.Timed) || m != stats.Visitors && m != stats.Timed
}

func (out *listing) row(label string, row stats.Line, most int64) listRow {
	n := row.Counts[out.Spec.Order]
	r := listRow{Value: row.Value, Label: label, Count: n, Counts: row.Counts, Width: "0%"}
	if most > 0 {
		r.Width = width(float64(n) / float64(most))
	}
	if out.Sum > 0 {
		r.Share = float64(n) / float64(out.Sum)
	}
	return r
}

// byClass adds bots up by the class before the colon.
func byClass(rows []stats.Line) []stats.Line {
	sums := make(map[string]*stats.Line)
	for _, row := range rows {
		class, _, ok := strings.Cut(row.Value, ": ")
		if !ok {
			class = "other"
		}
		if sums[class] == nil {
			sums[class] = &stats.Line{Value: class}
		}
		for m, v := range row.Counts {
			sums[class].Counts[m] += v
		}
	}
	lines := make([]stats.Line, 0, len(sums))
	for _, row := range sums {
		lines = append(lines, *row)
	}
	slices.SortFunc(lines, func(a, b stats.Line) int {
		if d := b.Counts[stats.Bots] - a.Counts[stats.Bots]; d != 0 {
			return int(min(1, max(-1, d)))
		}
		return strings.Compare(a.Value, b.Value)
	})
	return lines
}
