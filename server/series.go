package server

import (
	"context"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// column is one point in time of the chart.
type column struct {
	Day    stats.Day // its first day within the range
	End    stats.Day // its last day within the range
	Hour   int       // 0–23, or -1 where it is a day or more
	Counts stats.Counts
	Whole  bool // it is over: not cut short by the range's edge or by now
}

// heat is what happened by weekday (Monday first) and hour.
type heat [7][24]stats.Counts

// series is the totals of a range, by column, by weekday and hour, and in all.
type series struct {
	Columns []column
	Heat    heat
	Total   stats.Counts
	Any     bool
}

// readSeries reads the hourly totals from first to last once and sorts them into columns, in the zone
// of p. Hours after cutoff (counted from the beginning of the range) are left out of the total, so that an
// unfinished range is compared with as much of the one before.
func readSeries(ctx context.Context, rep Reports, p *period, first, last stats.Day, cutoff int) (series, error) {
	var out series
	out.Columns = columns(p, first, last)
	points, err := rep.Series(ctx, stats.Range{First: first, Last: last}, stats.ByHour, p.location())
	if err != nil {
		return series{}, err
	}
	if rep.Filter() != (stats.Filter{}) && p.By != byHour && !p.Zoned {
		return out.narrowed(ctx, rep, p, points, cutoff)
	}
	out.sort(points, first, last, cutoff)
	if rep.Filter().Dim == stats.DimPage && !p.Zoned { // of which days tell more than their hours
		days := *p
		days.By = byDay
		daily, err := series{Columns: columns(&days, first, last)}.narrowed(ctx, rep, &days, points, cutoff)
		out.Total = daily.Total
		return out, err
	}
	return out, nil
}

// narrowed is the series under a filter: hours tell less than days, since fewer visitors carry each, so that
// only the map of hours and the hours of an unfinished day are made of them.
func (out series) narrowed(ctx context.Context, rep Reports, p *period, hours []stats.Point, cutoff int) (series, error) {
	first, last := out.Columns[0].Day, out.Columns[len(out.Columns)-1].End
	days, err := rep.Series(ctx, stats.Range{First: first, Last: last}, stats.ByDay, p.location())
	if err != nil {
		return series{}, err
	}
	byHour := out
	byHour.Columns = columns(p, first, last)
	byHour.sort(hours, first, last, cutoff)
	whole := last
	if cutoff != noCutoff {
		whole = first + stats.Day(cutoff/24) - 1
	}
	out.sort(days, first, last, int(whole-first)*24)
	for i := range hours {
		if day, h := visit.DayOf(hours[i].At, hours[i].At.Location()); day == whole+1 && int(day-first)*24+int(h) <= cutoff {
			out.Total.Add(&hours[i].Counts)
		}
	}
	out.Heat = byHour.Heat
	return out, nil
}

// sort adds points to their columns, and those up to cutoff to the total.
func (out *series) sort(points []stats.Point, first, last stats.Day, cutoff int) {
	at := 0
	for i := range points {
		day, h := visit.DayOf(points[i].At, points[i].At.Location())
		hour := int(h)
		if points[i].Counts == (stats.Counts{}) || day < first || day > last {
			continue
		}
		for at < len(out.Columns)-1 && !out.Columns[at].holds(day, hour) {
			at++
		}
		for at > 0 && !out.Columns[at].holds(day, hour) {
			at--
		}
		if !out.Columns[at].holds(day, hour) { // another instance's clock is ahead of ours
			at = len(out.Columns) - 1
		}
		out.add(at, day, hour, &points[i].Counts, int(day-first)*24+hour <= cutoff)
	}
}

func (c *column) holds(day stats.Day, hour int) bool {
	return day >= c.Day && day <= c.End && (c.Hour < 0 || c.Hour == hour)
}

func (out *series) add(at int, day stats.Day, hour int, counts *stats.Counts, total bool) {
	out.Any = true
	weekday := (int(civil(day).Weekday()) + 6) % 7
	for m, v := range counts {
		out.Columns[at].Counts[m] += v
		out.Heat[weekday][hour][m] += v
		if total {
			out.Total[m] += v
		}
	}
}

// sinceWhen is the first day of which p is told, in words, where that is later than its beginning: under a filter, hours and even days
// may be kept for less long than the totals.
func sinceWhen(l *locale, p *period, from stats.Day) string {
	if from <= p.First {
		return ""
	}
	return l.ShortDate(from)
}

// chartFrom is the first day of which the curve and the totals over it are kept.
func chartFrom(rep Reports, p *period) stats.Day {
	unit := stats.ByDay
	if p.By == byHour {
		unit = stats.ByHour
	}
	return rep.SeriesFrom(unit, p.location())
}

// hoursFrom is the first day of which the map of hours is kept.
func hoursFrom(rep Reports, p *period) stats.Day { return rep.SeriesFrom(stats.ByHour, p.location()) }

// columns returns the empty columns of a range.
func columns(p *period, first, last stats.Day) []column {
	_, nowHour := visit.DayOf(p.now, p.location())
	var all []column
	for day := p.By.floor(first); day <= last; day = p.By.next(day) {
		c := column{Day: max(day, first), End: min(p.By.next(day)-1, last), Hour: -1}
		c.Whole = day >= first && p.By.next(day)-1 <= last && c.End < p.Today
		if p.By != byHour {
			all = append(all, c)
			continue
		}
		for h := range 24 {
			if c.Day == p.Today && h > int(nowHour) {
				break
			}
			c.Hour, c.Whole = h, c.Day < p.Today || h < int(nowHour)
			all = append(all, c)
		}
	}
	return all
}

// noCutoff leaves no hour out.
const noCutoff = rangeMax * 24

// cutoff is the hour of the range that now falls in, or noCutoff when the range is over.
func (p *period) cutoff() int {
	day, hour := visit.DayOf(p.now, p.location())
	if p.Last < day {
		return noCutoff
	}
	return int(day-p.First)*24 + int(hour)
}
