package consent

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Unit is what a [Period] is counted in.
type Unit string

const (
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Months  Unit = "months"
	Years   Unit = "years"
)

// Period is a length of time as a notice would say it: "6 months", "1 year", "30 minutes". The zero
// Period means not set or, for a cookie, the browser session.
type Period struct {
	N    int
	Unit Unit
}

// maxPeriod bounds N, so that no arithmetic with it overflows.
const maxPeriod = 10_000

// ParsePeriod reads "6 months". Singular and plural are the same; "session" and "" are the zero Period.
func ParsePeriod(s string) (Period, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "session" {
		return Period{}, nil
	}
	number, unit, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxPeriod {
		return Period{}, fmt.Errorf("consent: %q is no period; write a whole number and a unit, such as \"6 months\"", s)
	}
	for _, known := range [...]Unit{Minutes, Hours, Days, Months, Years} {
		if unit == string(known) || unit+"s" == string(known) {
			return Period{n, known}, nil
		}
	}
	return Period{}, fmt.Errorf("consent: %q is no period; the unit is minutes, hours, days, months or years", s)
}

// IsZero reports whether p is not set, or is the browser session.
func (p Period) IsZero() bool { return p.N == 0 }

// After returns the instant that lies p after t, by the calendar.
func (p Period) After(t time.Time) time.Time {
	switch p.Unit {
	case Minutes:
		return t.Add(time.Duration(p.N) * time.Minute)
	case Hours:
		return t.Add(time.Duration(p.N) * time.Hour)
	case Days:
		return t.AddDate(0, 0, p.N)
	case Months:
		return t.AddDate(0, p.N, 0)
	case Years:
		return t.AddDate(p.N, 0, 0)
	}
	return t
}

// Approx returns p as a duration, a month taken as 30 days and a year as 365: for comparisons, not for
// reckoning dates.
func (p Period) Approx() time.Duration {
	const day = 24 * time.Hour
	switch p.Unit {
	case Minutes:
		return time.Duration(p.N) * time.Minute
	case Hours:
		return time.Duration(p.N) * time.Hour
	case Days:
		return time.Duration(p.N) * day
	case Months:
		return time.Duration(p.N) * 30 * day
	case Years:
		return time.Duration(p.N) * 365 * day
	}
	return 0
}

// String returns p as [ParsePeriod] reads it, "session" for the zero Period.
func (p Period) String() string {
	if p.IsZero() {
		return "session"
	}
	unit := string(p.Unit)
	if p.N == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return strconv.Itoa(p.N) + " " + unit
}

// MarshalText implements [encoding.TextMarshaler]; the zero Period is the empty text.
func (p Period) MarshalText() ([]byte, error) {
	if p.IsZero() {
		return nil, nil
	}
	return []byte(p.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler] by [ParsePeriod].
func (p *Period) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePeriod(string(text))
	return err
}
