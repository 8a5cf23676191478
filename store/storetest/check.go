package storetest

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// check is a test with the words that the contract is written in. Each case has a site of its own.
type check struct {
	*testing.T
	Harness
	site string
}

// store opens the store of the case.
func (c *check) store() Store { c.Helper(); return c.Open(c.T, c.site) }

func (c *check) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *check) is(err, want error) {
	c.Helper()
	if !errors.Is(err, want) {
		c.Fatalf("error %v, want %v", err, want)
	}
}

// day0 is where the cases begin to count.
const day0 = stats.Day(20_000)

// n returns counts with some of the measures set: pairs of measure and number.
func n(pairs ...int64) (c stats.Counts) {
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i]] = pairs[i+1]
	}
	return c
}

func views(v int64) stats.Counts { return n(int64(stats.Views), v, int64(stats.Requests), v) }

func row(day stats.Day, dim stats.Dimension, value string, v int64) stats.Row {
	return stats.Row{Day: day, Dim: dim, Value: value, Counts: views(v)}
}

func total(day stats.Day, hour uint8, v int64) stats.Total {
	return stats.Total{Day: day, Hour: hour, Counts: views(v)}
}

func batch(instance string, seq uint64, rows ...stats.Row) stats.Batch {
	b := stats.Batch{Instance: instance, Seq: seq, Rows: rows}
	b.Totals = totalsOf(rows)
	return b
}

// totalsOf returns totals that the rows of one dimension add up to.
func totalsOf(rows []stats.Row) (totals []stats.Total) {
	for _, r := range rows {
		if len(totals) == 0 || totals[len(totals)-1].Day != r.Day {
			totals = append(totals, stats.Total{Day: r.Day, Hour: 12})
		}
		totals[len(totals)-1].Counts.Add(&r.Counts)
	}
	return totals
}

func (c *check) merge(s Store, b stats.Batch) stats.Merged {
	c.Helper()
	m, err := s.Merge(c.Context(), b)
	c.ok(err)
	return m
}

// rowKey is what a row is found by.
type rowKey struct {
	day   stats.Day
	dim   stats.Dimension
	value string
}

// rows reads the rows of a dimension, and fails if a value occurs twice on a day.
func (c *check) rows(s Store, dim stats.Dimension, first, last stats.Day) map[rowKey]stats.Counts {
	c.Helper()
	got := map[rowKey]stats.Counts{}
	err := s.Rows(c.Context(), dim, first, last, func(r stats.Row) {
		key := rowKey{r.Day, r.Dim, r.Value}
		if _, twice := got[key]; twice {
			c.Errorf("row %v twice", key)
		}
		if r.Day < first || r.Day > last || r.Dim != dim {
			c.Errorf("row of %v %v, asked for %v %v–%v", r.Day, r.Dim, dim, first, last)
		}
		got[key] = r.Counts
	})
	c.ok(err)
	return got
}

// views reads one dimension of one day as value → views.
func (c *check) views(s Store, dim stats.Dimension, day stats.Day) map[string]int64 {
	c.Helper()
	got := map[string]int64{}
	for k, v := range c.rows(s, dim, day, day) {
		got[k.value] = v[stats.Views]
	}
	return got
}

func (c *check) totals(s Store, first, last stats.Day) []stats.Total {
	c.Helper()
	var got []stats.Total
	c.ok(s.Totals(c.Context(), first, last, func(t stats.Total) { got = append(got, t) }))
	sorted := slices.IsSortedFunc(got, func(a, b stats.Total) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Hour, b.Hour))
	})
	if !sorted {
		c.Error("totals are not in order")
	}
	return got
}

// sum adds up the totals of all days.
func (c *check) sum(s Store) (sum stats.Counts) {
	c.Helper()
	for _, t := range c.totals(s, day0-1000, day0+1000) {
		sum.Add(&t.Counts)
	}
	return sum
}

func (c *check) open(s Store, before stats.Day, want ...stats.Day) {
	c.Helper()
	got, err := s.Open(c.Context(), before)
	c.ok(err)
	if !slices.Equal(got, want) {
		c.Errorf("open days %v, want %v", got, want)
	}
}

func (c *check) span(s Store, want ...stats.Day) {
	c.Helper()
	first, last, ok, err := s.Span(c.Context())
	c.ok(err)
	if ok != (len(want) == 2) || ok && (first != want[0] || last != want[1]) {
		c.Errorf("span %v–%v (%v), want %v", first, last, ok, want)
	}
}

func (c *check) applied(s Store, instance string, seq uint64, mark string) {
	c.Helper()
	got, err := s.Applied(c.Context(), instance)
	c.ok(err)
	if got.Seq != seq || string(got.Mark) != mark {
		c.Errorf("last batch of %q: %d, mark %q; want %d, %q", instance, got.Seq, got.Mark, seq, mark)
	}
}

func (c *check) entries(s Store, from int) (ids []string) {
	c.Helper()
	c.ok(s.Entries(c.Context(), from, func(position int, e consent.Entry) bool {
		if position != from+len(ids) {
			c.Errorf("position %d, want %d", position, from+len(ids))
		}
		ids = append(ids, e.ID)
		return true
	}))
	return ids
}

// same compares maps or fails with what differs.
func same[K comparable, V comparable](c *check, got, want map[K]V) {
	c.Helper()
	if maps.Equal(got, want) {
		return
	}
	shown := 0
	for k, v := range want {
		if got[k] != v && shown < 5 {
			c.Errorf("%v: %v, want %v", k, got[k], v)
			shown++
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok && shown < 10 {
			c.Errorf("%v: %v, want none", k, v)
			shown++
		}
	}
	if shown == 0 {
		c.Errorf("%d, want %d", len(got), len(want))
	}
}
