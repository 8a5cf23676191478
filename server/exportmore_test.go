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

// TestEveryPageHasFiles: what a page shows can be had as CSV and JSON from that page, and each link leads to a file.
func TestEveryPageHasFiles(t *testing.T) {
	b := newBench(t, with(year()), finding, planned)
	cookie := b.signIn(t)
	for path, want := range map[string][]string{
		"/admin/?range=30d":               {"series", "hours", "flows", "goals", "funnels", "everything"},
		"/admin/?range=30d&on=page:/":     {"series", "flows", "everything"},
		"/admin/?range=30d&on=country:KZ": {"series", "everything"},
		"/admin/realtime":                 {"now"},
		"/admin/returning?range=12m":      {"returning", "cohorts"},
		"/admin/technical?range=30d":      {"speed"},
		"/admin/consents?range=30d":       {"consents"},
		"/admin/findings":                 {"findings"},
		"/admin/health":                   {"folds"},
		"/admin/list/country?range=30d":   {"country", "folds"},
		"/admin/list/missing?range=30d":   {"missing"},
	} {
		var files []string
		for _, link := range links(t, body(t, b.do("GET", path, nil, cookie))) {
			name, ok := strings.CutPrefix(link, "/admin/export/")
			if !ok {
				continue
			}
			name, _, _ = strings.Cut(name, "?")
			files = append(files, name)
			res := b.do("GET", link, nil, cookie)
			text := body(t, res)
			if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment; filename=") || len(text) < 20 {
				t.Errorf("%s on %s answered %d, %q", link, path, res.StatusCode, res.Header.Get("Content-Disposition"))
			}
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(text)) {
				t.Errorf("%s on %s is no JSON", link, path)
			}
		}
		for _, name := range want {
			if !slices.Contains(files, name+".json") || name != "everything" && !slices.Contains(files, name+".csv") {
				t.Errorf("%s has no file %s, but %v", path, name, files)
			}
		}
	}
}

// TestFilesFollowTheFilter: those that are told together with it are narrowed and say so, others are refused.
func TestFilesFollowTheFilter(t *testing.T) {
	b := newBench(t, with(year()), planned)
	cookie := b.signIn(t)
	for _, test := range []struct {
		file, on string
		status   int
	}{
		{"series", "country:KZ", 200}, {"hours", "country:KZ", 200}, {"page", "country:KZ", 200}, {"flows", "page:/", 200},
		{"flows", "country:KZ", 422}, {"goals", "country:KZ", 422}, {"speed", "page:/", 422}, {"title", "country:KZ", 422},
	} {
		res := b.do("GET", "/admin/export/"+test.file+".json?range=30d&on="+test.on, nil, cookie)
		var file struct {
			Under string
			Rows  []struct{ Value string }
		}
		text := body(t, res)
		_ = json.Unmarshal([]byte(text), &file)
		if res.StatusCode != test.status || test.status == 200 && (file.Under != test.on || len(file.Rows) == 0 || !strings.Contains(res.Header.Get("Content-Disposition"), test.file+"-narrowed-2026-10-25-2026-11-23.json")) {
			t.Errorf("%s on %s: %d, under %q, %d rows, %s", test.file, test.on, res.StatusCode, file.Under, len(file.Rows), res.Header.Get("Content-Disposition"))
		}
		for _, row := range file.Rows {
			if test.file == "flows" && !strings.HasPrefix(row.Value, "/ → ") {
				t.Errorf("of ways from / the file has %s", row.Value)
			}
		}
	}
	var file struct {
		Other map[string]int64
		Why   map[string]int64 `json:"other_why"`
	}
	if err := json.Unmarshal([]byte(body(t, b.do("GET", "/admin/export/country.json?range=30d", nil, cookie))), &file); err != nil {
		t.Fatal(err)
	}
	if sum := file.Why["hidden"] + file.Why["folded"] + file.Why["rest"] + file.Why["expired"]; file.Why["folded"] == 0 || sum != file.Other["visitors"] {
		t.Errorf("other %v is explained by %v", file.Other, file.Why)
	}
}
