package geo_test

import (
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
)

func TestWeight(t *testing.T) {
	built := time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for _, row := range []struct {
		why   string
		built time.Time
		age   time.Duration
		want  float64
		stale bool
	}{
		{"new", built, 0, 1, false},
		{"built tomorrow", built, -day, 1, false},
		{"on the last fresh day", built, geo.StaleAfter, 1, false},
		{"half way", built, (geo.StaleAfter + geo.WornAfter) / 2, 0.625, true},
		{"worn", built, geo.WornAfter, 0.25, true},
		{"ancient", built, 100 * 365 * day, 0.25, true},
		{"of unknown age", time.Time{}, 0, 0.25, true},
	} {
		now := built.Add(row.age)
		if got := geo.Weight(row.built, now); got != row.want {
			t.Errorf("%s: weight %v, want %v", row.why, got, row.want)
		}
		if got := geo.Stale(row.built, now); got != row.stale {
			t.Errorf("%s: stale %v, want %v", row.why, got, row.stale)
		}
		if got := (geo.Location{Built: geo.DateOf(row.built)}).Weight(now); got != row.want {
			t.Errorf("%s: a location weighs %v, want %v", row.why, got, row.want)
		}
	}
}

func TestDate(t *testing.T) {
	for _, row := range []struct {
		at, want time.Time
	}{
		{time.Date(2026, 6, 17, 23, 59, 59, 0, time.UTC), time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC)},
		{time.Date(2026, 6, 17, 1, 0, 0, 0, time.FixedZone("", 5*3600)), time.Date(2026, 6, 16, 0, 0, 0, 0, time.UTC)},
		{time.Time{}, time.Time{}},
		{time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}},
		{time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}},
	} {
		if got := geo.DateOf(row.at).Time(); !got.Equal(row.want) {
			t.Errorf("the day of %s is %s, want %s", row.at, got, row.want)
		}
	}
}
