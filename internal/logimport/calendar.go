package logimport

import "github.com/kelisim/kelisim/stats"

// calendar ends the days that lie too far behind for a line to come back to them. The log has reached a
// day when two lines in a row have: a single one far ahead (a clock that was wrong once) ends nothing.
type calendar struct {
	lines  int       // seen, up to 2
	day    stats.Day // of the last line
	latest stats.Day // that the log has reached
	late   int       // changes to a day that has ended since days were gathered
}

// maxLate bounds how many days that have ended an aggregator counts for between gatherings.
const maxLate = 128

// see takes notice of a line's day. It reports whether that day has ended in a.
func (c *calendar) see(day stats.Day, a *stats.Aggregator) (late bool) {
	if c.lines == 2 && day == c.day && day <= c.latest {
		return day <= c.latest-daysAlive
	}
	if reached := min(day, c.day); c.lines == 1 || c.lines == 2 && reached > c.latest {
		c.latest = reached
		a.EndDays(reached - daysAlive + 1)
	}
	c.lines = min(c.lines+1, 2)
	c.day = day
	late = c.lines == 2 && day <= c.latest-daysAlive
	if late {
		if c.late++; c.late >= maxLate {
			c.late = 0
			a.Gather()
		}
	}
	return late
}
