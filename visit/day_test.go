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
