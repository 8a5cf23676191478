package server_test

import (
	"encoding/csv"
	"encoding/json"
	"strconv"
	"testing"
)

func TestSeriesAddsUp(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	total := func(query string) (sum int) {
		records, err := csv.NewReader(b.do("GET", "/admin/export/series.csv?"+query, nil, cookie).Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records[1:] {
			n, err := strconv.Atoi(record[1])
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		return sum
	}
	want := total("range=30d&by=day")
	for _, query := range []string{"range=30d&by=hour", "range=30d&by=week"} {
		if got := total(query); got != want || got == 0 {
			t.Errorf("%s: %d visitors, by day %d", query, got, want)
		}
	}
	if moved := total("range=30d&by=day&tz=-8"); moved == want || moved == 0 {
		t.Errorf("in another zone the same hours fall on other days, yet the total is %d", moved)
	}
}

func TestListAddsUpToTotal(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	for _, name := range names() {
		var file struct {
			First, Last, Zone string
			Total, Other      map[string]int64
			Rows              []struct{ Counts map[string]int64 }
		}
		if err := json.NewDecoder(b.do("GET", "/admin/export/"+name+".json?range=7d", nil, cookie).Body).Decode(&file); err != nil {
			t.Fatal(err)
		}
		if file.First != "2026-11-17" || file.Last != "2026-11-23" || file.Zone != "UTC+5" {
			t.Errorf("%s: %s to %s in %s", name, file.First, file.Last, file.Zone)
		}
		for measure, want := range file.Total {
			got := file.Other[measure]
			for _, row := range file.Rows {
				got += row.Counts[measure]
			}
			if got != want && name != "botclass" {
				t.Errorf("%s: rows and other hold %d %s of %d", name, got, measure, want)
			}
		}
	}
}
