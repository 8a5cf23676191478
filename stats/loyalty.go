package stats

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Values of [DimReturn]: each visitor who consented to statistics adds one to some of them, once a day.
const (
	ReturnDay   = "day"   // seen on this day
	ReturnWeek  = "week"  // seen for the first time in this week, which begins on Monday
	ReturnMonth = "month" // seen for the first time in this month
	ReturnNew   = "new"   // never seen before
)

// Return is what the browser of a visitor who consented to statistics keeps: no identifier, two dates.
// It must be told once for each visitor and day: where Last is the day itself, nothing is counted.
type Return struct {
	Day   Day
	Known bool // the visitor was here before
	Last  Day  // day of the last visit, if Known
	First Day  // any day of the month of the first visit, if Known
}

// AddReturn counts a visitor who consented. Dates that cannot be (a last visit in the future, a first
// after the last) come from a forged cookie or a clock put back, and make the visitor a new one.
func (a *Aggregator) AddReturn(r Return) {
	if r.Known && r.Last == r.Day {
		return
	}
	if r.Last > r.Day || monthOf(r.First) > monthOf(r.Last) {
		r.Known = false
	}
	s := a.lock()
	defer s.mu.Unlock()
	t := s.tally(r.Day)
	if t == nil {
		return
	}
	note := func(dim Dimension, value string) { t.signal(dim, value, 1, 0, 1) }
	note(DimReturn, ReturnDay)
	if !r.Known {
		r.First = r.Day
		note(DimReturn, ReturnNew)
	}
	if !r.Known || firstOf(r.Last, ByWeek) < firstOf(r.Day, ByWeek) {
		note(DimReturn, ReturnWeek)
	}
	if !r.Known || monthOf(r.Last) < monthOf(r.Day) {
		note(DimReturn, ReturnMonth)
		note(DimCohort, nameOfMonth(r.First))
	}
}

// monthOf returns the first day of the month that holds d.
func monthOf(d Day) Day { return firstOf(d, ByMonth) }

// nameOfMonth returns the month of d as "2026-03".
func nameOfMonth(d Day) string { return d.Time(time.UTC).Format("2006-01") }

// Loyalty is what visitors who consented to statistics tell of coming back. All numbers are exact for
// browsers that keep their cookies.
type Loyalty struct {
	Range  Range
	Points []LoyaltyPoint // one for each unit of the range, in order
}

// LoyaltyPoint is one day, week or month.
type LoyaltyPoint struct {
	First     Day
	Visitors  int64 // different visitors in it who consented
	New       int64 // of those, never seen before
	Returning int64 // of those, seen before
}

// Loyalty returns daily, weekly or monthly visitors of the consented lane: unit is [ByDay], [ByWeek] or
// [ByMonth]. The range is widened to whole units.
func (r *Reports) Loyalty(ctx context.Context, days Range, unit Unit) (Loyalty, error) {
	value := map[Unit]string{ByWeek: ReturnWeek, ByMonth: ReturnMonth}[unit]
	if value == "" {
		unit, value = ByDay, ReturnDay
	}
	days = Range{firstOf(days.First, unit), nextOf(firstOf(days.Last, unit), unit) - 1}
	out := Loyalty{Range: days}
	if err := days.check(); err != nil {
		return out, err
	}
	byDay, err := r.daily(ctx, DimReturn, days)
	if err != nil {
		return out, err
	}
	for first := days.First; first <= days.Last; first = nextOf(first, unit) {
		p := LoyaltyPoint{First: first}
		for day := first; day < nextOf(first, unit); day++ {
			for i := range byDay[day] {
				switch n := byDay[day][i].Counts[Visitors]; byDay[day][i].Value {
				case value:
					p.Visitors += n
				case ReturnNew:
					p.New += n
				}
			}
		}
		p.Visitors = max(p.Visitors, p.New)
		p.Returning = p.Visitors - p.New
		out.Points = append(out.Points, p)
	}
	return out, nil
}

// Cohort is the visitors whose first visit was in one month, and how many of them came in each month of
// a range. Months in which fewer came than may be told on their days are lower than they were.
type Cohort struct {
	Month string  // "2026-03"
	Came  []int64 // by month of the range
}

// Cohorts returns a row for each month of first visits that is told of, the oldest first, and the
// months of its columns. The range is widened to whole months.
func (r *Reports) Cohorts(ctx context.Context, days Range) (months []string, cohorts []Cohort, err error) {
	days = Range{monthOf(days.First), nextOf(monthOf(days.Last), ByMonth) - 1}
	if err := days.check(); err != nil {
		return nil, nil, err
	}
	var firsts []Day
	for first := days.First; first <= days.Last; first = nextOf(first, ByMonth) {
		firsts = append(firsts, first)
		months = append(months, nameOfMonth(first))
	}
	byDay, err := r.daily(ctx, DimCohort, days)
	if err != nil {
		return nil, nil, err
	}
	rows := map[string][]int64{}
	for day, list := range byDay {
		column, _ := slices.BinarySearch(firsts, monthOf(day))
		for i := range list {
			if n := list[i].Counts[Visitors]; n >= int64(r.floors.Of(DimCohort)) {
				if rows[list[i].Value] == nil {
					rows[list[i].Value] = make([]int64, len(months))
				}
				rows[list[i].Value][column] += n
			}
		}
	}
	for name, came := range rows {
		cohorts = append(cohorts, Cohort{name, came})
	}
	slices.SortFunc(cohorts, func(a, b Cohort) int { return strings.Compare(a.Month, b.Month) })
	return months, cohorts, nil
}
