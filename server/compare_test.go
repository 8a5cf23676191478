package server_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

var comparedWith = regexp.MustCompile(`<span class="key-past">([^<]*)</span>`)

// TestComparisons says which days a range is compared with; today is Monday, 23 November 2026.
func TestComparisons(t *testing.T) {
	s := year()
	s.first -= 5 * 365 // whose numbers are 0 before the last two years
	b := newBench(t, with(s))
	cookie := b.signIn(t)
	for _, test := range []struct{ query, want string }{
		{"range=7d", "10 Nov – 16 Nov 2026"},
		{"range=7d&compare=year", "17 Nov – 23 Nov 2025"},
		{"range=today", "22 November 2026"},
		{"range=yesterday", "21 November 2026"},
		{"range=lastmonth", "1 Sep – 30 Sep 2026"},
		{"range=lastmonth&compare=year", "1 Oct – 31 Oct 2025"},
		{"range=12m", "8 Dec 2024 – 30 Nov 2025"},
		{"from=2026-02-01&to=2026-02-28", "1 Jan – 31 Jan 2026"},
		{"from=2026-02-01&to=2026-03-31", "1 Dec 2025 – 31 Jan 2026"},
		{"from=2024-02-01&to=2024-02-29&compare=year", "1 Feb – 28 Feb 2023"},
		{"from=2025-02-01&to=2025-02-28&compare=year", "1 Feb – 29 Feb 2024"},
		{"from=2024-02-29&to=2024-02-29&compare=year", "28 February 2023"},
		{"from=2024-02-20&to=2024-02-29&compare=year", "20 Feb – 28 Feb 2023"},
		{"from=2022-01-01&to=2026-11-23", ""}, // nothing is kept of all of it
		{"range=7d&compare=none", ""},
		{"range=7d&tz=-12", "9 Nov – 15 Nov 2026"},
	} {
		got := ""
		if m := comparedWith.FindStringSubmatch(body(t, b.do("GET", "/admin/?"+test.query, nil, cookie))); m != nil {
			got = strings.ReplaceAll(m[1], "\u00a0", " ")
		}
		if got != test.want {
			t.Errorf("%s is compared with %q, want %q", test.query, got, test.want)
		}
	}
}

// clockwork is a site with one page view in each real hour of 2026, in a zone with daylight saving.
type clockwork struct {
	source
	zone *time.Location
}

func (c *clockwork) Totals(_ context.Context, first, last stats.Day, f func(stats.Total)) error {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, c.zone)
	for end := at.AddDate(1, 0, 0); at.Before(end); at = at.Add(time.Hour) {
		y, m, d := at.Date()
		day := stats.Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		if day >= first && day <= last {
			f(stats.Total{Day: day, Hour: uint8(at.Hour()), Counts: stats.Counts{stats.Views: 1, stats.Visits: 1, stats.Visitors: 1, stats.Requests: 1}})
		}
	}
	return nil
}

// TestClocksChange: a day of 23 or 25 hours loses and invents nothing, whatever the width of the columns and the zone; the map
// of hours shows the hour that came twice, and the one that was left out.
func TestClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := &clockwork{zone: berlin}
	s.first, s.last, s.values = today()-326, today(), catalogue()
	b := newBench(t, func(c *server.Config, _ *bench) {
		c.Zone = berlin
		c.Reports = stats.NewReports(s, nil, stats.ReportOptions{Zone: berlin})
	})
	cookie := b.signIn(t)
	for _, test := range []struct {
		query string
		rows  int
		total int64
	}{
		{"from=2026-03-29&to=2026-03-29&by=hour", 24, 23},
		{"from=2026-10-25&to=2026-10-25&by=hour", 24, 25},
		{"from=2026-10-24&to=2026-10-26&by=day", 3, 73},
		{"from=2026-10-25&to=2026-10-25&by=hour&tz=0", 24, 24},
		{"from=2026-03-28&to=2026-03-30&by=day&tz=6", 3, 72},
		{"from=2026-03-23&to=2026-04-05&by=week", 2, 14*24 - 1},
		{"from=2026-03-01&to=2026-10-31&by=month", 8, 245 * 24},
	} {
		var file struct {
			Rows  []struct{ Counts map[string]int64 }
			Total map[string]int64
		}
		if err := json.NewDecoder(b.do("GET", "/admin/export/series.json?"+test.query, nil, cookie).Body).Decode(&file); err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, row := range file.Rows {
			sum += row.Counts["views"]
		}
		if len(file.Rows) != test.rows || sum != test.total || file.Total["views"] != test.total {
			t.Errorf("%s: %d rows that add up to %d, a total of %d, want %d and %d", test.query, len(file.Rows), sum, file.Total["views"], test.rows, test.total)
		}
	}
	for query, want := range map[string]string{
		"from=2026-10-25&to=2026-10-25": `title="Sun, 02:00: 2"`,
		"from=2026-03-29&to=2026-03-29": `title="Sun, 02:00: 0"`,
	} {
		if page := body(t, b.do("GET", "/admin/?"+query, nil, cookie)); !strings.Contains(page, want) {
			t.Errorf("%s: the map of hours lacks %s", query, want)
		}
	}
}
