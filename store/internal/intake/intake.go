// Package intake is what both stores do with a batch before they touch anything: it is checked,
// bounded and grouped.
//
// What is counted comes from visitors, some of whom are attackers: a value is a string of at most
// [stats.MaxValue] bytes and any content. What does not fit is left to "other", never refused: a batch that
// is refused for one bad row would block every good one behind it for ever. Only what no honest
// aggregator produces is an error.
package intake

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

const (
	// MaxInstance is the length of the longest name of an instance, bytes.
	MaxInstance = 128
	// MaxMark is the length of the longest mark, bytes.
	MaxMark = 64 << 10
)

// Group is the rows of a batch that fall on one day and dimension. No value occurs twice.
type Group struct {
	Day    stats.Day
	Dim    stats.Dimension
	Values []string
	Counts []stats.Counts
}

// Check returns what makes b impossible to merge, or nil.
func Check(b *stats.Batch) error {
	var errs []error
	if b.Instance == "" || len(b.Instance) > MaxInstance {
		errs = append(errs, fmt.Errorf("name of the instance %q: want 1–%d bytes", b.Instance, MaxInstance))
	}
	if b.Seq == 0 {
		errs = append(errs, errors.New("batches are numbered from 1"))
	}
	if len(b.Mark) > MaxMark {
		errs = append(errs, fmt.Errorf("mark of %d bytes: at most %d", len(b.Mark), MaxMark))
	}
	for i := range b.Totals {
		if hour := b.Totals[i].Hour; hour > 23 {
			errs = append(errs, fmt.Errorf("total of hour %d: want 0–23", hour))
			break
		}
	}
	return errors.Join(errs...)
}

// Rows groups the rows of b by day and dimension, in order, and adds up rows of the same value.
// folded says how many had no place: too long a value, or no known dimension.
func Rows(b *stats.Batch) (groups []Group, folded int) {
	rows := b.Rows
	if !slices.IsSortedFunc(rows, compare) { // an aggregator's are
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, compare)
	}
	for i := range rows {
		r := &rows[i]
		if len(r.Value) > stats.MaxValue || !r.Dim.Valid() {
			folded++
			continue
		}
		g := len(groups) - 1
		if g < 0 || groups[g].Day != r.Day || groups[g].Dim != r.Dim {
			groups = append(groups, Group{Day: r.Day, Dim: r.Dim})
			g++
		}
		groups[g].add(r)
	}
	return groups, folded
}

func (g *Group) add(r *stats.Row) {
	if last := len(g.Values) - 1; last >= 0 && g.Values[last] == r.Value {
		g.Counts[last].Add(&r.Counts)
		return
	}
	g.Values = append(g.Values, r.Value)
	g.Counts = append(g.Counts, r.Counts)
}

func compare(a, b stats.Row) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.Value, b.Value))
}

// Day is the hourly totals of one day.
type Day struct {
	Day   stats.Day
	Hours [24]stats.Counts
}

// Totals adds up the totals of b by day, in order.
func Totals(b *stats.Batch) []Day {
	var days []Day
	for i := range b.Totals {
		t := &b.Totals[i]
		j := slices.IndexFunc(days, func(d Day) bool { return d.Day == t.Day })
		if j < 0 {
			j = len(days)
			days = append(days, Day{Day: t.Day})
		}
		days[j].Hours[t.Hour].Add(&t.Counts)
	}
	slices.SortFunc(days, func(a, b Day) int { return cmp.Compare(a.Day, b.Day) })
	return days
}
