package consent

import (
	"strings"
	"time"
)

// SetCookie is a Set-Cookie line as a browser understands it, as far as [Rulebook.Decide] needs it.
type SetCookie struct {
	Name       string
	HTTPOnly   bool
	Persistent bool // it outlives the browser session
	Deletes    bool // it expires at once: nothing is stored
}

// ParseSetCookie reads the value of a Set-Cookie header as RFC 6265 section 5.2 has browsers read it: the
// last of several attributes wins, Max-Age wins over Expires, and what is malformed is ignored, so that
// nothing counts as a deletion that a browser would store. A line that no browser takes, or that sets a
// cookie without a name, comes out without a Name. It does not allocate.
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
		if len(value) > maxAttribute {
			continue
		}
		switch {
		case strings.EqualFold(key, "HttpOnly"):
			ck.HTTPOnly = true
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
	if digits == "" {
		return
	}
	positive := false
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return
		}
		positive = positive || digits[i] != '0'
	}
	l.age = past
	if positive && len(digits) == len(value) {
		l.age = future
	}
}

// expires implements RFC 6265 section 5.2.1.
func (l *lifetime) expires(value string, now time.Time) {
	at, ok := cookieDate(value)
	switch {
	case !ok:
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
	return decisive == future, decisive == past
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
func trim(s string) string { return strings.Trim(s, " \t") }
