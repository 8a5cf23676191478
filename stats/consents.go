package stats

import (
	"cmp"
	"context"
	"slices"
)

// Answers is what became of asking. The first answers of visitors are Accepted, Customised and Rejected.
type Answers struct {
	Shown                          int64 // visitors who were asked: each once a day
	Accepted, Customised, Rejected int64
	Ignored                        int64 // of those asked on a day, who did not answer on it, see [Reports.Consents]
	Withdrawn, Changed             int64 // later acts of visitors who had answered before
}

// Given is the number of first answers.
func (a *Answers) Given() int64 { return a.Accepted + a.Customised + a.Rejected }

// Asked is what shares are taken of: everybody who answered or ignored the question.
func (a *Answers) Asked() int64 { return a.Given() + a.Ignored }

// Add adds b to a.
func (a *Answers) Add(b *Answers) {
	a.Shown += b.Shown
	a.Accepted += b.Accepted
	a.Customised += b.Customised
	a.Rejected += b.Rejected
	a.Ignored += b.Ignored
	a.Withdrawn += b.Withdrawn
	a.Changed += b.Changed
}

func (a *Answers) count(outcome Outcome, n int64) {
	switch outcome {
	case OutcomeShown:
		a.Shown += n
	case OutcomeAccepted:
		a.Accepted += n
	case OutcomeCustomised:
		a.Customised += n
	case OutcomeRejected:
		a.Rejected += n
	case OutcomeWithdrawn:
		a.Withdrawn += n
	case OutcomeChanged:
		a.Changed += n
	}
}

// DayAnswers are the answers of one day.
type DayAnswers struct {
	Day Day
	Answers
}

// MethodAnswers are the answers that came one way. Nothing is ignored in it: nobody knows which.
type MethodAnswers struct {
	Method string
	Answers
}

// PurposeAnswers are the answers for one purpose, as far as they were given one by one.
type PurposeAnswers struct {
	Purpose   string
	Granted   int64
	Refused   int64 // on the days on which it is told how many granted it
	Untold    int64 // answers of days on which too few chose either way
	Withdrawn int64
}

// FacetAnswers are the questions and grants under one value.
type FacetAnswers struct {
	Value                       string // "" is unknown
	Shown, Accepted, Customised int64
	// Rest is who was asked and granted nothing that is told: rejections, questions ignored, answers that
	// refuse statistics, and grants of days with too few of them. They cannot be told apart, on purpose.
	Rest int64
	// Rated are the questions of the days on which acceptance is told beside them, and RatedGrants what was
	// granted on these days: what the floor hid on the others would make a share of all of them wrong.
	Rated, RatedGrants int64
}

// Share is the share of those asked who granted something, 0–1; ok is false where it is not told.
func (f *FacetAnswers) Share() (share float64, ok bool) {
	if f.Rated <= 0 {
		return 0, false
	}
	return min(1, float64(f.RatedGrants)/float64(f.Rated)), true
}

// Consents is what became of asking on the days of a range.
type Consents struct {
	Range     Range
	Total     Answers
	Days      []DayAnswers    // every day of the range, in order
	Methods   []MethodAnswers // by name
	Purposes  []PurposeAnswers
	Countries []FacetAnswers // these lists: the most asked first
	Languages []FacetAnswers
	Devices   []FacetAnswers
	Variants  []FacetAnswers
	Times     []FacetAnswers // Shown and Rest are 0
}

// Consents returns what became of asking.
//
// Nobody can be seen to ignore a question: to tell one who refused from one who did not answer would
// take a mark on whoever refused. So Ignored is a difference, taken day by day and never below 0: visitors
// asked less first answers given. Visitors behind one address with the same browser are asked as one
// and answer each for themselves, which makes it too low; a question of late evening that is answered
// after midnight makes it too high.
//
// What is told of acts has its floor, and its subtractions too, on open days as on closed ones.
func (r *Reports) Consents(ctx context.Context, days Range) (Consents, error) {
	out := Consents{Range: days}
	if err := days.check(); err != nil {
		return out, err
	}
	acts, err := r.outcomes(ctx, &out)
	if err != nil {
		return out, err
	}
	if err := r.purposes(ctx, &out, acts); err != nil {
		return out, err
	}
	for dim, list := range map[Dimension]*[]FacetAnswers{
		DimConsentCountry: &out.Countries, DimConsentLanguage: &out.Languages, DimConsentDevice: &out.Devices,
		DimConsentVariant: &out.Variants, DimConsentTime: &out.Times,
	} {
		if *list, err = r.facets(ctx, dim, days, acts); err != nil {
			return out, err
		}
	}
	return out, nil
}

// outcomes fills in the totals, the days and the methods, and returns each day's acts by outcome.
func (r *Reports) outcomes(ctx context.Context, out *Consents) (map[Day]map[string]int64, error) {
	byDay, err := r.daily(ctx, DimConsent, out.Range)
	if err != nil {
		return nil, err
	}
	acts := make(map[Day]map[string]int64, len(byDay))
	methods := make(map[string]*MethodAnswers)
	for day := out.Range.First; day <= out.Range.Last; day++ {
		acts[day] = make(map[string]int64)
		answers := DayAnswers{Day: day}
		for i := range byDay[day] {
			row := &byDay[day][i]
			method, outcome := cutFacet(row.Value)
			n := row.Counts[Events]
			acts[day][outcome] += n
			answers.count(Outcome(outcome), n)
			if methods[method] == nil {
				methods[method] = &MethodAnswers{Method: method}
			}
			methods[method].count(Outcome(outcome), n)
		}
		answers.Ignored = max(0, answers.Shown-answers.Given())
		out.Total.Add(&answers.Answers)
		out.Days = append(out.Days, answers)
	}
	for _, m := range methods {
		out.Methods = append(out.Methods, *m)
	}
	slices.SortFunc(out.Methods, func(a, b MethodAnswers) int { return cmp.Compare(a.Method, b.Method) })
	return acts, nil
}

// purposes fills in what was chosen one by one.
func (r *Reports) purposes(ctx context.Context, out *Consents, acts map[Day]map[string]int64) error {
	byDay, err := r.told(ctx, DimConsentPurpose, out.Range, acts)
	if err != nil {
		return err
	}
	sums := make(map[string]*PurposeAnswers)
	told := make(map[string]int64) // answers one by one of the days on which a purpose is told
	for day, rows := range byDay {
		for i := range rows {
			purpose, suffix := cutFacet(rows[i].Value)
			n := rows[i].Counts[Events]
			if sums[purpose] == nil {
				sums[purpose] = &PurposeAnswers{Purpose: purpose}
			}
			if suffix == suffixWithdrawn {
				sums[purpose].Withdrawn += n
				continue
			}
			sums[purpose].Granted += n
			sums[purpose].Refused += max(0, acts[day][string(OutcomeCustomised)]-n)
			told[purpose] += max(n, acts[day][string(OutcomeCustomised)])
		}
	}
	for purpose, sum := range sums {
		sum.Untold = max(0, out.Total.Customised-told[purpose])
		out.Purposes = append(out.Purposes, *sum)
	}
	slices.SortFunc(out.Purposes, func(a, b PurposeAnswers) int { return cmp.Compare(a.Purpose, b.Purpose) })
	return nil
}

// facets adds the rows of a dimension up by value.
func (r *Reports) facets(ctx context.Context, dim Dimension, days Range, acts map[Day]map[string]int64) ([]FacetAnswers, error) {
	byDay, err := r.told(ctx, dim, days, acts)
	if err != nil {
		return nil, err
	}
	sums := make(map[string]*FacetAnswers)
	for _, rows := range byDay {
		for value, day := range facetDay(rows) {
			if sums[value] == nil {
				sums[value] = &FacetAnswers{Value: value}
			}
			sums[value].add(day)
		}
	}
	list := make([]FacetAnswers, 0, len(sums))
	for _, sum := range sums {
		list = append(list, *sum)
	}
	slices.SortFunc(list, func(a, b FacetAnswers) int {
		return cmp.Or(cmp.Compare(b.Shown, a.Shown), cmp.Compare(b.Accepted+b.Customised, a.Accepted+a.Customised), cmp.Compare(a.Value, b.Value))
	})
	return list, nil
}

// facetDay sorts the rows of one day by value.
func facetDay(rows []Row) map[string]*FacetAnswers {
	day := make(map[string]*FacetAnswers)
	for i := range rows {
		value, suffix := cutFacet(rows[i].Value)
		n := rows[i].Counts[Events]
		if day[value] == nil {
			day[value] = new(FacetAnswers)
		}
		switch Outcome(suffix) {
		case OutcomeShown:
			day[value].Shown += n
		case OutcomeAccepted:
			day[value].Accepted += n
		case OutcomeCustomised:
			day[value].Customised += n
		}
	}
	return day
}

// add adds a day to f.
func (f *FacetAnswers) add(day *FacetAnswers) {
	grants := day.Accepted + day.Customised
	f.Shown += day.Shown
	f.Accepted += day.Accepted
	f.Customised += day.Customised
	if day.Shown > 0 {
		f.Rest += max(0, day.Shown-grants)
	}
	if day.Shown > 0 && day.Accepted > 0 {
		f.Rated += max(day.Shown, grants)
		f.RatedGrants += grants
	}
}

// told returns the rows of a dimension about acts that may be told, by day.
func (r *Reports) told(ctx context.Context, dim Dimension, days Range, acts map[Day]map[string]int64) (map[Day][]Row, error) {
	byDay, err := r.daily(ctx, dim, days)
	if err != nil {
		return nil, err
	}
	for day, rows := range byDay {
		if k := r.floors.Of(dim); k > 1 {
			foldActs(day, dim, k, rows, acts[day])
		}
		byDay[day] = slices.DeleteFunc(rows, func(row Row) bool { return row.Counts[Events] <= 0 })
	}
	return byDay, nil
}

// daily returns the rows of a dimension by day, those of the live instance added.
func (r *Reports) daily(ctx context.Context, dim Dimension, days Range) (map[Day][]Row, error) {
	byDay := make(map[Day][]Row)
	err := r.rows(ctx, dim, days, func(row *Row) { byDay[row.Day] = append(byDay[row.Day], *row) })
	if err != nil {
		return nil, err
	}
	return byDay, nil
}
