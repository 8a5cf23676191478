package packed_test

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
	"github.com/kelisim/kelisim/visit"
)

var update = flag.Bool("update", false, "write the golden files anew")

var march = visit.DateOf(2026, time.March, 1)

// cell is one row of a month.
type cell struct {
	day   stats.Day
	value string
}

func countryBrowser() stats.Dimension {
	pair, _ := stats.PairOf(stats.DimCountry, stats.DimBrowser)
	return pair
}

// madeUp returns the rows of some days: the same seed gives the same.
func madeUp(seed uint64, dim stats.Dimension, days int) (blobs []packed.DayBlob, want map[cell]stats.Counts) {
	r, later := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
	want = map[cell]stats.Counts{}
	for i := range days {
		day, rows := march+stats.Day(i), map[string]stats.Counts{}
		for range r.IntN(40) {
			value := fmt.Sprintf("/%d/%d", r.IntN(4), int(r.ExpFloat64()*20))
			if dim.IsPair() {
				value = stats.JoinPair(value, fmt.Sprint("second ", r.IntN(6)))
			}
			var c stats.Counts
			for m := range stats.NumMeasures {
				from := r
				if m > stats.Slow { // measures that came when months of other lists stood under testdata
					from = later
				}
				if m.OfRows() && (m <= stats.Slow || !dim.IsPair()) && from.IntN(3) == 0 {
					c[m] = int64(from.ExpFloat64()*30) - int64(seed%2)
				}
			}
			if r.IntN(3) == 0 {
				c[stats.Requests], c[stats.Entries] = c[stats.Views], c[stats.Visits]
			}
			if r.IntN(60) == 0 {
				c[stats.Seconds] = -1 << 63
			}
			if !c.IsZero() {
				rows[value] = c
			}
		}
		blobs = append(blobs, packed.DayBlob{Day: day, Blob: blobOf(rows)})
		for value, c := range rows {
			want[cell{day, value}] = c
		}
	}
	return blobs, want
}

func blobOf(rows map[string]stats.Counts) string {
	var list []stats.Row
	for value, c := range rows {
		list = append(list, stats.Row{Value: value, Counts: c})
	}
	return string(packed.AppendRows(nil, list))
}

// read returns what a selection finds, asking for the cells that it needs and no more.
func read(m packed.MonthBlobs, sel stats.Selection, f func(stats.Row, bool)) error {
	if m.Sums == "" {
		return nil
	}
	month, err := packed.ReadMonth(m.Sums, sel.Dim, march)
	if err != nil {
		return err
	}
	at, n, err := month.Wanted(&sel)
	if err != nil {
		return err
	}
	if at < 0 || n < 0 || at+n > len(m.Cells) {
		return packed.ErrCorrupt
	}
	return month.Rows(&sel, m.Cells[at:at+n], at, f)
}

func byDay(t *testing.T, m packed.MonthBlobs, dim stats.Dimension) map[cell]stats.Counts {
	t.Helper()
	got := map[cell]stats.Counts{}
	err := read(m, stats.Selection{Dim: dim, First: march - 10, Last: march + 50, ByDay: true}, func(r stats.Row, _ bool) { got[cell{r.Day, r.Value}] = r.Counts })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMonthIsItsDays(t *testing.T) {
	for seed := range uint64(40) {
		for _, dim := range []stats.Dimension{stats.DimPage, stats.DimBot, countryBrowser()} {
			days, want := madeUp(seed, dim, int(seed)%32)
			m, err := packed.Together(dim, march, days, packed.MonthBlobs{}, march)
			if err != nil {
				t.Fatal(err)
			}
			if got := byDay(t, m, dim); !maps.Equal(got, want) {
				t.Fatalf("seed %d, %v: %d rows, want %d", seed, dim, len(got), len(want))
			}
			sumsAreThose(t, m, dim, want, seed)
		}
	}
}

// sumsAreThose compares sums over parts of the month with what its days add up to.
func sumsAreThose(t *testing.T, m packed.MonthBlobs, dim stats.Dimension, days map[cell]stats.Counts, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	for _, match := range []stats.Match{{}, stats.Exactly("/1/2"), stats.Beginning("/1/"), stats.Ending("3"), stats.PairWith("second 2", true), stats.PairWith("/0/1", false)} {
		for _, k := range []int64{0, 4, 20, 25} {
			sel := stats.Selection{Dim: dim, First: march + stats.Day(r.IntN(9)-4), Match: match, K: k}
			if sel.Last = sel.First + stats.Day(r.IntN(40)); r.IntN(3) == 0 {
				sel.First, sel.Last = march, march+30
			}
			type part struct {
				value string
				below bool
			}
			want, got := map[part]stats.Counts{}, map[part]stats.Counts{}
			add := func(into map[part]stats.Counts, at part, c stats.Counts) {
				sum := into[at]
				sum.Add(&c)
				into[at] = sum
			}
			for at, c := range days {
				if at.day >= sel.First && at.day <= sel.Last && match.Has(at.value) {
					add(want, part{at.value, sel.Below(&c)}, c)
				}
			}
			rows := 0
			err := read(m, sel, func(row stats.Row, below bool) {
				add(got, part{row.Value, below}, row.Counts)
				rows++
			})
			maps.DeleteFunc(want, func(_ part, c stats.Counts) bool { return c.IsZero() })
			if err != nil || !maps.Equal(got, want) {
				t.Fatalf("seed %d, %+v: %v; %d values, want %d", seed, sel, err, len(got), len(want))
			}
			if rows != len(want) {
				t.Errorf("seed %d, %+v: %d rows where %d would do: it adds nothing up", seed, sel, rows, len(want))
			}
		}
	}
}

func TestMonthDoesNotDependOnHowItCame(t *testing.T) {
	for seed := range uint64(30) {
		days, _ := madeUp(seed, stats.DimPage, 31)
		whole, err := packed.Together(stats.DimPage, march, days, packed.MonthBlobs{}, march)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 3))
		r.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
		var parts packed.MonthBlobs
		for left := days; len(left) > 0; {
			n := min(len(left), 1+r.IntN(14))
			if parts, err = packed.Together(stats.DimPage, march, left[:n], parts, march); err != nil {
				t.Fatal(err)
			}
			left = left[n:]
		}
		if parts != whole {
			t.Errorf("seed %d: in parts it is another", seed)
		}
		from := march + stats.Day(r.IntN(33))
		rest := slices.DeleteFunc(slices.Clone(days), func(d packed.DayBlob) bool { return d.Day < from })
		want, err := packed.Together(stats.DimPage, march, rest, packed.MonthBlobs{}, march)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := packed.Together(stats.DimPage, march, nil, whole, from); err != nil || got != want {
			t.Errorf("seed %d, from %v: %v, or not what those days alone are", seed, from, err)
		}
		if _, err := packed.Together(stats.DimPage, march, days[:1], whole, march); !errors.Is(err, packed.ErrTwice) {
			t.Errorf("a day that is there already: %v", err)
		}
	}
}

func TestMonthIsSmall(t *testing.T) {
	var days []packed.DayBlob
	size := 0
	for i := range 31 {
		rows := map[string]stats.Counts{}
		for p := range 400 {
			n := int64(1 + (p*7+i*13)%50)
			rows[fmt.Sprintf("/section-%d/title-of-article-%d", p%9, p)] = stats.Counts{n, n / 3, n / 4, n / 5, n * 40, n / 3, n / 4, n}
		}
		days = append(days, packed.DayBlob{Day: march + stats.Day(i), Blob: blobOf(rows)})
		size += len(days[i].Blob)
	}
	m, err := packed.Together(stats.DimPage, march, days, packed.MonthBlobs{}, march)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Sums) > size/15 || len(m.Sums)+len(m.Cells) > size*2/3 {
		t.Errorf("days of %d bytes became sums of %d and cells of %d", size, len(m.Sums), len(m.Cells))
	}
}

// Formats that were ever written are read for ever: what a version wrote stands under testdata, beside what it means.
func TestOldFormatsAreRead(t *testing.T) {
	dim := countryBrowser()
	days, _ := madeUp(8, dim, 5)
	m, err := packed.Together(dim, march, days, packed.MonthBlobs{}, march)
	if err != nil {
		t.Fatal(err)
	}
	golden := func(name, now string) string {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(now+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	blob := func(name, now string) string {
		text, err := hex.DecodeString(golden(name+".hex", hex.EncodeToString([]byte(now))))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	listed := func(list []stats.Row) string {
		lines := make([]string, len(list))
		for i, r := range list {
			lines[i] = fmt.Sprintf("%d %q", r.Day-march, r.Value)
			for measure, n := range r.Counts {
				if n != 0 {
					lines[i] += fmt.Sprintf(" %v=%d", stats.Measure(measure), n)
				}
			}
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	for name, now := range map[string]string{"rows-1": string(packed.AppendRows(nil, rows())), "pairs-2": days[1].Blob} {
		got, err := unpack(blob(name, now))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range got {
			got[i].Day = march
		}
		if text := listed(got); text != golden(name+".txt", text) {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	for version, month := range map[string]packed.MonthBlobs{
		"3": {Sums: kept(t, "sums-3"), Cells: kept(t, "cells-3")}, // no program writes these any more
		"4": {Sums: blob("sums-4", m.Sums), Cells: blob("cells-4", m.Cells)},
	} {
		var got []stats.Row
		cells := byDay(t, month, dim)
		for at, c := range cells {
			got = append(got, stats.Row{Day: at.day, Value: at.value, Counts: c})
		}
		if text := listed(got); text != golden("month-"+version+".txt", text) {
			t.Errorf("a month of version %s:\n%s", version, text)
		}
		sumsAreThose(t, month, dim, cells, 8)
		if again, err := packed.Together(dim, march, nil, month, march); err != nil || again != m {
			t.Errorf("a month of version %s is not brought up to date: %v", version, err)
		}
	}
}

// kept returns bytes that stand under testdata.
func kept(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	blob, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return string(blob)
}

// A list under the floor of share links reads no cells, whatever stands in the month; under another, only those in doubt.
func TestSharedListsReadSumsOnly(t *testing.T) {
	var days []packed.DayBlob
	for i := range 31 {
		rows := map[string]stats.Counts{}
		for p := range 40 {
			n := int64(6 + (p*7+i)%11 + p)
			rows[fmt.Sprintf("/%02d", p)] = stats.Counts{stats.Views: n, stats.Visitors: n}
		}
		days = append(days, packed.DayBlob{Day: march + stats.Day(i), Blob: blobOf(rows)})
	}
	m, err := packed.Together(stats.DimPage, march, days, packed.MonthBlobs{}, march)
	if err != nil {
		t.Fatal(err)
	}
	month, err := packed.ReadMonth(m.Sums, stats.DimPage, march)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		k           int64
		last        stats.Day
		none, every bool
	}{{0, march + 30, true, false}, {5, march + 30, true, false}, {20, march + 30, true, false}, {20, march + 60, true, false}, {15, march + 30, false, false}, {30, march + 30, false, false}, {20, march + 29, false, true}} {
		_, n, err := month.Wanted(&stats.Selection{Dim: stats.DimPage, First: march, Last: row.last, K: row.k})
		if err != nil || (n == 0) != row.none || (n == len(m.Cells)) != row.every {
			t.Errorf("floor %d up to %v: %d bytes of %d: %v", row.k, row.last, n, len(m.Cells), err)
		}
	}
}

func TestEveryCutOfAMonthIsCorrupt(t *testing.T) {
	for _, dim := range []stats.Dimension{stats.DimPage, countryBrowser()} {
		days, _ := madeUp(6, dim, 9)
		m, err := packed.Together(dim, march, days, packed.MonthBlobs{}, march)
		if err != nil {
			t.Fatal(err)
		}
		all := stats.Selection{Dim: dim, First: march, Last: march + 31}
		for i := 1; i < len(m.Sums); i++ {
			if err := read(packed.MonthBlobs{Sums: m.Sums[:i], Cells: m.Cells}, all, func(stats.Row, bool) {}); !errors.Is(err, packed.ErrCorrupt) {
				t.Errorf("%d bytes of %d: %v", i, len(m.Sums), err)
			}
		}
		all.ByDay = true
		for i := range m.Cells {
			if err := read(packed.MonthBlobs{Sums: m.Sums, Cells: m.Cells[:i]}, all, func(stats.Row, bool) {}); !errors.Is(err, packed.ErrCorrupt) {
				t.Errorf("%d cells of %d: %v", i, len(m.Cells), err)
			}
			changed := []byte(m.Cells)
			changed[i] ^= 0x10
			if _, err := packed.Together(dim, march, nil, packed.MonthBlobs{Sums: m.Sums, Cells: string(changed)}, march+1); !errors.Is(err, packed.ErrCorrupt) {
				t.Errorf("byte %d of the cells changed: %v", i, err)
			}
		}
		for i := range days[1].Blob {
			if _, err := packed.Together(dim, march, []packed.DayBlob{{Day: march, Blob: days[1].Blob[:i]}}, packed.MonthBlobs{}, march); i > 0 && !errors.Is(err, packed.ErrCorrupt) {
				t.Errorf("%d bytes of a day: %v", i, err)
			}
		}
	}
}

func TestMonthsBeginAndEnd(t *testing.T) {
	for _, row := range []struct{ day, first, last stats.Day }{
		{march, march, march + 30}, {march + 30, march, march + 30}, {march - 1, march - 28, march - 1}, {march + 31, march + 31, march + 60},
		{visit.DateOf(2024, time.February, 29), visit.DateOf(2024, time.February, 1), visit.DateOf(2024, time.February, 29)},
		{-1, -31, -1},
	} {
		if first, last := packed.FirstOf(row.day), packed.LastOf(row.day); first != row.first || last != row.last {
			t.Errorf("%v: %v to %v", row.day, first, last)
		}
	}
}

func FuzzMonth(f *testing.F) {
	for seed := range uint64(6) {
		dim := []stats.Dimension{stats.DimPage, countryBrowser()}[seed%2]
		days, _ := madeUp(seed, dim, 3+int(seed)*5)
		m, err := packed.Together(dim, march, days, packed.MonthBlobs{}, march)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Sums, m.Cells, uint8(dim))
	}
	f.Fuzz(func(t *testing.T, sums, cells string, dim uint8) {
		m, d := packed.MonthBlobs{Sums: sums, Cells: cells}, stats.Dimension(dim)
		if !d.Valid() {
			return
		}
		for _, sel := range []stats.Selection{
			{Dim: d, First: march, Last: march + 30}, {Dim: d, First: march, Last: march + 30, K: 20}, {Dim: d, First: march + 3, Last: march + 9, K: 5}, {Dim: d, First: march, Last: march + 30, Match: stats.Beginning("/1")},
		} {
			_ = read(m, sel, func(stats.Row, bool) {}) // it may be refused
		}
		if again, err := packed.Together(d, march, nil, m, march+2); err == nil && again.Sums != "" {
			if err := read(again, stats.Selection{Dim: d, First: march, Last: march + 30, ByDay: true}, func(stats.Row, bool) {}); err != nil {
				t.Errorf("what was read and written again: %v", err)
			}
		}
	})
}
