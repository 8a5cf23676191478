package stats_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

// n is a row of so many visitors with one page view each.
func n(visitors int64) stats.Counts {
	return stats.Counts{stats.Views: visitors, stats.Visits: visitors, stats.Visitors: visitors, stats.Requests: visitors}
}

// bots is a row of bots alone.
func bots(requests int64) stats.Counts { return stats.Counts{stats.Bots: requests} }

// both is people and bots.
func both(visitors, requests int64) stats.Counts {
	c := n(visitors)
	c[stats.Bots] = requests
	return c
}

type rows map[stats.Dimension]map[string]stats.Counts

func (r rows) list(day stats.Day) map[stats.Dimension][]stats.Row {
	out := map[stats.Dimension][]stats.Row{}
	for dim, values := range r {
		for value, c := range values {
			out[dim] = append(out[dim], stats.Row{Day: day, Dim: dim, Value: value, Counts: c})
		}
	}
	return out
}

func TestFinish(t *testing.T) {
	const country, region, provider, version, browser, page, section = stats.DimCountry, stats.DimRegion, stats.DimProvider,
		stats.DimBrowserVersion, stats.DimBrowser, stats.DimPage, stats.DimSection
	for _, c := range []struct {
		name  string
		total stats.Counts
		open  rows
		kopen int
		want  rows
	}{
		{"nothing rare", n(20), rows{country: {"KZ": n(10), "DE": n(10)}}, 1, rows{country: {"KZ": n(10), "DE": n(10)}}},
		{"rare among enough others", n(20), rows{country: {"KZ": n(12), "DE": n(2), "FR": n(4), "": n(2)}}, 1, rows{country: {"KZ": n(12)}}},
		{"one rare value takes the smallest along", n(20), rows{country: {"KZ": n(12), "DE": n(6), "FR": n(2)}}, 1, rows{country: {"KZ": n(12)}}},
		{"what was held back takes the smallest along", n(20), rows{country: {"KZ": n(12), "DE": n(6)}}, 1, rows{country: {"KZ": n(12)}}},
		{"too few visitors at all", n(4), rows{country: {"KZ": n(3), "DE": n(1)}}, 1, rows{country: {}}},
		{"requests without visitors", both(20, 1), rows{country: {"KZ": n(20), "DE": {stats.Requests: 3}}}, 1, rows{country: {"KZ": n(20)}}},
		{"bots are no persons", both(10, 5), rows{country: {"KZ": both(10, 1), "DE": bots(4)}}, 1, rows{country: {"KZ": both(10, 1), "DE": bots(4)}}},
		{"bots stay where people go", both(20, 5), rows{provider: {"One": n(15), "Two": both(2, 5), "Three": n(3)}}, 1, rows{provider: {"One": n(15), "Two": bots(5)}}},
		{
			"a region that a subtraction from its country shows", n(20),
			rows{country: {"KZ": n(20)}, region: {"KZ/Almaty": n(17), "KZ/Astana": n(3)}}, 1,
			rows{country: {"KZ": n(20)}, region: {}},
		},
		{
			"an unknown region hides a small one", n(25),
			rows{country: {"KZ": n(25)}, region: {"KZ/Almaty": n(17), "KZ/Astana": n(3)}}, 1,
			rows{country: {"KZ": n(25)}, region: {"KZ/Almaty": n(17)}},
		},
		{
			"children of a folded parent", n(20),
			rows{country: {"KZ": n(12), "DE": n(6), "FR": n(2)}, region: {"KZ/Almaty": n(12), "DE/Bavaria": n(6)}}, 1,
			rows{country: {"KZ": n(12)}, region: {"KZ/Almaty": n(12)}},
		},
		{
			"a version does not move to a browser whose name begins the same", n(20),
			rows{browser: {"Chrome": n(13), "Chrome Mobile": n(6), "Lynx": n(1)}, version: {"Chrome 9": n(13), "Chrome Mobile 9": n(6)}}, 1,
			rows{browser: {"Chrome": n(13)}, version: {"Chrome 9": n(13)}},
		},
		{
			"a version that is not known is its browser", n(20),
			rows{browser: {"Chrome": n(20)}, version: {"Chrome": n(8), "Chrome 9": n(12)}}, 1,
			rows{browser: {"Chrome": n(20)}, version: {"Chrome": n(8), "Chrome 9": n(12)}},
		},
		{
			"pages have no floor by default", n(3),
			rows{page: {"/a": n(2), "/b": n(1)}, section: {"/a": n(2), "/b": n(1)}}, 1,
			rows{page: {"/a": n(2), "/b": n(1)}, section: {"/a": n(2), "/b": n(1)}},
		},
		{
			"pages fold into their section", n(20),
			rows{page: {"/blog/x": n(9), "/blog/y": n(2), "/blog/z": n(2), "/": n(7)}, section: {"/blog": n(13), "/": n(7)}}, 4,
			rows{page: {"/blog/x": n(9), "/": n(7)}, section: {"/blog": n(13), "/": n(7)}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := stats.Finish(100, &[24]stats.Counts{7: c.total}, c.open.list(100), stats.Floors{Person: 5, Open: c.kopen})
			want := []stats.Row{}
			for dim := range stats.Dimensions() {
				list := c.want.list(100)[dim]
				slices.SortFunc(list, func(a, b stats.Row) int {
					if a.Value < b.Value {
						return -1
					}
					return 1
				})
				want = append(want, list...)
			}
			if !slices.Equal(got.Rows, want) {
				t.Errorf("rows\n got %v\nwant %v\nfolds %+v", got.Rows, want, got.Folds)
			}
		})
	}
}

func TestFinishSaysWhatItFolded(t *testing.T) {
	open := rows{
		stats.DimCountry: {"KZ": n(12), "DE": n(6), "FR": n(1), "IT": n(1)},
		stats.DimRegion:  {"DE/Bavaria": n(6)},
	}
	got := stats.Finish(7, &[24]stats.Counts{3: n(20)}, open.list(7), stats.Floors{Person: 5}).Folds
	want := []stats.Fold{
		{Day: 7, Dim: stats.DimCountry, Reason: stats.FoldBelow, K: 5, Values: 2, Counts: n(2)},
		{Day: 7, Dim: stats.DimCountry, Reason: stats.FoldComplement, K: 5, Values: 1, Counts: n(6)},
		{Day: 7, Dim: stats.DimRegion, Reason: stats.FoldParent, K: 5, Values: 1, Counts: n(6)},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// broken is a keeper that fails after some days.
type broken struct {
	*memory
	left int
}

func (b *broken) Close(ctx context.Context, c stats.Closing) error {
	if b.left--; b.left < 0 {
		return errors.New("cut short")
	}
	return b.memory.Close(ctx, c)
}

func TestClosingCutShortIsRunAgain(t *testing.T) {
	store := newMemory()
	for day := stats.Day(1); day <= 3; day++ {
		store.totals[hourKey{day, 1}] = n(9)
		store.rows[valueKey{day, stats.DimCountry, "KZ"}] = n(9)
	}
	if _, err := stats.NewCloser(store, &broken{store, 1}, stats.Floors{}).Close(t.Context(), 3); err == nil {
		t.Fatal("the fault was swallowed")
	}
	if len(store.closed) != 1 {
		t.Fatalf("%d days are closed, want 1", len(store.closed))
	}
	if _, err := stats.NewCloser(store, store, stats.Floors{}).Close(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if _, third := store.closed[3]; len(store.closed) != 2 || third {
		t.Fatalf("closed %v, want days 1 and 2", store.closed)
	}
}
