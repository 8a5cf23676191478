package server

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// Number writes n with the language's grouping: 12 345 or 12,345.
func (l *locale) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	// Four digits stay together where the language groups by spaces (CLDR minimumGroupingDigits is 1,
	// but a grouped 1 234 in a column of numbers reads better than a mixed one): group always.
	group := l.texts()["format.group"]
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// number is [locale.Number] for templates, whose numbers are of several types.
func (l *locale) number(v any) (string, error) {
	switch n := v.(type) {
	case int64:
		return l.Number(n), nil
	case int:
		return l.Number(int64(n)), nil
	}
	return "", fmt.Errorf("server: %T is no number", v)
}

// Short writes n in at most about four characters: 12,3 мың, 4.5k.
func (l *locale) Short(n int64) string {
	v, unit := float64(n), ""
	switch abs := math.Abs(v); {
	case abs >= 1e9:
		v, unit = v/1e9, l.texts()["format.billion"]
	case abs >= 1e6:
		v, unit = v/1e6, l.texts()["format.million"]
	case abs >= 1e4:
		v, unit = v/1e3, l.texts()["format.thousand"]
	default:
		return l.Number(n)
	}
	digits := 1
	if math.Abs(v) >= 100 {
		digits = 0
	}
	return l.Decimal(v, digits) + unit
}

// Decimal writes v with so many digits after the point, without trailing zeros.
func (l *locale) Decimal(v float64, digits int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, frac, _ := strings.Cut(s, ".")
	n, _ := strconv.ParseInt(whole, 10, 64)
	out := l.Number(n)
	if n == 0 && strings.HasPrefix(whole, "-") && strings.Trim(frac, "0") != "" {
		out = "−0"
	}
	if frac = strings.TrimRight(frac, "0"); frac != "" {
		out += l.texts()["format.decimal"] + frac
	}
	return out
}

// Percent writes a share of 1 as a percentage.
func (l *locale) Percent(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	digits := 1
	if math.Abs(v) >= 0.0995 || v == 0 {
		digits = 0
	}
	return strings.ReplaceAll(l.texts()["format.percent"], "{0}", l.Decimal(v*100, digits))
}

// Duration writes seconds as "1 m 05 s".
func (l *locale) Duration(seconds float64) string {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) || seconds < 0 {
		return "–"
	}
	total := int64(math.Round(seconds))
	switch {
	case total < 60:
		return l.T("format.seconds", total)
	case total < 3600:
		return l.T("format.minutes", total/60, pad(total%60))
	default:
		return l.T("format.hours", l.Number(total/3600), pad(total%3600/60))
	}
}

func pad(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// Date writes a day in full: 5 March 2026, 2026 ж. 5 наурыз.
func (l *locale) Date(d stats.Day) string { return l.date(d, "format.date", "month.") }

// DayMonth writes a day without its year: 5 Mar.
func (l *locale) DayMonth(d stats.Day) string { return l.date(d, "format.daymonth", "mon.") }

// ShortDate writes a day with its year, the month cut short.
func (l *locale) ShortDate(d stats.Day) string { return l.date(d, "format.shortdate", "mon.") }

// Month writes the month of a day: March 2026.
func (l *locale) Month(d stats.Day) string { return l.date(d, "format.month", "monthname.") }

// ShortMonth writes the month of a day, cut short.
func (l *locale) ShortMonth(d stats.Day) string { return l.date(d, "format.shortmonth", "mon.") }

// WeekdayDate writes a day with its weekday: Tue, 5 Mar.
func (l *locale) WeekdayDate(d stats.Day) string {
	weekday := civil(d).Weekday()
	return l.T("format.weekdaydate", l.Weekday(weekday), l.ShortDate(d))
}

// Weekday writes a weekday, cut short.
func (l *locale) Weekday(w time.Weekday) string { return l.texts()["weekday."+strconv.Itoa(int(w))] }

// Span writes a range of days as short as it can be.
func (l *locale) Span(first, last stats.Day) string {
	if first == last {
		return l.Date(first)
	}
	if civil(first).Year() == civil(last).Year() {
		return l.T("format.span", l.DayMonth(first), l.ShortDate(last))
	}
	return l.T("format.span", l.ShortDate(first), l.ShortDate(last))
}

// Moment writes an instant in zone.
func (l *locale) Moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(zone)
	return l.DateOf(t) + " " + t.Format("15:04")
}

// DateOf writes the date of an instant in the zone that it is in.
func (l *locale) DateOf(t time.Time) string {
	return l.ShortDate(stats.Day(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400))
}

func (l *locale) date(d stats.Day, pattern, months string) string {
	t := civil(d)
	return l.T(pattern, t.Day(), l.texts()[months+strconv.Itoa(int(t.Month()))], t.Year())
}

// civil is the calendar date of d, at midnight UTC.
func civil(d stats.Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
