package storetest

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

var boundCases = []testcase{
	{"cap", "An attacker's made-up values fill a dimension up to its cap and no further; known values go on counting.", func(c *check) {
		s := c.store()
		limit := stats.DimDevice.Spec().Cap
		want := map[string]int64{}
		var b stats.Batch
		for i := range limit + 4 {
			value := fmt.Sprintf("device %03d", i)
			b.Rows = append(b.Rows, row(day0, stats.DimDevice, value, 1))
			if i < limit {
				want[value] = 1
			}
		}
		b.Instance, b.Seq, b.Totals = "i", 1, totalsOf(b.Rows)
		if m := c.merge(s, b); m.Folded != 4 {
			c.Errorf("%d folded, want 4", m.Folded)
		}
		m := c.merge(s, batch("j", 1, row(day0, stats.DimDevice, "another", 1), row(day0, stats.DimDevice, "device 000", 1), row(day0+1, stats.DimDevice, "another", 1)))
		if m.Folded != 1 {
			c.Errorf("%d folded, want 1", m.Folded)
		}
		want["device 000"]++
		same(c, c.views(s, stats.DimDevice, day0), want)
		same(c, c.views(s, stats.DimDevice, day0+1), map[string]int64{"another": 1})
		if got := c.sum(s)[stats.Views]; got != int64(limit)+7 {
			c.Errorf("%d in the totals, want %d: folding takes nothing from them", got, limit+7)
		}
	}},
	{"cap in a large batch", "What the cap folds is counted when a batch goes in parts, too.", func(c *check) {
		s := c.Open(c.T, "cap-large")
		b := large("i", 1)
		limit := stats.DimOS.Spec().Cap
		for i := range limit + 100 {
			b.Rows = append(b.Rows, row(day0, stats.DimOS, fmt.Sprint("system ", i), 1))
		}
		if m := c.merge(s, b); m.Folded != 100 {
			c.Errorf("%d folded, want 100", m.Folded)
		}
	}},
	{"values", "A value is bytes: empty, long, with braces, line ends, zeros or broken UTF-8, it comes back as it was.", func(c *check) {
		s := c.store()
		want := map[string]int64{}
		var rows []stats.Row
		for i, value := range hostile {
			rows = append(rows, row(day0, stats.DimSource, value, int64(i)+1))
			want[value] = int64(i) + 1
		}
		c.merge(s, batch("i", 1, rows...))
		same(c, c.views(s, stats.DimSource, day0), want)
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0, Rows: rows}))
		same(c, c.views(s, stats.DimSource, day0), want)
	}},
	{"no place", "A row with too long a value or of no known dimension is folded: refused, it would block all batches behind it.", func(c *check) {
		s := c.Open(c.T, "no-place")
		m := c.merge(s, batch("i", 1,
			row(day0, stats.DimSource, strings.Repeat("x", stats.MaxValue+1), 1), row(day0, stats.NumDimensions, "x", 1), row(day0, 0, "x", 1), row(day0, stats.DimSource, "good", 1)))
		if m.Folded != 3 {
			c.Errorf("%d folded, want 3", m.Folded)
		}
		same(c, c.views(s, stats.DimSource, day0), map[string]int64{"good": 1})
	}},
	{"twice in a batch", "A value that stands twice in a batch counts twice.", func(c *check) {
		s := c.Open(c.T, "twice")
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/b", 1), row(day0, stats.DimPage, "/a", 1), row(day0, stats.DimPage, "/b", 2)))
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/a": 1, "/b": 3})
	}},
	{"faulty", "What no honest writer sends is an error, and changes nothing.", func(c *check) {
		s := c.store()
		for name, b := range map[string]stats.Batch{
			"no instance":   {Seq: 1},
			"long instance": {Instance: strings.Repeat("x", 1<<10), Seq: 1},
			"no number":     {Instance: "i"},
			"no such hour":  {Instance: "i", Seq: 1, Totals: []stats.Total{{Day: day0, Hour: 24}}},
			"endless mark":  {Instance: "i", Seq: 1, Mark: make([]byte, 1<<20)},
		} {
			if _, err := s.Merge(c.Context(), b); err == nil {
				c.Errorf("%s: no error", name)
			}
		}
		c.applied(s, "i", 0, "")
		c.span(s)
	}},
	{"big numbers", "Numbers are exact up to 2⁵³ either way.", func(c *check) {
		s := c.Open(c.T, "big")
		const big = 1<<53 - 1
		for i, v := range []int64{math.MinInt32, -math.MinInt32, big, -1, 1, -big, -big} {
			c.merge(s, batch("i", uint64(i)+1, row(day0, stats.DimPage, "/", v)))
		}
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/": -big})
	}},
	{"cancelled", "A call whose context has ended does nothing and says why.", func(c *check) {
		s := c.store()
		ctx, cancel := context.WithCancel(c.Context())
		cancel()
		for name, call := range calls(s) {
			c.is(call(ctx), context.Canceled)
			if c.Failed() {
				c.Fatalf("by %s", name)
			}
		}
		c.span(s)
		c.applied(s, "i", 0, "")
	}},
	{"after shutdown", "A store that was shut down answers with errors, not with panics.", func(c *check) {
		s := c.Open(c.T, "shutdown")
		c.ok(s.Shutdown())
		for name, call := range calls(s) {
			if call(c.Context()) == nil {
				c.Errorf("%s: no error", name)
			}
		}
	}},
}

// hostile values are as long as a value may be, at most.
var hostile = []string{
	"", " ", "{x}", "}{", "k:{other}:q:i", "a\r\nb", "\x00", "\x00\x00", "\xff\xfe", "\xf0\x28\x8c\x28", "қазақша", "*3\r\n$3\r\nSET\r\n",
	"0", "1", "-1", "nil", strings.Repeat("x", 31), strings.Repeat("x", 32), strings.Repeat("x", 33), strings.Repeat("\x01", stats.MaxValue),
}

// calls returns every method of a store as a call that would change or read something.
func calls(s Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Merge": func(ctx context.Context) error {
			_, err := s.Merge(ctx, batch("i", 1, row(day0, 1, "/", 1)))
			return err
		},
		"large":   func(ctx context.Context) error { _, err := s.Merge(ctx, large("i", 1)); return err },
		"Applied": func(ctx context.Context) error { _, err := s.Applied(ctx, "i"); return err },
		"Span":    func(ctx context.Context) error { _, _, _, err := s.Span(ctx); return err },
		"Totals":  func(ctx context.Context) error { return s.Totals(ctx, day0, day0, func(stats.Total) {}) },
		"Rows":    func(ctx context.Context) error { return s.Rows(ctx, 1, day0, day0, func(stats.Row) {}) },
		"Select": func(ctx context.Context) error {
			return s.Select(ctx, stats.Selection{Dim: 1, First: day0, Last: day0}, func(stats.Row, bool) {})
		},
		"Pack":   func(ctx context.Context) error { return s.Pack(ctx, day0) },
		"Folds":  func(ctx context.Context) error { _, err := s.Folds(ctx, day0, day0); return err },
		"Open":   func(ctx context.Context) error { _, err := s.Open(ctx, day0); return err },
		"Close":  func(ctx context.Context) error { return s.Close(ctx, stats.Closing{Day: day0}) },
		"Expire": func(ctx context.Context) error { return s.Expire(ctx, day0) },
		"Append": func(ctx context.Context) error { return s.Append(ctx, entry("one")) },
		"Entry":  func(ctx context.Context) error { _, err := s.Entry(ctx, "one"); return err },
		"Trim":   func(ctx context.Context) error { return s.Trim(ctx, day0, stats.DimPage) },
		"Entries": func(ctx context.Context) error {
			return s.Entries(ctx, 0, func(int, consent.Entry) bool { return true })
		},
		"Get":  func(ctx context.Context) error { _, err := s.Get(ctx, "k"); return err },
		"Swap": func(ctx context.Context) error { _, err := s.Swap(ctx, "k", nil, []byte("v")); return err },
		"Keys": func(ctx context.Context) error { _, err := s.Keys(ctx, ""); return err },
		"Ping": func(ctx context.Context) error { return s.Ping(ctx) },
	}
}
