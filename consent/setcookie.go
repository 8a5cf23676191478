package consent

import (
	"strings"
	"time"
	"unicode"
)

// SetCookie is a Set-Cookie line as a browser understands it, as far as [Rulebook.Decide] needs it.
type SetCookie struct {
	Name       string
	HTTPOnly   bool
	Persistent bool // it outlives the browser session
	Deletes    bool // it expires at once: nothing is stored
}

// ParseSetCookie reads the value of a Set-Cookie header as RFC 6265 section 5.2 has browsers read it: the
// last of several attributes wins, and Max-Age wins over Expires. Where an attribute is malformed,
// browsers differ (Chromium lets it cancel an earlier one, the RFC ignores it): then the cookie is no
// deletion, and lasts if any of them might keep it. A line that no browser takes, or that sets a cookie
// without a name, comes out without a Name. It does not allocate.
func ParseSetCookie(line string, now time.Time) SetCookie {
	if hasControl(line) {
		return SetCookie{} // browsers drop the whole line (RFC 6265bis section 5.6)
	}
	pair, rest, more := strings.Cut(line, ";")
	name, _, hasValue := strings.Cut(pair, "=")
	if !hasValue {
		name = "" // RFC 6265bis section 5.6: a cookie without a name, sent back as its value alone
	}
	ck := SetCookie{Name: trim(name)}
	var life lifetime
	for more {
		var attribute string
		attribute, rest, more = strings.Cut(rest, ";")
		key, value, _ := strings.Cut(attribute, "=")
		key, value = trim(key), trim(value)
		switch { // the length first: most attributes are none of these
		case len(key) == 8 && strings.EqualFold(key, "HttpOnly"):
			ck.HTTPOnly = true
		case len(key) != 7:
		case strings.EqualFold(key, "Max-Age"):
			life.maxAge(value)
		case strings.EqualFold(key, "Expires"):
			life.expires(value, now)
		}
	}
	ck.Persistent, ck.Deletes = life.verdict()
	return ck
}

// maxAttribute is the length above which browsers ignore an attribute (RFC 6265bis section 5.6).
const maxAttribute = 1024

// lifetime collects the two attributes that end a cookie.
type lifetime struct {
	age, date span
	malformed bool // an attribute that browsers may read in different ways
	mayLast   bool // and one of them as a date or age to come
}

type span uint8

const (
	unset  span = iota
	past        // ends at once
	future      // ends later
)

// maxAge implements RFC 6265 section 5.2.2.
func (l *lifetime) maxAge(value string) {
	digits := strings.TrimPrefix(value, "-")
	if !isDigits(digits) || len(value) > maxAttribute {
		l.malformed = true
		l.mayLast = l.mayLast || strings.ContainsAny(value, "123456789")
		return
	}
	l.age = past
	if len(digits) == len(value) && strings.Trim(digits, "0") != "" {
		l.age = future
	}
}

// expires implements RFC 6265 section 5.2.1.
func (l *lifetime) expires(value string, now time.Time) {
	at, ok := cookieDate(value)
	switch {
	case !ok || len(value) > maxAttribute:
		l.malformed = true
		l.mayLast = l.mayLast || strings.IndexFunc(value, unicode.IsLetter) >= 0 // "0" and "-1" are no date to anybody
	case at <= now.Unix():
		l.date = past
	default:
		l.date = future
	}
}

func (l *lifetime) verdict() (persistent, deletes bool) {
	decisive := l.date
	if l.age != unset {
		decisive = l.age
	}
	return decisive == future || l.mayLast, decisive == past && !l.malformed
}

func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7F {
			return true
		}
	}
	return false
}

// trim removes the white space that RFC 6265 removes around names and values.
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
