package server_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// TestHoursBetweenHours: where the site's hours are not whole hours of other zones, the menu says so, and each is counted once,
// in the hour in which it begins. A zone that is no number of whole hours is not offered, and one that is asked for is not obeyed.
func TestHoursBetweenHours(t *testing.T) {
	for name, want := range map[string]string{
		"Asia/Kolkata": "begin 30 minutes into theirs", "Asia/Kathmandu": "begin 15 minutes into theirs", "America/St_Johns": "begin 30 minutes into theirs",
		"Asia/Almaty": "", "UTC": "", "America/New_York": "",
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			s := &clockwork{zone: zone}
			s.first, s.last, s.values = today()-326, today(), catalogue()
			b := newBench(t, func(c *server.Config, _ *bench) {
				c.Zone = zone
				c.Reports = stats.NewReports(s, nil, stats.ReportOptions{Zone: zone})
			})
			cookie := b.signIn(t)
			page := body(t, b.do("GET", "/admin/?range=7d", nil, cookie))
			if said := strings.Contains(page, "minutes into theirs"); said != (want != "") || !strings.Contains(page, want) {
				t.Errorf("the menu of zones says %v, want %q", said, want)
			}
			type series struct {
				First, Last string
				Rows        []struct{ Counts map[string]int64 }
			}
			read := func(query string) (file series) {
				if err := json.NewDecoder(b.do("GET", "/admin/export/series.json?"+query, nil, cookie).Body).Decode(&file); err != nil {
					t.Fatal(err)
				}
				return file
			}
			for i, row := range read("from=2026-07-10&to=2026-07-10&by=hour&tz=-3").Rows {
				if row.Counts["views"] != 1 {
					t.Errorf("hour %d: %d page views, want 1", i, row.Counts["views"])
				}
			}
			own := read("range=today")
			for _, tz := range []string{"5.5", "5:30", "-11.5", "5,5", "+05:45", "Asia/Kolkata"} {
				if got := read("range=today&tz=" + strings.ReplaceAll(tz, "+", "%2B")); got.First != own.First || got.Last != own.Last || len(got.Rows) != len(own.Rows) {
					t.Errorf("tz=%s: from %s to %s in %d hours, want the site's own zone: %s", tz, got.First, got.Last, len(got.Rows), own.First)
				}
			}
		})
	}
}

// TestLongRanges: over several years the axis says of which year a column is, and a page stays one that a phone can load.
func TestLongRanges(t *testing.T) {
	s := year()
	s.first -= 4 * 365
	b := newBench(t, with(s))
	cookie := b.signIn(t)
	for query, want := range map[string]string{
		"range=all": ">May 2023<", "range=all&by=week": ">Aug 2022<", "range=all&by=day": ">May 2023<", // by month: that many days are no picture
		"from=2025-01-01&to=2026-11-23&by=day": ">Jan 2025<", "from=2025-11-25&to=2026-11-23&by=week": ">25 Nov<",
	} {
		page := body(t, b.do("GET", "/admin/?"+query, nil, cookie))
		if !strings.Contains(page, want) {
			axis := page[strings.Index(page, `class="plot-x"`):]
			t.Errorf("%s: the axis lacks %s: %.400s", query, want, axis)
		}
		if len(page) > 500_000 {
			t.Errorf("%s: %d bytes", query, len(page))
		}
	}
}
