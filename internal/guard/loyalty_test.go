package guard_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// TestConsentedVisitorsAreExact: browsers that agreed come and go for ten weeks. Weekly and monthly visitors, returning
// ones and cohorts are what a list of who came would say, though nothing anywhere is such a list. Who takes the consent
// back is gone, and a new visitor when they agree again.
func TestConsentedVisitorsAreExact(t *testing.T) {
	const browsers, days = 8, 70
	clock := &hands{at: time.Date(2026, 1, 26, 10, 0, 0, 0, time.UTC)} // a Monday
	h := build(t, keeping(clock))
	random := rand.New(rand.NewPCG(7, 7))
	jars := make([]http.CookieJar, browsers)
	for i := range jars {
		jars[i], _ = cookiejar.New(nil)
	}
	be := func(i int) {
		h.client.Jar = jars[i]
		h.header.Set("User-Agent", fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", 120+i))
	}
	type life struct{ first stats.Day } // from a consent to its withdrawal
	lives := make([]*life, browsers)
	came := map[stats.Day][]*life{}
	for range days {
		day, _ := visit.DayOf(clock.now(), time.UTC)
		for i := range browsers {
			if random.IntN(3) > 0 {
				continue
			}
			be(i)
			if lives[i] == nil {
				h.choose("accept")
				lives[i] = &life{first: day}
			}
			for range 1 + random.IntN(3) {
				h.do(http.MethodGet, "/a", nil)
			}
			came[day] = append(came[day], lives[i])
			if random.IntN(12) == 0 {
				h.choose("reject")
				h.do(http.MethodGet, "/a", nil)
				if got := h.cookie(guard.ReturnsCookie); got != "" {
					t.Fatalf("after the withdrawal the browser keeps %q", got)
				}
				lives[i] = nil
			}
		}
		clock.move(24 * time.Hour)
	}
	last, _ := visit.DayOf(clock.now(), time.UTC)
	span := stats.Range{First: last - days, Last: last - 1}
	r := stats.NewReports(h.store, h.guard.Live(), stats.ReportOptions{Floors: stats.Floors{Person: 1}})
	month := func(d stats.Day) string { return d.Time(time.UTC).Format("2006-01") }
	week := func(d stats.Day) string { year, n := d.Time(time.UTC).ISOWeek(); return fmt.Sprint(year, n) }
	for unit, name := range map[stats.Unit]func(stats.Day) string{stats.ByWeek: week, stats.ByMonth: month} {
		got, err := r.Loyalty(t.Context(), span, unit)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range got.Points {
			all, fresh := map[*life]bool{}, map[*life]bool{}
			for day, list := range came {
				for _, l := range list {
					if name(day) == name(p.First) {
						all[l] = true
						if l.first == day {
							fresh[l] = true
						}
					}
				}
			}
			if p.Visitors != int64(len(all)) || p.New != int64(len(fresh)) || p.Returning != int64(len(all)-len(fresh)) {
				t.Errorf("from %v: %+v, want %d of which %d are new", p.First, p, len(all), len(fresh))
			}
		}
	}
	want := map[string]map[*life]bool{}
	for day, list := range came {
		for _, l := range list {
			at := month(l.first) + " in " + month(day)
			if want[at] == nil {
				want[at] = map[*life]bool{}
			}
			want[at][l] = true
		}
	}
	months, cohorts, err := r.Cohorts(t.Context(), span)
	if err != nil || len(cohorts) < 2 {
		t.Fatalf("%d cohorts, %v", len(cohorts), err)
	}
	for _, c := range cohorts {
		for i, n := range c.Came {
			if at := c.Month + " in " + months[i]; n != int64(len(want[at])) {
				t.Errorf("%s came %d, want %d", at, n, len(want[at]))
			}
		}
	}
}
