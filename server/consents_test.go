package server_test

import (
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

func purposes() []server.Purpose {
	return []server.Purpose{
		{ID: "necessary"}, {ID: "statistics", Names: map[string]string{"kk": "Есептеу", "en": "Counting"}},
		{ID: "never-granted", Names: map[string]string{"en": `<b onmouseover=x>Nobody's</b>`}},
	}
}

func TestConsentsOfPurposesThatNobodyChose(t *testing.T) {
	b := newBench(t, with(year()), func(c *server.Config, _ *bench) { c.Purposes = purposes })
	page := body(t, b.do("GET", "/admin/consents?range=30d", nil, b.signIn(t)))
	for _, want := range []string{"Counting", "&lt;b onmouseover=x&gt;Nobody&#39;s&lt;/b&gt;", "Marketing", "Preferences"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, ">necessary<") || strings.Contains(page, ">Necessary<") {
		t.Error("the necessary purpose is listed, as if it could be refused")
	}
	checkInert(t, "consents", page)
}

// TestConsentsTeachWhereThereAreNone also where other things were counted.
func TestConsentsTeachWhereThereAreNone(t *testing.T) {
	s := year()
	for dim := range stats.Dimensions() {
		if dim == stats.DimConsent || dim.Spec().Act {
			s.values[dim] = nil
		}
	}
	b := newBench(t, with(s))
	page := body(t, b.do("GET", "/admin/consents", nil, b.signIn(t)))
	if !strings.Contains(page, "Nobody was asked in this period") || strings.Contains(page, "<table") {
		t.Error("an empty page does not say what to expect, or shows tables of nothing")
	}
}

// TestS2_2_8_ConsentExportTellsNothingOfWhoRefused: no table but totals, days and methods knows of refusals.
func TestS2_2_8_ConsentExportTellsNothingOfWhoRefused(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	records, err := csv.NewReader(b.do("GET", "/admin/export/consents.csv?range=30d", nil, cookie).Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	days, total := 0, 0
	tables := map[string]bool{}
	for _, r := range records[1:] {
		rejected, err := strconv.Atoi(r[column["rejected"]])
		if err != nil {
			t.Fatal(err)
		}
		tables[r[0]] = true
		switch r[0] {
		case "total":
			total = rejected
		case "day":
			days += rejected
		case "method":
		default:
			if rejected != 0 || r[column["ignored"]] != "0" {
				t.Errorf("%v tells of refusals", r)
			}
		}
	}
	if total == 0 || days != total || len(tables) != 9 {
		t.Errorf("days add up to %d of %d, tables %v", days, total, tables)
	}
	var file struct {
		K    int
		Rows []struct {
			Table  string
			Counts map[string]int64
		}
	}
	if err := json.NewDecoder(b.do("GET", "/admin/export/consents.json?range=30d", nil, cookie).Body).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.K != 5 || len(file.Rows) != len(records)-1 || file.Rows[0].Counts["rejected"] != int64(total) {
		t.Errorf("JSON has k %d, %d rows, want 5, %d", file.K, len(file.Rows), len(records)-1)
	}
}

func TestStoredFormulasAreInertInConsents(t *testing.T) {
	b := newBench(t, with(poisoned()))
	records, err := csv.NewReader(b.do("GET", "/admin/export/consents.csv", nil, b.signIn(t)).Body).ReadAll()
	if err != nil || len(records) < 50 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, record := range records[1:] {
		cell := strings.TrimLeft(record[1], " \u00a0\ufeff")
		if cell != "" && strings.ContainsRune("=+-@|\t\r＝", []rune(cell)[0]) {
			t.Errorf("a spreadsheet would run %q", record[1])
		}
	}
}
