package visit

import "time"

// Day is a calendar day of the site's time zone, counted from 1970-01-01 (day 0).
// It is the unit of everything that is kept: keys die with their day, statistics close with it.
type Day int32

// DayOf returns the day and the hour (0–23) at which t falls in zone.
func DayOf(t time.Time, zone *time.Location) (Day, uint8) {
	local := t.In(zone)
	year, month, day := local.Date()
	return DateOf(year, month, day), uint8(local.Hour())
}

// DateOf returns the Day of a calendar date.
func DateOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Time returns the instant at which d begins in zone: midnight as a rule, the clock change where it leaves
// midnight out (America/Santiago), and the first of two midnights (America/Havana). A day that a zone
// left out altogether (Pacific/Apia, 2011-12-30) begins and ends with the change.
func (d Day) Time(zone *time.Location) time.Time {
	year, month, day := time.Unix(int64(d)*86400, 0).UTC().Date()
	at := time.Date(year, month, day, 0, 0, 0, 0, zone)
	start, end := at.ZoneBounds()
	if on, _ := DayOf(at, zone); on < d && !end.IsZero() { // [time.Date] answers with either side of the gap
		return end
	} else if on > d || at.Hour()+at.Minute() > 0 {
		return start
	}
	if start.IsZero() {
		return at
	}
	_, after := at.Zone()
	_, before := start.Add(-1).Zone()
	first := at.Add(time.Duration(after-before) * time.Second)
	if on, _ := DayOf(first, zone); before > after && first.Before(start) && on == d {
		return first
	}
	return at
}

// String returns d as YYYY-MM-DD.
func (d Day) String() string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }
