package packed_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

func rows() []stats.Row {
	return []stats.Row{
		{Value: "", Counts: stats.Counts{1, 2, 3}},
		{Value: "/", Counts: stats.Counts{math.MaxInt64, math.MinInt64, -1}},
		{Value: "/a", Counts: stats.Counts{0, 0, 0, 0, 5}},
		{Value: "/a/b", Counts: func() (c stats.Counts) { c[stats.NumMeasures-1] = 1; return c }()},
		{Value: "/b\x00\xff", Counts: stats.Counts{7}},
		{Value: strings.Repeat("x", stats.MaxValue), Counts: stats.Counts{7}},
	}
}

func unpack(blob string) (got []stats.Row, err error) {
	err = packed.Rows(blob, func(value string, c *stats.Counts) { got = append(got, stats.Row{Value: value, Counts: *c}) })
	return got, err
}

func TestRowsRoundTrip(t *testing.T) {
	mixed := rows()
	slices.Reverse(mixed)
	mixed = append(mixed, stats.Row{Value: "nothing counted"})
	got, err := unpack(string(packed.AppendRows(nil, mixed)))
	if err != nil || !slices.Equal(got, rows()) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := unpack(string(packed.AppendRows(nil, nil))); err != nil || got != nil {
		t.Errorf("none: %v, %v", got, err)
	}
}

func pairRows() []stats.Row {
	var list []stats.Row
	for _, a := range []string{"", "/", "/a", "/ab", "KZ"} {
		for _, b := range []string{"", "Chrome", "Chrome 9", "x\x1fy"} {
			list = append(list, stats.Row{Value: stats.JoinPair(a, b), Counts: stats.Counts{int64(len(a)), 1, int64(len(b))}})
		}
	}
	return list
}

func TestPairsRoundTripAndAreShort(t *testing.T) {
	want := pairRows()
	mixed := slices.Clone(want)
	slices.Reverse(mixed)
	mixed = append(mixed, stats.Row{Value: "nothing counted, and no pair"})
	blob := packed.AppendRows(nil, mixed)
	got, err := unpack(string(blob))
	slices.SortFunc(want, func(a, b stats.Row) int { return strings.Compare(a.Value, b.Value) })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v\nwant %v", got, err, want)
	}
	for i := range blob {
		if _, err := unpack(string(blob[:i])); !errors.Is(err, packed.ErrCorrupt) {
			t.Errorf("%d bytes of %d: %v", i, len(blob), err)
		}
	}
	if _, err := unpack(string(append(blob, 0))); !errors.Is(err, packed.ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
	var long []stats.Row
	for i := range 1000 {
		long = append(long, stats.Row{Value: stats.JoinPair(fmt.Sprintf("/page-%03d", i/10), fmt.Sprint("Some provider of the Internet number ", i%10)), Counts: stats.Counts{1}})
	}
	if n := len(packed.AppendRows(nil, long)); n > 12_000 {
		t.Errorf("1,000 rows take %d bytes", n)
	}
}

func TestFoldsRoundTrip(t *testing.T) {
	want := []stats.Fold{
		{Day: 7, Dim: 1, Reason: stats.FoldBelow, K: 5, Values: 300, Counts: stats.Counts{1, -1}},
		{Day: 7, Dim: 200, Reason: stats.FoldComplement, K: 1, Values: 1},
	}
	got, err := packed.Folds(packed.AppendFolds(nil, want), 7)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEveryCutIsCorrupt(t *testing.T) {
	blob := packed.AppendRows(nil, rows())
	folds := packed.AppendFolds(nil, []stats.Fold{{Dim: 1, K: 5, Values: 1, Counts: stats.Counts{1}}})
	for i := range blob {
		if _, err := unpack(string(blob[:i])); !errors.Is(err, packed.ErrCorrupt) {
			t.Errorf("%d bytes of %d: %v", i, len(blob), err)
		}
	}
	for i := range folds {
		if _, err := packed.Folds(folds[:i], 0); !errors.Is(err, packed.ErrCorrupt) {
			t.Errorf("folds, %d bytes of %d: %v", i, len(folds), err)
		}
	}
	if _, err := unpack(string(append(blob, 0))); !errors.Is(err, packed.ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
}

func FuzzRows(f *testing.F) {
	f.Add(packed.AppendRows(nil, rows()))
	f.Add(packed.AppendRows(nil, pairRows()))
	f.Add(packed.AppendRows(nil, nil))
	f.Add([]byte("\x01\xff\xff\xff\xff\x0f\x00"))
	f.Add([]byte("\x01\x02\x80\x80\x80\x20\x00\x01a\x01\x00"))
	f.Fuzz(func(t *testing.T, blob []byte) {
		got, err := unpack(string(blob))
		if err != nil {
			return
		}
		again, err := unpack(string(packed.AppendRows(nil, slices.Clone(got))))
		slices.SortStableFunc(got, func(a, b stats.Row) int { return strings.Compare(a.Value, b.Value) })
		got = slices.DeleteFunc(got, func(r stats.Row) bool { return r.Counts.IsZero() })
		if err != nil || len(again) != len(got) {
			t.Errorf("%d rows, then %d, %v", len(got), len(again), err)
		}
	})
}

func FuzzFolds(f *testing.F) {
	f.Add(packed.AppendFolds(nil, []stats.Fold{{Dim: 1, K: 5, Values: 1, Counts: stats.Counts{1}}}))
	f.Fuzz(func(t *testing.T, blob []byte) {
		folds, err := packed.Folds(blob, 1)
		if err != nil {
			return
		}
		if again, err := packed.Folds(packed.AppendFolds(nil, folds), 1); err != nil || !slices.Equal(folds, again) {
			t.Errorf("%v, then %v, %v", folds, again, err)
		}
	})
}

// A year of ten thousand values a day is read at some tens of nanoseconds a row.
func BenchmarkRows(b *testing.B) {
	var list []stats.Row
	for i := range 10_000 {
		list = append(list, stats.Row{Value: fmt.Sprintf("/section-%d/page-%d", i%50, i), Counts: stats.Counts{int64(i), 1, 1, 0, 40, 1, 1, int64(i)}})
	}
	blob := string(packed.AppendRows(nil, list))
	b.SetBytes(int64(len(blob)))
	b.ReportAllocs()
	for b.Loop() {
		if err := packed.Rows(blob, func(string, *stats.Counts) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/row")
}
