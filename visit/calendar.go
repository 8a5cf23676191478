package visit

import (
	"sync/atomic"
	"time"
)

// calendar remembers which hour of which day it is, so that the hot path does no calendar arithmetic.
type calendar struct {
	zone *time.Location
	now  atomic.Pointer[hour]
}

// hour is one hour of a day of the zone, in Unix seconds. Where a clock change falls within it, begin
// and end enclose only the part around the time it was made for.
type hour struct {
	begin, end int64
	opens      int64 // when its day began
	day        Day
	hour       uint8
}

func (c *calendar) at(t time.Time) *hour {
	unix := t.Unix()
	if h := c.now.Load(); h != nil && unix >= h.begin && unix < h.end {
		return h
	}
	h := newHour(t, c.zone)
	c.now.Store(h)
	return h
}

// newHour takes quarters of an hour, at whose beginnings all clock changes of this century lie.
func newHour(t time.Time, zone *time.Location) *hour {
	day, h := DayOf(t, zone)
	begin := t.Unix() - t.Unix()%900
	return &hour{begin: begin, end: begin + 900, opens: day.Time(zone).Unix(), day: day, hour: h}
}

// date returns the day and the hour of t.
func (c *calendar) date(t time.Time) (Day, uint8) {
	h := c.at(t)
	return h.day, h.hour
}

// opening reports that t is so early on day that a visit may have begun on the day before.
func (c *calendar) opening(t time.Time, day Day) bool {
	h := c.at(t)
	return h.day == day && t.Unix()-h.opens <= int64(VisitPause/time.Second)
}
