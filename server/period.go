package server

import (
	"net/url"
	"strconv"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// rangeMax is the longest range, in days.
const rangeMax = stats.MaxRange

// Comparisons.
const (
	comparePrevious = "previous"
	compareYear     = "year"
	compareNone     = "none"
)

// span is what the store holds.
type span struct {
	first, last stats.Day
	ok          bool
}

// period is the stretch of days a page is about, out of its address. Every address gives one:
// what is wrong or out of bounds is put right, never refused.
type period struct {
	Preset      string // one of presets, "custom" or "held": the last days that hold data
	First, Last stats.Day
	Today       stats.Day
	Compare     string
	By          step
	Offset      int  // hours east of UTC, where zoned
	Zoned       bool // counted in another time zone than the site's
	Held        bool // the default was empty; the last days that hold data are shown instead
	now         time.Time
	zone        *time.Location // the site's
}

// presets are the named ranges, in the order of the menu.
var presets = [...]string{"today", "yesterday", "7d", "30d", "month", "lastmonth", "12m", "all"}

func parsePeriod(q url.Values, held span, now time.Time, zone *time.Location) period {
	p := period{now: now, zone: zone}
	p.parseZone(q.Get("tz"))
	p.Today, _ = visit.DayOf(now, p.location())
	p.parseDays(q, held)
	p.clamp(held)
	p.parseCompare(q.Get("compare"))
	p.By = parseStep(q.Get("by"), p.Days())
	return p
}

func (p *period) parseZone(tz string) {
	hours, err := strconv.Atoi(tz)
	if err != nil || hours < -12 || hours > 14 {
		return
	}
	if _, site := p.now.In(p.zone).Zone(); site == hours*3600 {
		return
	}
	p.Offset, p.Zoned = hours, true
}

// location is the zone in which the page's totals are counted.
func (p *period) location() *time.Location {
	if p.Zoned {
		return time.FixedZone("", p.Offset*3600)
	}
	return p.zone
}

func (p *period) parseDays(q url.Values, held span) {
	from, fromOK := parseDay(q.Get("from"))
	to, toOK := parseDay(q.Get("to"))
	switch {
	case fromOK && toOK:
		p.Preset, p.First, p.Last = "custom", min(from, to), max(from, to)
	case fromOK:
		p.Preset, p.First, p.Last = "custom", from, max(from, p.Today)
	case toOK:
		p.Preset, p.First, p.Last = "custom", to-6, to
	default:
		p.named(q.Get("range"), held)
	}
}

func (p *period) named(name string, held span) {
	today := civil(p.Today)
	p.Preset, p.Last = name, p.Today
	switch name {
	case "today":
		p.First = p.Today
	case "yesterday":
		p.First, p.Last = p.Today-1, p.Today-1
	case "7d":
		p.First = p.Today - 6
	case "30d":
		p.First = p.Today - 29
	case "month":
		p.First = visit.DateOf(today.Year(), today.Month(), 1)
	case "lastmonth":
		p.First, p.Last = visit.DateOf(today.Year(), today.Month()-1, 1), visit.DateOf(today.Year(), today.Month(), 1)-1
	case "12m":
		p.First = visit.DateOf(today.Year(), today.Month()-11, 1)
	case "all":
		p.First = held.first
		if !held.ok {
			p.First = p.Today
		}
	default:
		p.usual(held)
	}
}

// usual is the range of an address that names none: the last 7 days, or where they hold nothing, the
// last 7 days that do.
func (p *period) usual(held span) {
	p.Preset, p.First, p.Last = "7d", p.Today-6, p.Today
	if held.ok && held.last < p.First {
		p.Preset, p.First, p.Last, p.Held = "held", held.last-6, held.last, true
	}
}

// clamp keeps the range within what exists, as far as it touches it, and within rangeMax.
func (p *period) clamp(held span) {
	p.Last = max(min(p.Last, p.Today), -rangeMax)
	p.First = min(p.First, p.Last)
	if held.ok && held.first <= p.Last {
		p.First = max(p.First, held.first)
	}
	p.First = max(p.First, p.Last-rangeMax+1)
}

func (p *period) parseCompare(value string) {
	switch value {
	case compareYear, compareNone:
		p.Compare = value
	default:
		p.Compare = comparePrevious
	}
}

// Days is the number of days in the range.
func (p *period) Days() int { return int(p.Last-p.First) + 1 }

// before returns the range that this one is compared with; ok is false for none.
func (p *period) before() (first, last stats.Day, ok bool) {
	switch p.Compare {
	case compareNone:
		return 0, 0, false
	case compareYear:
		ago := stats.Range{First: p.First, Last: p.Last}.YearBefore()
		if p.wholeMonths() { // February ends on its own last day
			b := civil(p.Last)
			ago.Last = visit.DateOf(b.Year()-1, b.Month()+1, 1) - 1
		}
		return ago.First, ago.Last, true
	}
	if n := stats.Day(p.Days()); p.wholeMonths() {
		a := civil(p.First)
		months := 1 + monthsBetween(p.First, p.Last)
		return visit.DateOf(a.Year(), a.Month()-time.Month(months), 1), p.First - 1, true
	} else {
		return p.First - n, p.First - 1, true
	}
}

// wholeMonths reports whether the range begins and ends with a month.
func (p *period) wholeMonths() bool { return civil(p.First).Day() == 1 && civil(p.Last+1).Day() == 1 }

func monthsBetween(first, last stats.Day) int {
	a, b := civil(first), civil(last)
	return (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
}

// parseDay reads YYYY-MM-DD.
func parseDay(s string) (stats.Day, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1990 || t.Year() > 9000 {
		return 0, false
	}
	return stats.Day(t.Unix() / 86400), true
}

// step is the width of a column of the chart.
type step string

// Steps.
const (
	byHour  step = "hour"
	byDay   step = "day"
	byWeek  step = "week"
	byMonth step = "month"
)

var steps = [...]step{byHour, byDay, byWeek, byMonth}

// fits reports whether a range of so many days can be shown by s: neither a single column nor thousands.
func (s step) fits(days int) bool {
	switch s {
	case byHour:
		return days <= 31
	case byDay:
		return days >= 2 && days <= 2*366
	case byWeek:
		return days >= 14
	case byMonth:
		return days >= 45
	}
	return false
}

func parseStep(value string, days int) step {
	if s := step(value); s.fits(days) {
		return s
	}
	switch {
	case days <= 2:
		return byHour
	case days <= 92:
		return byDay
	case days <= 200:
		return byWeek
	}
	return byMonth
}

// floor returns the first day of the column that d falls in.
func (s step) floor(d stats.Day) stats.Day {
	t := civil(d)
	switch s {
	case byWeek:
		return d - stats.Day((int(t.Weekday())+6)%7) // ISO 8601: weeks begin on Monday
	case byMonth:
		return visit.DateOf(t.Year(), t.Month(), 1)
	}
	return d
}

// next returns the first day of the column after the one that begins on d.
func (s step) next(d stats.Day) stats.Day {
	switch s {
	case byWeek:
		return d + 7
	case byMonth:
		t := civil(d)
		return visit.DateOf(t.Year(), t.Month()+1, 1)
	}
	return d + 1
}
