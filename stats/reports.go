package stats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Range is a run of days of the site's zone, both ends included.
type Range struct{ First, Last Day }

// MaxRange is the longest range that may be asked for, in days: ten years.
const MaxRange = 3660

// ErrRange is returned for a range that ends before it begins or is longer than [MaxRange].
var ErrRange = errors.New("stats: the range must end on or after its first day and span at most ten years")

// Days returns the number of days of r.
func (r Range) Days() int { return int(r.Last) - int(r.First) + 1 }

// Previous returns the range of the same length just before r.
func (r Range) Previous() Range { return Range{r.First - Day(r.Days()), r.First - 1} }

// YearBefore returns the same dates one year earlier; 29 February becomes 28 February.
func (r Range) YearBefore() Range { return Range{yearBefore(r.First), yearBefore(r.Last)} }

func (r Range) check() error {
	if r.Last < r.First || r.Days() > MaxRange {
		return fmt.Errorf("%w: %v to %v", ErrRange, r.First, r.Last)
	}
	return nil
}

func yearBefore(d Day) Day {
	t := d.Time(time.UTC)
	if t.Month() == time.February && t.Day() == 29 {
		t = t.AddDate(0, 0, -1)
	}
	return dayOf(t.AddDate(-1, 0, 0))
}

// ReportOptions are the options of [Reports].
type ReportOptions struct {
	Zone   *time.Location // of the site: the one in which days were counted. Default UTC
	Floors Floors         // k of every reader. Default: 5 for persons, 1 for the rest
	// Apart is for readers whose floors are above those of the site: a value is told only where what a day's totals and lines
	// say beyond it holds k visitors, too; it is for lists of page views without a filter. Reading takes longer by it.
	Apart bool
	Kept  func() Kept // how long each kind is kept: what is older is not read. Default: for ever
}

// Reports answers questions. What rests in the source and what the live instance holds are added, and
// no value is told that fewer than k visitors of its day carry. Safe for concurrent use.
type Reports struct {
	source Source
	live   Live // nil for none
	zone   *time.Location
	floors Floors
	kept   func() Kept
	filter Filter // see Under
	apart  bool
	months *monthsApart
}

// NewReports returns Reports over source and, unless it is nil, live.
func NewReports(source Source, live Live, o ReportOptions) *Reports {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Kept == nil {
		o.Kept = func() Kept { return nil }
	}
	return &Reports{source: source, live: live, zone: o.Zone, floors: o.Floors.withDefaults(), kept: o.Kept, apart: o.Apart, months: newMonthsApart()}
}

// Zone returns the site's time zone.
func (r *Reports) Zone() *time.Location { return r.zone }

// Floors returns the k that apply.
func (r *Reports) Floors() Floors { return r.floors }

// Summary is the totals of a range and the ratios that follow from them.
type Summary struct {
	Range  Range
	Counts Counts
}

// BounceRate is the share of visits with one page view, 0–1; 0 without visits. Under a page it is of those that began there.
func (s Summary) BounceRate() float64 { return bounceRate(&s.Counts) }

// ViewsPerVisit is the mean number of page views of a visit; 0 without visits, and under a page.
func (s Summary) ViewsPerVisit() float64 { return viewsPerVisit(&s.Counts) }

// MeanVisit is the mean time between the first and the last page view of a visit; 0 without visits, and under a page: see
// [Summary.TimeOnPage].
func (s Summary) MeanVisit() time.Duration { return meanVisit(&s.Counts) }

func bounceRate(c *Counts) float64 {
	if begun(c) <= 0 {
		return 0
	}
	return min(max(float64(c[Bounces])/float64(begun(c)), 0), 1)
}

func viewsPerVisit(c *Counts) float64 {
	if c[Visits] <= 0 {
		return 0
	}
	return float64(c[Views]) / float64(c[Visits])
}

func meanVisit(c *Counts) time.Duration {
	if c[Visits] <= 0 {
		return 0
	}
	return time.Duration(float64(c[Seconds]) / float64(c[Visits]) * float64(time.Second))
}

// Summary returns the totals of the range.
func (r *Reports) Summary(ctx context.Context, days Range) (Summary, error) {
	s := Summary{Range: days}
	if err := days.check(); err != nil {
		return s, err
	}
	err := r.totals(ctx, days, false, func(t Total) { s.Counts.Add(&t.Counts) })
	return s, err
}

// Comparison is a range beside another.
type Comparison struct{ Now, Before Summary }

// Change returns by what share m grew (0.25: a quarter more); ok is false if there was nothing before.
func (c Comparison) Change(m Measure) (share float64, ok bool) {
	before := c.Before.Counts[m]
	if m >= NumMeasures || before <= 0 {
		return 0, false
	}
	return float64(c.Now.Counts[m]-before) / float64(before), true
}

// Compare returns the totals of two ranges: before is mostly days.Previous() or days.YearBefore().
func (r *Reports) Compare(ctx context.Context, days, before Range) (c Comparison, err error) {
	if c.Now, err = r.Summary(ctx, days); err != nil {
		return c, err
	}
	c.Before, err = r.Summary(ctx, before)
	return c, err
}

// Hours is the totals of each hour of each weekday; index 0 is Monday.
type Hours [7][24]Counts

// Hours returns the totals of the range by weekday and hour of the site's zone.
func (r *Reports) Hours(ctx context.Context, days Range) (*Hours, error) {
	var h Hours
	if err := days.check(); err != nil {
		return &h, err
	}
	err := r.totals(ctx, days, true, func(t Total) { h[weekday(t.Day)][t.Hour].Add(&t.Counts) })
	return &h, err
}

// weekday returns 0 for Monday to 6 for Sunday. Day 0 was a Thursday.
func weekday(d Day) int { return int(((int64(d)+3)%7 + 7) % 7) }

// Folds returns what closing folded on the days of the range, in order of day and dimension.
func (r *Reports) Folds(ctx context.Context, days Range) ([]Fold, error) {
	if err := days.check(); err != nil {
		return nil, err
	}
	return r.folds(ctx, days)
}

// folds returns those of the given dimensions, or all.
func (r *Reports) folds(ctx context.Context, days Range, of ...Dimension) ([]Fold, error) {
	folds, err := r.source.Folds(ctx, days.First, days.Last, of...)
	if err != nil {
		return nil, fmt.Errorf("stats: read folds: %w", err)
	}
	kept := r.kept()
	return slices.DeleteFunc(folds, func(f Fold) bool { return f.Day < kept.From(f.Dim) }), nil
}

// Span returns the first and the last day that hold anything, the live instance's included.
func (r *Reports) Span(ctx context.Context) (days Range, ok bool, err error) {
	days.First, days.Last, ok, err = r.source.Span(ctx)
	if err != nil || r.live == nil {
		return days, ok, err
	}
	r.live.LiveTotals(minDay, maxDay, func(t Total) {
		if !ok {
			days, ok = Range{t.Day, t.Day}, true
		}
		days = Range{min(days.First, t.Day), max(days.Last, t.Day)}
	})
	return days, ok, nil
}

// totals calls f for the totals of the range, at rest and live. An hour may come more than once; unless
// hourly, what a filter leaves comes at hour 0.
func (r *Reports) totals(ctx context.Context, days Range, hourly bool, f func(Total)) error {
	if r.filter != (Filter{}) {
		return r.narrowed(ctx, days, hourly, f)
	}
	safe := func(t Total) {
		if t.Counts[Askers] = 0; t.Hour < 24 { // which nobody tells
			f(t)
		}
	}
	if err := r.source.Totals(ctx, days.First, days.Last, safe); err != nil {
		return fmt.Errorf("stats: read totals: %w", err)
	}
	if r.live != nil {
		r.live.LiveTotals(days.First, days.Last, safe)
	}
	return nil
}
