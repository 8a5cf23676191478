package consent

import (
	"strings"
	"time"
)

// cookieDate reads a date as RFC 6265 section 5.1.1 has browsers read it: tokens in any order, the
// first that looks like a time, a day of the month, a month and a year. It returns Unix seconds.
func cookieDate(s string) (int64, bool) {
	var d dateTokens
	for start := 0; start < len(s); {
		end := start
		for end < len(s) && !dateDelimiter(s[end]) {
			end++
		}
		if end > start {
			d.take(s[start:end])
		}
		start = end + 1
	}
	return d.unix()
}

func dateDelimiter(c byte) bool {
	return c == 0x09 || c >= 0x20 && c <= 0x2F || c >= 0x3B && c <= 0x40 ||
		c >= 0x5B && c <= 0x60 || c >= 0x7B && c <= 0x7E
}

type dateTokens struct {
	hour, minute, second, day, year    int
	month                              time.Month
	hasTime, hasDay, hasMonth, hasYear bool
}

func (d *dateTokens) take(token string) {
	switch {
	case !d.hasTime && d.takeTime(token):
	case !d.hasDay && takeNumber(token, 1, 2, &d.day):
		d.hasDay = true
	case !d.hasMonth && d.takeMonth(token):
	case !d.hasYear && takeNumber(token, 2, 4, &d.year):
		d.hasYear = true
	}
}

func (d *dateTokens) takeTime(token string) bool {
	hour, rest, ok := strings.Cut(token, ":")
	minute, second, ok2 := strings.Cut(rest, ":")
	var h, m, s int
	if !ok || !ok2 || !onlyNumber(hour, &h) || !onlyNumber(minute, &m) || !takeNumber(second, 1, 2, &s) {
		return false
	}
	d.hour, d.minute, d.second, d.hasTime = h, m, s, true
	return true
}

func (d *dateTokens) takeMonth(token string) bool {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(token) < 3 {
		return false
	}
	for i := 0; i < len(names); i += 3 {
		if strings.EqualFold(token[:3], names[i:i+3]) {
			d.month, d.hasMonth = time.Month(i/3+1), true
			return true
		}
	}
	return false
}

// takeNumber reads a token that begins with at least lo and at most hi digits, not followed by another.
func takeNumber(token string, lo, hi int, into *int) bool {
	n, value := 0, 0
	for n < len(token) && token[n] >= '0' && token[n] <= '9' {
		if n == hi {
			return false
		}
		value = value*10 + int(token[n]-'0')
		n++
	}
	if n < lo {
		return false
	}
	*into = value
	return true
}

// onlyNumber reads a token of one or two digits and nothing else.
func onlyNumber(token string, into *int) bool {
	if len(token) > 2 || len(token) == 2 && (token[1] < '0' || token[1] > '9') {
		return false
	}
	return takeNumber(token, 1, 2, into)
}

func (d *dateTokens) unix() (int64, bool) {
	switch {
	case d.year >= 70 && d.year <= 99:
		d.year += 1900
	case d.year >= 0 && d.year <= 69:
		d.year += 2000
	}
	if !d.hasTime || !d.hasDay || !d.hasMonth || !d.hasYear || d.year < 1601 ||
		d.hour > 23 || d.minute > 59 || d.second > 59 || d.day < 1 {
		return 0, false
	}
	t := time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, time.UTC)
	if t.Day() != d.day { // 31 February
		return 0, false
	}
	return t.Unix(), true
}
