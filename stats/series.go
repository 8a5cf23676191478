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
	err := r.totals(ctx, read, func(t Total) {
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

// emptySeries returns the points of a range.
func emptySeries(days Range, unit Unit, zone *time.Location) (points []Point) {
	end := (days.Last + 1).Time(zone)
	for at := startOf(days.First.Time(zone), unit); at.Before(end); at = next(at, unit) {
		points = append(points, Point{At: at})
	}
	return points
}

// startOf returns the beginning of the unit that holds t, in the zone of t.
func startOf(t time.Time, unit Unit) time.Time {
	year, month, day := t.Date()
	switch unit {
	case ByHour:
		return hourOf(t, t.Location())
	case ByWeek:
		return time.Date(year, month, day-weekday(dayOf(t)), 0, 0, 0, 0, t.Location())
	case ByMonth:
		return time.Date(year, month, 1, 0, 0, 0, 0, t.Location())
	default:
		return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
	}
}

// next returns the beginning of the unit after the one that begins at t.
func next(t time.Time, unit Unit) time.Time {
	year, month, day := t.Date()
	switch unit {
	case ByHour:
		return t.Add(time.Hour)
	case ByWeek:
		return time.Date(year, month, day+7, 0, 0, 0, 0, t.Location())
	case ByMonth:
		return time.Date(year, month+1, 1, 0, 0, 0, 0, t.Location())
	default:
		return time.Date(year, month, day+1, 0, 0, 0, 0, t.Location())
	}
}

// instant returns when an hour of a day began. An hour that a clock change left out is the next one,
// an hour that it repeated is the first of the two.
func instant(day Day, hour uint8, zone *time.Location) time.Time {
	year, month, date := day.Time(time.UTC).Date()
	return time.Date(year, month, date, int(hour), 0, 0, 0, zone)
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
