package server_test

import (
	"encoding/json"
	"testing"
)

// TestRanges says which days each address is about; today is Monday, 23 November 2026, and the data
// begins on 24 November 2025.
func TestRanges(t *testing.T) {
	tests := []struct{ query, first, last string }{
		{"", "2026-11-17", "2026-11-23"},
		{"range=today", "2026-11-23", "2026-11-23"},
		{"range=yesterday", "2026-11-22", "2026-11-22"},
		{"range=7d", "2026-11-17", "2026-11-23"},
		{"range=30d", "2026-10-25", "2026-11-23"},
		{"range=month", "2026-11-01", "2026-11-23"},
		{"range=lastmonth", "2026-10-01", "2026-10-31"},
		{"range=12m", "2025-12-01", "2026-11-23"},
		{"range=all", "2025-11-24", "2026-11-23"},
		{"range=bogus", "2026-11-17", "2026-11-23"},
		{"from=2026-03-01&to=2026-03-10", "2026-03-01", "2026-03-10"},
		{"from=2026-03-10&to=2026-03-01", "2026-03-01", "2026-03-10"},
		{"from=2026-11-20", "2026-11-20", "2026-11-23"},
		{"to=2026-11-10", "2026-11-04", "2026-11-10"},
		{"from=2020-01-01&to=2030-01-01", "2025-11-24", "2026-11-23"},
		{"from=2027-01-01&to=2027-01-05", "2026-11-23", "2026-11-23"},
		{"from=2026-02-30&to=2026-03-01", "2026-02-23", "2026-03-01"},
		{"range=today&tz=-12", "2026-11-22", "2026-11-22"},
		{"range=today&tz=14", "2026-11-24", "2026-11-24"},
		{"range=today&tz=15", "2026-11-23", "2026-11-23"},
	}
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	for _, test := range tests {
		var file struct{ First, Last string }
		if err := json.NewDecoder(b.do("GET", "/admin/export/series.json?"+test.query, nil, cookie).Body).Decode(&file); err != nil {
			t.Fatal(err)
		}
		if file.First != test.first || file.Last != test.last {
			t.Errorf("%q: %s to %s, want %s to %s", test.query, file.First, file.Last, test.first, test.last)
		}
	}
}
