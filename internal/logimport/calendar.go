package logimport

import "github.com/kelisim/kelisim/stats"

// calendar ends the days that lie too far behind for a line to come back to them. A single line far
// ahead of its neighbours (a clock that was wrong once) ends nothing.
type calendar struct {
	begun  bool
	latest stats.Day
	ahead  stats.Day // of the last line that was ahead of latest
	day    stats.Day // of the last line
	late   int       // changes of the day to a late one since days were gathered
}

// maxLate bounds how many days that have ended an aggregator counts for between gatherings.
const maxLate = 128

// see takes notice of a line's day. It reports whether that day has ended in a.
func (c *calendar) see(day stats.Day, a *stats.Aggregator) (late bool) {
	if c.begun && day == c.day && day <= c.latest {
		return day <= c.latest-daysAlive
	}
	switch {
	case !c.begun:
		c.begun, c.latest = true, day
	case day > c.latest && day == c.ahead:
		c.latest = day
		a.EndDays(day - daysAlive + 1)
	case day > c.latest:
		c.ahead = day
	case day <= c.latest-daysAlive:
		if c.late++; c.late >= maxLate {
			c.late = 0
			a.Gather()
		}
	}
	c.day = day
	return day <= c.latest-daysAlive
}
