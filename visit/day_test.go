package visit_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/kelisim/kelisim/visit"
)

func TestDay(t *testing.T) {
	d := visit.DateOf(2024, time.May, 17)
	if d.String() != "2024-05-17" || !d.Time(almaty).Equal(time.Date(2024, 5, 17, 0, 0, 0, 0, almaty)) || visit.DateOf(1970, time.January, 1) != 0 {
		t.Errorf("%v", d)
	}
	if got, hour := visit.DayOf(time.Date(2024, 5, 16, 19, 30, 0, 0, time.UTC), almaty); got != d || hour != 0 {
		t.Errorf("%v %d", got, hour)
	}
}

// TestPageHours: day and hour are those of the zone, over two years of clock changes, half-hour zones
// included, forwards and backwards.
func TestPageHours(t *testing.T) {
	for _, name := range []string{"Asia/Almaty", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		a := anonymiser(t, func(o *visit.Options) { o.Zone = zone })
		start := time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC)
		for i := range 20_000 {
			at := start.Add(time.Duration(i) * 53 * time.Minute)
			if i%2 == 1 {
				at = start.Add(time.Duration(20_000-i) * 53 * time.Minute)
			}
			pv := a.Page(visit.FromLog(visit.LogLine{Method: "POST", Time: at}), visit.Response{Status: 200})
			if day, hour := visit.DayOf(at, zone); pv.Day != day || pv.Hour != hour {
				t.Fatalf("%s %v: %v %d, want %v %d", name, at, pv.Day, pv.Hour, day, hour)
			}
		}
	}
}

// TestDayBeginsWhereTheClockSaysSo: the instant before a day begins is of an earlier one, the instant itself of
// the day, whatever clock changes do to its midnight.
func TestDayBeginsWhereTheClockSaysSo(t *testing.T) {
	for _, name := range []string{"America/Santiago", "America/Havana", "America/Asuncion", "Africa/Cairo", "Asia/Beirut", "Asia/Almaty", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Amman", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := visit.DateOf(2008, time.January, 1); d < visit.DateOf(2028, time.January, 1); d++ {
			begin := d.Time(zone)
			if on, _ := visit.DayOf(begin, zone); on != d {
				t.Fatalf("%s: %v begins at %v, which is on %v", name, d, begin, on)
			}
			if before, _ := visit.DayOf(begin.Add(-1), zone); before >= d {
				t.Fatalf("%s: %v begins at %v, but goes on before", name, d, begin)
			}
		}
	}
	santiago := func() *time.Location { z, _ := time.LoadLocation("America/Santiago"); return z }()
	if got := visit.DateOf(2026, time.September, 6).Time(santiago); got.Hour() != 1 || got.Day() != 6 {
		t.Errorf("midnight of 6 September 2026 is left out in Santiago, the day begins at %v", got)
	}
	apia, _ := time.LoadLocation("Pacific/Apia")
	if gone, next := visit.DateOf(2011, time.December, 30).Time(apia), visit.DateOf(2011, time.December, 31).Time(apia); !gone.Equal(next) {
		t.Errorf("30 December 2011 was left out in Apia: it begins at %v, the next day at %v", gone, next)
	}
}
