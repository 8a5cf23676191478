package archive

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// under returns the day as one that is closed under floors, and how many values they fold that it was closed with. A day that was
// closed under the same or a higher floor stays as it is, number for number; low says that it was not.
func (c *content) under(f stats.Floors, low bool) (closing stats.Closing, folded int) {
	if !low && !c.low(f) {
		closing = stats.Closing{Day: c.day, Folds: c.folds}
		for _, rows := range c.rows {
			closing.Rows = append(closing.Rows, rows...)
		}
		slices.SortFunc(closing.Rows, func(a, b stats.Row) int {
			return cmp.Or(cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.Value, b.Value))
		})
		return closing, 0
	}
	closing = stats.Finish(c.day, &c.hours, c.rows, f)
	for i := range closing.Folds {
		folded += closing.Folds[i].Values
	}
	closing.Folds = addFolds(c.folds, closing.Folds)
	for i := range closing.Folds { // the day is closed under these now, also where there was no more to fold
		closing.Folds[i].K = max(closing.Folds[i].K, f.Of(closing.Folds[i].Dim))
	}
	return closing, folded
}

// low reports whether a day was closed under a lower floor, by what it holds.
func (c *content) low(f stats.Floors) bool {
	for _, rows := range c.rows {
		for i := range rows {
			if below(&rows[i], f) {
				return true
			}
		}
	}
	return foldedLow(c.folds, f)
}

// foldedLow reports whether something was folded under a lower floor.
func foldedLow(folds []stats.Fold, f stats.Floors) bool {
	return slices.ContainsFunc(folds, func(fold stats.Fold) bool { return fold.K < f.Of(fold.Dim) })
}

// below reports whether fewer people carry a row than the floor says.
func below(r *stats.Row, f stats.Floors) bool {
	k := int64(f.Of(r.Dim))
	if k <= 1 || r.Dim.Crowd(&r.Counts) >= k {
		return false
	}
	people := r.Counts
	people[stats.Bots] = 0
	return !people.IsZero()
}

// under makes the day one that may be told under floors.
func (d *heldDay) under(f stats.Floors) {
	if !d.low && !foldedLow(d.folds, f) {
		return
	}
	c := content{day: d.day, hours: d.hours, rows: make(map[stats.Dimension][]stats.Row, len(d.sections)), folds: d.folds}
	var rows []kept
	start := 0
	for _, s := range d.sections {
		rows = d.rows(rows, start, s)
		for _, r := range rows {
			c.rows[s.dim] = append(c.rows[s.dim], stats.Row{Day: d.day, Dim: s.dim, Value: string(r.value), Counts: r.read()})
		}
		start = s.end
	}
	closing, _ := c.under(f, true)
	slices.SortStableFunc(closing.Rows, func(a, b stats.Row) int { return strings.Compare(a.Dim.String(), b.Dim.String()) })
	d.text, d.sections, d.folds = d.text[:0], d.sections[:0], closing.Folds
	for i := range closing.Rows {
		d.add(&closing.Rows[i], f)
	}
}

// addFolds adds up folds of the same dimension and reason.
func addFolds(old, more []stats.Fold) []stats.Fold {
	all := append([]stats.Fold(nil), old...)
	for _, f := range more {
		found := false
		for i := range all {
			if all[i].Dim == f.Dim && all[i].Reason == f.Reason {
				all[i].Values, all[i].K, found = all[i].Values+f.Values, max(all[i].K, f.K), true
				all[i].Counts.Add(&f.Counts)
			}
		}
		if !found {
			all = append(all, f)
		}
	}
	return all
}
