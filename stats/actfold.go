package stats

import (
	"cmp"
	"slices"
	"strings"
)

// foldActs is fold for the dimensions about acts of consent. acts is how many there were, by outcome. A
// cell is what a row counts, and what can be had by subtraction:
//
//   - of an outcome, the acts that no row names (all accepted less those of each country);
//   - of a value, the questions that nobody answered with a grant (asked less accepted and customised);
//   - of a purpose, the answers one by one that did not grant it.
//
// It folds until each cell is empty or holds at least k acts. Folding makes every rest larger, so that it ends.
func foldActs(day Day, dim Dimension, k int, rows []Row, acts map[string]int64) []Fold {
	f := folder{dim: dim, k: k, rows: rows}
	for i := range rows {
		if !f.enough(rows[i].Counts[Events]) {
			f.take(i, FoldBelow)
		}
	}
	if dim == DimConsentPurpose {
		f.purposes(acts)
		return f.report(day)
	}
	order := f.smallestFirst()
	for f.outcomes(order, acts) || f.unanswered(order) {
		continue
	}
	return f.report(day)
}

// enough reports whether n acts are none or enough to be told. What is below 0 is no number of acts: it
// says that questions of one day were answered on another, and of nobody which.
func (f *folder) enough(n int64) bool { return n <= 0 || n >= int64(f.k) }

// smallestFirst returns the indexes of the rows in the order in which they are folded.
func (f *folder) smallestFirst() []int {
	order := f.all()
	slices.SortFunc(order, func(a, b int) int {
		x, y := &f.rows[a], &f.rows[b]
		return cmp.Or(cmp.Compare(x.Counts[Events], y.Counts[Events]), strings.Compare(x.Value, y.Value))
	})
	return order
}

// purposes folds those whose opposite too few chose.
func (f *folder) purposes(acts map[string]int64) {
	whole := map[string]int64{suffixGranted: acts[string(OutcomeCustomised)], suffixWithdrawn: acts[string(OutcomeWithdrawn)]}
	for i := range f.rows {
		n := f.rows[i].Counts[Events]
		if _, suffix := cutFacet(f.rows[i].Value); n > 0 && !f.enough(whole[suffix]-n) {
			f.take(i, FoldComplement)
		}
	}
}

// outcomes folds the smallest row of each outcome of which too few acts are left unnamed.
func (f *folder) outcomes(order []int, acts map[string]int64) (folded bool) {
	rest := make(map[string]int64, len(acts))
	for i := range f.rows {
		_, suffix := cutFacet(f.rows[i].Value)
		if _, ok := rest[suffix]; !ok {
			rest[suffix] = acts[suffix]
		}
		rest[suffix] -= f.rows[i].Counts[Events]
	}
	for _, i := range order {
		n := f.rows[i].Counts[Events]
		if _, suffix := cutFacet(f.rows[i].Value); n > 0 && !f.enough(rest[suffix]) {
			f.take(i, FoldComplement)
			rest[suffix] += n
			folded = true
		}
	}
	return folded
}

// unanswered folds the smaller grant of each value that too few were asked under and did not grant.
func (f *folder) unanswered(order []int) (folded bool) {
	rest := make(map[string]int64)
	for i := range f.rows {
		n := f.rows[i].Counts[Events]
		switch value, suffix := cutFacet(f.rows[i].Value); {
		case suffix == string(OutcomeShown) && n > 0:
			rest[value] += n
		default:
			rest[value] -= n
		}
	}
	for _, i := range order {
		n := f.rows[i].Counts[Events]
		if value, suffix := cutFacet(f.rows[i].Value); n > 0 && suffix != string(OutcomeShown) && !f.enough(rest[value]) {
			f.take(i, FoldComplement)
			rest[value] += n
			folded = true
		}
	}
	return folded
}

// outcomesOf adds the values of [DimConsent] up by outcome.
func outcomesOf(values map[string]*Counts) map[string]int64 {
	acts := make(map[string]int64)
	for value, c := range values {
		_, suffix := cutFacet(value)
		acts[suffix] += c[Events]
	}
	return acts
}
