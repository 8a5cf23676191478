package intake_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
)

func TestRowsAreGrouped(t *testing.T) {
	one := stats.Counts{1}
	b := stats.Batch{Rows: []stats.Row{
		{Day: 2, Dim: 1, Value: "b", Counts: one}, {Day: 1, Dim: 2, Value: "x", Counts: one}, {Day: 2, Dim: 1, Value: "a", Counts: one},
		{Day: 2, Dim: 1, Value: "b", Counts: one}, {Day: 2, Dim: 0, Value: "b", Counts: one}, {Day: 2, Dim: 1, Value: strings.Repeat("x", stats.MaxValue+1)},
	}}
	before := slices.Clone(b.Rows)
	groups, folded := intake.Rows(&b)
	if folded != 2 || len(groups) != 2 {
		t.Fatalf("%d folded, groups %v", folded, groups)
	}
	if g := groups[0]; g.Day != 1 || g.Dim != 2 || !slices.Equal(g.Values, []string{"x"}) {
		t.Errorf("first group %v", g)
	}
	if g := groups[1]; !slices.Equal(g.Values, []string{"a", "b"}) || g.Counts[0] != one || g.Counts[1] != (stats.Counts{2}) {
		t.Errorf("second group %v", g)
	}
	if !slices.Equal(b.Rows, before) {
		t.Error("the batch, which is the caller's, was changed")
	}
}

func TestTotalsAreGrouped(t *testing.T) {
	b := stats.Batch{Totals: []stats.Total{{Day: 3, Hour: 1, Counts: stats.Counts{1}}, {Day: 2, Hour: 23, Counts: stats.Counts{1}}, {Day: 3, Hour: 1, Counts: stats.Counts{4}}}}
	days := intake.Totals(&b)
	if len(days) != 2 || days[0].Day != 2 || days[1].Hours[1] != (stats.Counts{5}) {
		t.Errorf("%v", days)
	}
}

func TestNames(t *testing.T) {
	for _, test := range []struct {
		name string
		ok   bool
	}{
		{"example.kz", true}, {"A-Z_0.9", true}, {strings.Repeat("x", intake.MaxSite), true},
		{"", false}, {"a{b}", false}, {"a:b", false}, {"a b", false}, {"сайт", false}, {"a\n", false}, {strings.Repeat("x", intake.MaxSite+1), false},
	} {
		if err := intake.Site(test.name); (err == nil) != test.ok {
			t.Errorf("%q: %v", test.name, err)
		}
	}
	if intake.Entry(consent.Entry{ID: "a", Sealed: []byte("x")}) != nil || intake.Entry(consent.Entry{ID: "a"}) == nil {
		t.Error("entries")
	}
}
