package accesslog

import (
	"strings"
	"time"
)

// clock reads the times of log lines. Lines come in order, so the date and the zone are nearly always
// those of the line before.
type clock struct {
	date string // "17/May/2015"
	zone string // "+0000"
	base time.Time
}

const stampLayout = "02/Jan/2006:15:04:05 -0700"

// read reads a time in the layout of the Common Log Format.
func (c *clock) read(s string) (time.Time, bool) {
	if len(s) != len(stampLayout) || s[11] != ':' || s[14] != ':' || s[17] != ':' || s[20] != ' ' {
		return time.Time{}, false
	}
	if s[:11] != c.date || s[21:] != c.zone {
		base, err := time.Parse(stampLayout, s[:12]+"00:00:00"+s[20:])
		if err != nil {
			return time.Time{}, false
		}
		c.date, c.zone, c.base = strings.Clone(s[:11]), strings.Clone(s[21:]), base
	}
	hour, okHour := digits(s[12:14], 23)
	minute, okMinute := digits(s[15:17], 59)
	second, okSecond := digits(s[18:20], 60)
	if !okHour || !okMinute || !okSecond {
		return time.Time{}, false
	}
	return c.base.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second), true
}

func digits(s string, most int) (int, bool) {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	n := int(s[0]-'0')*10 + int(s[1]-'0')
	return n, n <= most
}
