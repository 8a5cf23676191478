package stats

import (
	"context"
	"sort"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Unit is the width of the points of a series.
type Unit uint8

// Units of a series.
const (
	ByHour Unit = iota + 1
	ByDay
	ByWeek // from Monday
	ByMonth
)

// Point is the totals from At until the next point.
type Point struct {
	At     time.Time // in the zone that was asked for
	Counts Counts
}

// BounceRate is as in [Summary].
func (p Point) BounceRate() float64 { return bounceRate(&p.Counts) }

// Series returns one point for each unit of the range, empty ones included, in order. The range is of
// days of zone; nil is the site's. In another zone hours are whole: an hour of the site belongs to the
// hour of zone in which it begins. A point of a week or month holds only days of the range.
func (r *Reports) Series(ctx context.Context, days Range, unit Unit, zone *time.Location) ([]Point, error) {
	if zone == nil {
		zone = r.zone
	}
	if err := days.check(); err != nil {
		return nil, err
	}
	read := days
	if zone != r.zone {
		read = Range{days.First - 1, days.Last + 1}
	}
	points := emptySeries(days, unit, zone)
	err := r.totals(ctx, read, unit == ByHour || zone != r.zone, func(t Total) {
		at := instant(t.Day, t.Hour, r.zone).In(zone)
		if day := dayOf(at); day < days.First || day > days.Last {
			return
		}
		i := sort.Search(len(points), func(i int) bool { return points[i].At.After(at) })
		if i > 0 {
			points[i-1].Counts.Add(&t.Counts)
		}
	})
	return points, err
}

// SeriesFrom returns the first day of which [Reports.Series] of a unit and zone tells what was counted. Days under a filter are those of
// its list, hours are counted together with it: both may be kept for less long than the totals, and what is earlier is 0.
func (r *Reports) SeriesFrom(unit Unit, zone *time.Location) Day {
	dim := r.filter.Dim
	switch {
	case r.filter == (Filter{}):
		return r.kept().of(KindTotals)
	case unit == ByHour || zone != nil && zone != r.zone:
		dim, _ = PairOf(dim, dimHour)
	}
	return r.kept().From(dim)
}

// FlowsFrom returns the first day of which [Reports.Flows] tells ways.
func (r *Reports) FlowsFrom() Day { return r.kept().From(DimFlow) }

// emptySeries returns the points of a range.
func emptySeries(days Range, unit Unit, zone *time.Location) (points []Point) {
	if unit == ByHour {
		points = make([]Point, 0, days.Days()*24+2) // five years are ten megabytes, which are not copied again and again
		end := begin(days.Last+1, zone)
		for at := begin(days.First, zone); at.Before(end); at = at.Add(time.Hour) {
			points = append(points, Point{At: at})
		}
		return points
	}
	for day := firstOf(days.First, unit); day <= days.Last; day = nextOf(day, unit) {
		points = append(points, Point{At: begin(day, zone)})
	}
	return points
}

// firstOf returns the first day of the unit that holds day.
func firstOf(day Day, unit Unit) Day {
	switch unit {
	case ByWeek:
		return day - Day(weekday(day))
	case ByMonth:
		return day - Day(day.Time(time.UTC).Day()-1)
	default:
		return day
	}
}

// nextOf returns the first day of the unit after the one that begins with day.
func nextOf(day Day, unit Unit) Day {
	switch unit {
	case ByWeek:
		return day + 7
	case ByMonth:
		return dayOf(day.Time(time.UTC).AddDate(0, 1, 0))
	default:
		return day + 1
	}
}

// begin returns when a day begins in zone: not at midnight where a clock change leaves it out.
func begin(day Day, zone *time.Location) time.Time { return instant(day, 0, zone) }

// instant returns when an hour of a day began. An hour that a clock change left out is the next one,
// an hour that it repeated is the first of the two.
func instant(day Day, hour uint8, zone *time.Location) time.Time {
	year, month, date := day.Time(time.UTC).Date()
	at := time.Date(year, month, date, int(hour), 0, 0, 0, zone)
	for range 4 { // [time.Date] may answer with the hour before the gap
		if dayOf(at) >= day {
			break
		}
		at = at.Add(30 * time.Minute)
	}
	if first := at.Add(-time.Hour); first.Hour() == at.Hour() && dayOf(first) == day {
		return first
	}
	return at
}

func dayOf(t time.Time) Day {
	day, _ := visit.DayOf(t, t.Location())
	return day
}

// Recent returns the totals of the last n hours up to the one that holds now, the live instance's
// included; n is cut to 1–168.
func (r *Reports) Recent(ctx context.Context, now time.Time, n int) ([]Point, error) {
	n = min(max(n, 1), 168)
	last := hourOf(now, r.zone)
	first := last.Add(-time.Duration(n-1) * time.Hour)
	series, err := r.Series(ctx, Range{dayOf(first.In(r.zone)), dayOf(last)}, ByHour, nil)
	if err != nil {
		return nil, err
	}
	var recent []Point
	for _, p := range series {
		if !p.At.Before(first) && !p.At.After(last) {
			recent = append(recent, p)
		}
	}
	return recent, nil
}
