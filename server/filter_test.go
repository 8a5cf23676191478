package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// TestFilterNarrowsEveryReport: a row of countries narrows the totals, the chart and every list that is counted
// together with countries; the others say that they are not.
func TestFilterNarrowsEveryReport(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	whole := body(t, b.do("GET", "/admin/?range=30d", nil, cookie))
	if !strings.Contains(whole, `href="/admin/?on=country%3AKZ&amp;range=30d"`) || strings.Contains(whole, `class="chip"`) {
		t.Error("the overview has no link that narrows it to a country, or is narrowed already")
	}
	page := body(t, b.do("GET", "/admin/?range=30d&on=country:KZ", nil, cookie))
	for _, want := range []string{
		`<a class="chip" href="/admin/?range=30d">`, "<b><bdi>Kazakhstan</bdi></b>", "Fewer than 5 visitors of a day: folded", "/zhanalyktar",
		"Not counted together with the filter", `href="/admin/?on=page%3A%2Fpricing&amp;range=30d"`, `aria-current="true"><bdi>Kazakhstan</bdi>`,
		`/admin/list/page?on=country%3AKZ&amp;range=30d`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the narrowed overview lacks %s", want)
		}
	}
	if strings.Contains(page, "metric=refused") {
		t.Error("refusals are not counted by country, yet a narrowed overview offers them")
	}
}

// TestFilterOfTotals: what a filter leaves is as many as its row says, and lists under it add up with "other".
func TestFilterOfTotals(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	read := func(path string) (file struct {
		Under        string
		Total, Other map[string]int64
		Rows         []struct {
			Value  string
			Counts map[string]int64
		}
	}) {
		if err := json.NewDecoder(b.do("GET", path, nil, cookie).Body).Decode(&file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return file
	}
	var want int64
	for _, row := range read("/admin/export/country.json?range=7d").Rows {
		if row.Value == "KZ" {
			want = row.Counts["visitors"]
		}
	}
	series := read("/admin/export/series.json?range=7d&on=country:KZ")
	if series.Total["visitors"] != want || want == 0 || series.Under != "country:KZ" {
		t.Errorf("the series under %q has %d visitors, the row %d", series.Under, series.Total["visitors"], want)
	}
	pages := read("/admin/export/page.json?range=7d&on=country:KZ")
	sum := pages.Other["views"]
	for _, row := range pages.Rows {
		sum += row.Counts["views"]
	}
	if len(pages.Rows) < 5 || sum != pages.Total["views"] || pages.Total["views"] != series.Total["views"] {
		t.Errorf("%d pages and other have %d views of %d, the series %d", len(pages.Rows), sum, pages.Total["views"], series.Total["views"])
	}
}

func TestFilterThatMakesNoSense(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	for path, want := range map[string]int{
		"/admin/?on=browser:Chrome": 200, "/admin/?on=country": 200, "/admin/?on=page:%00": 200, "/admin/?on=source:": 200,
		"/admin/?on=device:mobile&metric=bots": 200, "/admin/list/status?on=country:KZ": 200, "/admin/list/exit?on=country:KZ": 200,
		"/admin/list/page?on=device:nothing": 200, "/admin/panel/pages?on=country:KZ": 200,
		"/admin/export/status.csv?on=country:KZ": 422, "/admin/export/page.csv?on=country:KZ": 200,
	} {
		if res := b.do("GET", path, nil, cookie); res.StatusCode != want {
			t.Errorf("%s answered %d, want %d", path, res.StatusCode, want)
		}
	}
	page := body(t, b.do("GET", "/admin/?on=browser:Chrome", nil, cookie))
	if strings.Contains(page, `class="chip"`) {
		t.Error("browsers narrow nothing, yet the page says that they do")
	}
	if page := body(t, b.do("GET", "/admin/?on=source:", nil, cookie)); !strings.Contains(page, "<b><bdi>Direct</bdi></b>") {
		t.Error("direct visits are a source, too")
	}
}

// TestFilterBySeveralValues: a second row of the same list is added, a row of another list takes their place, and what
// several values leave is the sum of what each leaves.
func TestFilterBySeveralValues(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	page := body(t, b.do("GET", "/admin/?range=30d&on=country:KZ", nil, cookie))
	if !strings.Contains(page, `href="/admin/?on=country%3AKZ%1FRU&amp;range=30d"`) {
		t.Error("the countries beside the chosen one cannot be added")
	}
	page = body(t, b.do("GET", "/admin/?range=30d&on=country:KZ%1FRU", nil, cookie))
	for _, want := range []string{
		`<a class="chip" href="/admin/?on=country%3ARU&amp;range=30d">`, `<a class="chip" href="/admin/?on=country%3AKZ&amp;range=30d">`,
		`href="/admin/?on=page%3A%2Fpricing&amp;range=30d"`, `aria-current="true"><bdi>Kazakhstan</bdi>`, `aria-current="true"><bdi>Russia</bdi>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the overview narrowed to two countries lacks %s", want)
		}
	}
	views := func(on string) map[string]int64 {
		var file struct {
			Total map[string]int64
			Rows  []struct {
				Value  string
				Counts map[string]int64
			}
		}
		if err := json.NewDecoder(b.do("GET", "/admin/export/page.json?range=7d&on="+on, nil, cookie).Body).Decode(&file); err != nil {
			t.Fatal(err)
		}
		all := map[string]int64{"all": file.Total["views"]}
		for _, row := range file.Rows {
			all[row.Value] = row.Counts["views"]
		}
		return all
	}
	kz, ru, both := views("country:KZ"), views("country:RU"), views("country:RU%1FKZ")
	for page, n := range both {
		if n != kz[page]+ru[page] || n == 0 {
			t.Errorf("%s: %d page views of two countries, %d and %d of each", page, n, kz[page], ru[page])
		}
	}
	many := "country:A%1FB%1FC%1FD%1FE%1FF%1FG%1FH%1FI"
	if page := body(t, b.do("GET", "/admin/?on="+many, nil, cookie)); strings.Contains(page, `class="chip"`) {
		t.Error("a filter by nine values is none, yet the page is narrowed")
	}
}

// TestFilterSaysWhatHasExpired: hours under a filter are kept for less long than the totals; the page and its files say from which day on.
func TestFilterSaysWhatHasExpired(t *testing.T) {
	from := today() - 9
	b := newBench(t, func(c *server.Config, _ *bench) {
		c.Reports = stats.NewReports(year(), nil, stats.ReportOptions{Zone: zone, Kept: func() stats.Kept { return stats.Kept{stats.KindCrossed: from} }})
	})
	cookie := b.signIn(t)
	const chart, hours, ways = "Under a filter this is kept from 14 Nov 2026 on", "Under a filter hours are kept from 14 Nov 2026 on", "Ways are kept from 14 Nov 2026 on."
	for _, test := range []struct {
		query              string
		chart, hours, ways bool
	}{
		{"range=30d", false, false, true},
		{"range=7d&on=page:%2Fpricing", false, false, false},
		{"range=30d&on=page:%2Fpricing", false, true, true},
		{"range=30d&by=hour&on=page:%2Fpricing", true, true, true},
		{"range=30d&tz=-8&on=page:%2Fpricing", true, true, true},
	} {
		page := body(t, b.do("GET", "/admin/?"+test.query, nil, cookie))
		for text, want := range map[string]bool{chart: test.chart, hours: test.hours, ways: test.ways} {
			if strings.Contains(page, text) != want {
				t.Errorf("%s: %q is said: %v, want %v", test.query, text, !want, want)
			}
		}
		for _, name := range []string{"series", "hours", "flows"} {
			want := name == "series" && test.chart || name == "hours" && test.hours || name == "flows" && test.ways
			if got := body(t, b.do("GET", "/admin/export/"+name+".json?"+test.query, nil, cookie)); strings.Contains(got, `"since": "2026-11-14"`) != want {
				t.Errorf("%s: %s.json says since when: %v, want %v", test.query, name, !want, want)
			}
		}
	}
	if page := body(t, b.do("GET", "/admin/?range=7d&by=hour&on=page:%2Fpricing", nil, cookie)); strings.Contains(page, `class="key-past"`) {
		t.Error("seven days are compared with some of which hours are gone")
	}
	if page := body(t, b.do("GET", "/admin/?range=7d&on=page:%2Fpricing", nil, cookie)); !strings.Contains(page, `class="key-past"`) {
		t.Error("days are compared with days that are kept")
	}
}
