package server_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestEverythingIsExported: one file holds the totals and every list there is, each with rows that add up.
func TestEverythingIsExported(t *testing.T) {
	b := newBench(t, with(year()), planned)
	cookie := b.signIn(t)
	res := b.do("GET", "/admin/export/everything.json?range=30d", nil, cookie)
	type list struct {
		List         string
		Total, Other map[string]int64
		Rows         []struct {
			Value, Time string
			Counts      map[string]int64
		}
	}
	var file struct {
		Kelisim           int
		First, Last, Zone string
		Series            list
		Lists             []list
		Consents          struct{ Rows []json.RawMessage }
	}
	if err := json.NewDecoder(res.Body).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.Kelisim != 1 || file.First != "2026-10-25" || file.Last != "2026-11-23" || file.Zone != "UTC+5" || len(file.Consents.Rows) == 0 {
		t.Errorf("version %d, %s to %s in %s, %d rows of consents", file.Kelisim, file.First, file.Last, file.Zone, len(file.Consents.Rows))
	}
	if n := len(file.Series.Rows); n != 29*24+16 || file.Series.Rows[n-1].Time != "2026-11-23T15:00" {
		t.Errorf("%d hours", n)
	}
	var got []string
	for _, l := range file.Lists {
		got = append(got, l.List)
		if len(l.Rows) == 0 && l.List != "region" && l.List != "city" {
			t.Errorf("%s is empty", l.List)
		}
	}
	for _, want := range append(names(), "returning", "cohorts", "goals", "funnels", "flows", "speed") {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if res := b.do("GET", "/admin/export/everything.json", nil); res.StatusCode != 401 {
		t.Errorf("without an account it answered %d", res.StatusCode)
	}
	csv := body(t, b.do("GET", "/admin/export/funnels.csv?range=30d", nil, cookie))
	if !strings.HasPrefix(csv, "value,visits\r\nshop/1,") {
		t.Errorf("funnels.csv begins with %.60q", csv)
	}
}
