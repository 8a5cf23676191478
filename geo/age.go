package geo

import "time"

// Date is a day in UTC: days since 1 January 1970. The zero Date is unknown.
type Date uint16

// DateOf returns the day of t; of the zero time and of days that a Date cannot hold it is the zero Date.
func DateOf(t time.Time) Date {
	days := t.Unix() / secondsOfDay
	if t.IsZero() || days < 0 || days > 1<<16-1 {
		return 0
	}
	return Date(days)
}

// Time returns the beginning of the day, and the zero time for the zero Date.
func (d Date) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d)*secondsOfDay, 0).UTC()
}

const secondsOfDay = 24 * 60 * 60

// Networks change hands all the time, so what a table says wears out.
const (
	// StaleAfter is the age from which on data is stale: it says less from then on, and an admin is warned.
	StaleAfter = 180 * 24 * time.Hour
	// WornAfter is the age from which on data says as little as it ever will.
	WornAfter = 720 * 24 * time.Hour
	// WornWeight is the weight of worn data, and of data of unknown age.
	WornWeight = 0.25
)

// Stale reports whether data built at the given time is stale now. Data of unknown age is.
func Stale(built, now time.Time) bool { return Weight(built, now) < 1 }

// Weight says how much data built at the given time counts now: 1 until it is [StaleAfter] old, falling evenly
// to [WornWeight] when it is [WornAfter] old.
func Weight(built, now time.Time) float64 {
	if built.IsZero() {
		return WornWeight
	}
	age := now.Sub(built)
	if age <= StaleAfter {
		return 1
	}
	if age >= WornAfter {
		return WornWeight
	}
	return 1 - (1-WornWeight)*float64(age-StaleAfter)/float64(WornAfter-StaleAfter)
}

// Weight says how much the answer counts now, by the age of the data it is from; see the function [Weight].
func (l Location) Weight(now time.Time) float64 { return Weight(l.Built.Time(), now) }
