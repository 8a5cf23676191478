package storetest

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// september and october are months around day0: the second is not over on it.
var (
	september = visit.DateOf(2024, time.September, 1)
	october   = visit.DateOf(2024, time.October, 1)
)

var packCases = []testcase{
	{"pack", "Packing months changes nothing that a reader sees: rows, selections, folds, totals, span, open days.", func(c *check) {
		s := c.store()
		days := c.packable(s, september-31, day0)
		before := c.everything(s, days)
		c.ok(s.Pack(c.Context(), october))
		c.everythingIs(s, days, before)
		c.ok(s.Pack(c.Context(), october))
		c.everythingIs(s, days, before)
		c.open(s, day0+5, day0)
		m := c.merge(s, batch("late", 1, row(september, stats.DimPage, "/late", 7)))
		if m.Folded != 1 {
			c.Errorf("%d rows folded of what came late, want 1", m.Folded)
		}
		if got := c.views(s, stats.DimPage, september)["/late"]; got != 0 {
			c.Errorf("%d views came late into a packed day", got)
		}
		got := int64(0)
		for _, t := range c.totals(s, september, september) {
			got += t.Counts[stats.Views]
		}
		if want := before.views[september] + 7; got != want {
			c.Errorf("%d views in the total, want %d", got, want)
		}
	}},
	{"pack what is closed later", "A day that is closed after its month was packed is read beside it, and joins it at the next packing.", func(c *check) {
		s := c.Open(c.T, "pack-later")
		days := c.packable(s, september, october-1)
		c.ok(s.Pack(c.Context(), october))
		late := september - 1
		c.merge(s, batch("other", 1, row(late, stats.DimPage, "/", 3)))
		again := c.packable(s, late-2, late-1)
		days = slices.Concat(again, []stats.Day{late}, days)
		c.ok(s.Pack(c.Context(), october)) // August holds an open day
		before := c.everything(s, days)
		c.ok(s.Close(c.Context(), stats.Closing{Day: late, Rows: []stats.Row{row(late, stats.DimPage, "/", 3)}}))
		c.ok(s.Pack(c.Context(), october))
		c.everythingIs(s, days, before)
		c.ok(s.Close(c.Context(), stats.Closing{Day: late - 9, Rows: []stats.Row{row(late-9, stats.DimPage, "/", 4)}}))
		same(c, c.views(s, stats.DimPage, late-9), map[string]int64{"/": 4})
		c.everythingIs(s, days, before)
		c.ok(s.Pack(c.Context(), october))
		same(c, c.views(s, stats.DimPage, late-9), map[string]int64{"/": 4})
		same(c, c.views(s, stats.DimPage, late), map[string]int64{"/": 3})
		c.everythingIs(s, days, before)
	}},
	{"pack and expire", "Of a packed month exactly the days that are past their term go, day after day, until none is left.", func(c *check) {
		s := c.Open(c.T, "pack-expire")
		days := c.packable(s, september-31, october+2)
		before := c.everything(s, days)
		c.ok(s.Pack(c.Context(), october))
		for _, first := range []stats.Day{september - 30, september - 1, september, september + 13, september + 14, october - 1, october} {
			c.ok(s.Expire(c.Context(), first))
			c.ok(s.Pack(c.Context(), october))
			days = slices.DeleteFunc(days, func(d stats.Day) bool { return d < first })
			c.everythingIs(s, days, before.from(first))
			for _, dim := range packedDims {
				if got := c.rows(s, dim, first-90, first-1); len(got) > 0 {
					c.Errorf("%d rows of %v before %v", len(got), dim, first)
				}
			}
		}
		c.span(s, october, october+2)
	}},
	{"pack and trim", "Of a packed month one kind of statistics goes without the others, exactly the days that are past its term.", func(c *check) {
		s := c.Open(c.T, "pack-trim")
		days := c.packable(s, september-31, october+2)
		before := c.everything(s, days)
		c.ok(s.Pack(c.Context(), october))
		for _, first := range []stats.Day{september - 20, september + 11, september + 12, october + 1} {
			c.ok(s.Trim(c.Context(), first, countryBrowser(), stats.DimBot))
			want := maps.Clone(before.rows)
			maps.DeleteFunc(want, func(k rowKey, _ stats.Counts) bool {
				return k.day < first && (k.dim == countryBrowser() || k.dim == stats.DimBot)
			})
			after := c.everything(s, days)
			same(c, after.rows, want)
			same(c, after.views, before.views)
		}
	}},
	{"pack canary", "What has expired out of a packed month is in no byte at rest, and what has not is.", func(c *check) {
		s := c.Open(c.T, "pack-canary")
		gone, kept := fmt.Sprintf("canary-gone-%x", 7919*3), fmt.Sprintf("canary-kept-%x", 7919*5)
		for day := september; day < october; day++ {
			value := gone
			if day >= september+20 {
				value = kept
			}
			c.merge(s, batch("i", uint64(day-september)+1, row(day, stats.DimSource, value, 9)))
			c.ok(s.Close(c.Context(), stats.Closing{Day: day, Rows: []stats.Row{row(day, stats.DimSource, value, 9)}}))
		}
		c.ok(s.Pack(c.Context(), october))
		if at := c.Raw(c.T); !bytes.Contains(at, []byte(gone)) || !bytes.Contains(at, []byte(kept)) {
			c.Error("the search does not see what rests")
		}
		c.ok(s.Trim(c.Context(), september+10, stats.DimSource))
		c.ok(s.Expire(c.Context(), september+20))
		c.Raw(c.T) // a rewriting that began too early ends
		c.merge(s, batch("i", 31, row(day0, stats.DimPage, "/", 1)))
		after := c.Raw(c.T)
		if bytes.Contains(after, []byte(gone)) || !bytes.Contains(after, []byte(kept)) {
			c.Errorf("at rest: gone %v, kept %v", bytes.Contains(after, []byte(gone)), bytes.Contains(after, []byte(kept)))
		}
	}},
	{"select", "A selection is those rows that match, of open, closed and packed days alike; added up, what is below the floor apart.", func(c *check) {
		s := c.Open(c.T, "select")
		days := c.packable(s, september-3, day0)
		c.selections(s, days)
		c.ok(s.Pack(c.Context(), october))
		c.selections(s, days)
	}},
}

// packedDims are looked at in these cases: one of each kind.
var packedDims = []stats.Dimension{stats.DimPage, stats.DimCity, stats.DimBot, stats.DimChannel, stats.DimFlow, countryBrowser()}

func countryBrowser() stats.Dimension {
	pair, _ := stats.PairOf(stats.DimCountry, stats.DimBrowser)
	return pair
}

// packable fills the days from first to last with rows of all kinds, most of them closed, and returns those that hold
// something: one day in nine does not, and day0 stays open.
func (c *check) packable(s Store, first, last stats.Day) (days []stats.Day) {
	c.Helper()
	r := rand.New(rand.NewPCG(uint64(first), uint64(last)))
	for day := first; day <= last; day++ {
		if day%9 == 4 && day != first && day != last {
			continue
		}
		days = append(days, day)
		rows := madeUp(r, day)
		c.merge(s, batch(fmt.Sprintf("day %d", day), 1, rows...))
		if day == day0 {
			continue
		}
		c.ok(s.Close(c.Context(), stats.Closing{Day: day, Rows: rows, Folds: []stats.Fold{
			{Day: day, Dim: stats.DimPage, Reason: stats.FoldBelow, K: 5, Values: int(day % 7), Counts: views(1)},
			{Day: day, Dim: stats.DimCity, Reason: stats.FoldTop, K: 5, Values: 1, Counts: views(2)},
		}}))
	}
	return days
}

// madeUp returns rows of a day in packedDims: frequent and rare values, negative counts, rows of bots only.
func madeUp(r *rand.Rand, day stats.Day) (rows []stats.Row) {
	for _, dim := range packedDims {
		values := map[string]bool{}
		for range 1 + r.IntN(30) {
			value := fmt.Sprintf("/%d/%d", r.IntN(3), int(r.ExpFloat64()*15))
			if dim.IsPair() {
				value = stats.JoinPair(fmt.Sprint("/", int(r.ExpFloat64()*4)), fmt.Sprint("second ", r.IntN(5)))
			}
			values[value] = true
		}
		for _, value := range slices.Sorted(maps.Keys(values)) {
			counts := n(int64(stats.Views), int64(r.IntN(300)), int64(stats.Visits), int64(r.IntN(9)), int64(stats.Visitors), int64(r.IntN(9)), int64(stats.Bounces), int64(r.IntN(5)-1))
			counts[stats.Requests] = counts[stats.Views] + int64(r.IntN(2))
			if r.IntN(9) == 0 {
				counts = n(int64(stats.Bots), 1+int64(r.IntN(1000)))
			}
			if dim.IsPair() {
				counts[stats.Crowd] = int64(r.IntN(9))
			}
			if !counts.IsZero() {
				rows = append(rows, stats.Row{Day: day, Dim: dim, Value: value, Counts: counts})
			}
		}
	}
	return rows
}

// seen is what readers see of some days.
type seen struct {
	rows  map[rowKey]stats.Counts
	folds []stats.Fold
	views map[stats.Day]int64
}

func (c *check) everything(s Store, days []stats.Day) (all seen) {
	c.Helper()
	all = seen{rows: map[rowKey]stats.Counts{}, views: map[stats.Day]int64{}}
	for _, dim := range packedDims {
		maps.Copy(all.rows, c.rows(s, dim, days[0], days[len(days)-1]))
	}
	var err error
	all.folds, err = s.Folds(c.Context(), days[0], days[len(days)-1])
	c.ok(err)
	for _, t := range c.totals(s, days[0], days[len(days)-1]) {
		all.views[t.Day] += t.Counts[stats.Views]
	}
	return all
}

func (s seen) from(first stats.Day) seen {
	s.rows, s.views = maps.Clone(s.rows), maps.Clone(s.views)
	maps.DeleteFunc(s.rows, func(k rowKey, _ stats.Counts) bool { return k.day < first })
	maps.DeleteFunc(s.views, func(d stats.Day, _ int64) bool { return d < first })
	s.folds = slices.DeleteFunc(slices.Clone(s.folds), func(f stats.Fold) bool { return f.Day < first })
	return s
}

func (c *check) everythingIs(s Store, days []stats.Day, want seen) {
	c.Helper()
	got := c.everything(s, days)
	same(c, got.rows, want.rows)
	same(c, got.views, want.views)
	if !slices.Equal(got.folds, want.folds) {
		c.Errorf("%d folds, want %d", len(got.folds), len(want.folds))
	}
	byDay := map[rowKey]stats.Counts{}
	for _, day := range days { // as an archive is written
		for _, dim := range packedDims {
			maps.Copy(byDay, c.rows(s, dim, day, day))
		}
	}
	same(c, byDay, want.rows)
	cities, err := s.Folds(c.Context(), days[0], days[len(days)-1], stats.DimCity)
	c.ok(err)
	if len(cities) == 0 || len(cities)*2 != len(want.folds) || slices.ContainsFunc(cities, func(f stats.Fold) bool { return f.Dim != stats.DimCity }) {
		c.Errorf("%d folds of cities of %d in all", len(cities), len(want.folds))
	}
}

// matches are the kinds of matches, with values that are there and that are not.
var matches = []stats.Match{
	{}, stats.Exactly("/1/3"), stats.Exactly("/1/none"), stats.Exactly(""), stats.Beginning("/1/"), stats.Beginning(""), stats.Beginning("/9"),
	stats.Ending("/3"), stats.PairWith("/2", false), stats.PairWith("second 3", true), stats.PairWith("none", true),
	stats.Exactly(stats.JoinPair("/2", "second 1")),
}

// selections compares each selection with what it is by definition: rows, added up by hand.
func (c *check) selections(s Store, days []stats.Day) {
	c.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for _, dim := range packedDims {
		for _, match := range matches {
			for _, k := range []int64{0, 1, 5, 20} {
				first := days[r.IntN(len(days))]
				last := first + stats.Day(r.IntN(50))
				if k == 5 {
					first, last = days[0]-40, days[len(days)-1]+40
				}
				sel := stats.Selection{Dim: dim, First: first, Last: last, Match: match, K: k}
				c.selection(s, sel)
				sel.ByDay = true
				c.selection(s, sel)
			}
		}
	}
}

func (c *check) selection(s Store, sel stats.Selection) {
	c.Helper()
	type part struct {
		value string
		day   stats.Day // where each is by itself
		below bool
	}
	want, got := map[part]stats.Counts{}, map[part]stats.Counts{}
	put := func(into map[part]stats.Counts, day stats.Day, value string, counts stats.Counts, below bool) {
		at := part{value: value, below: below}
		if sel.ByDay {
			at.day = day
		}
		sum := into[at]
		sum.Add(&counts)
		into[at] = sum
	}
	for key, counts := range c.rows(s, sel.Dim, sel.First, sel.Last) {
		if sel.Match.Has(key.value) {
			put(want, key.day, key.value, counts, sel.Below(&counts))
		}
	}
	c.ok(s.Select(c.Context(), sel, func(r stats.Row, below bool) {
		if r.Day < sel.First || r.Day > sel.Last || r.Dim != sel.Dim || !sel.Match.Has(r.Value) {
			c.Errorf("%v: row of %v %v %q", sel, r.Day, r.Dim, r.Value)
		}
		put(got, r.Day, strings.Clone(r.Value), r.Counts, below)
	}))
	for _, m := range []map[part]stats.Counts{want, got} {
		maps.DeleteFunc(m, func(_ part, counts stats.Counts) bool { return counts.IsZero() })
	}
	same(c, got, want)
	if c.Failed() {
		c.Fatalf("selection %+v", sel)
	}
}
