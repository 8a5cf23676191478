package storetest

import (
	"bytes"
	"fmt"

	"github.com/kelisim/kelisim/stats"
)

var trimCases = []testcase{
	{"trim", "A kind of statistics whose term is over is gone from days that stay, open or closed, with its folds and from every byte at rest; totals, other rows and later days stay.", func(c *check) {
		s := c.store()
		pair, _ := stats.PairOf(stats.DimPage, stats.DimCountry)
		doomed := []stats.Dimension{pair, stats.DimProvider}
		marks := map[string]string{}
		for _, name := range []string{"closed", "open", "provider", "later", "page"} {
			marks[name] = fmt.Sprintf("trim-%s-%x", name, len(name)*6197)
		}
		at := func(name string) string { return stats.JoinPair(marks[name], "KZ") }
		closed := []stats.Row{row(day0, stats.DimPage, marks["page"], 7), row(day0, stats.DimProvider, marks["provider"], 6), row(day0, pair, at("closed"), 5)}
		fold := func(dim stats.Dimension) stats.Fold {
			return stats.Fold{Day: day0, Dim: dim, Reason: stats.FoldBelow, K: 5, Values: 2, Counts: views(3)}
		}
		c.merge(s, batch("i", 1, closed...))
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0, Rows: closed, Folds: []stats.Fold{fold(stats.DimPage), fold(stats.DimProvider), fold(pair)}}))
		c.merge(s, batch("i", 2, row(day0+1, stats.DimPage, marks["page"], 2), row(day0+1, pair, at("open"), 4), row(day0+2, pair, at("later"), 9)))
		for name, mark := range marks {
			if !bytes.Contains(c.Raw(c.T), []byte(mark)) {
				c.Errorf("%s: not found before it was to go: the search does not see what rests", name)
			}
		}
		before := c.sum(s)

		c.ok(s.Trim(c.Context(), day0+2, doomed...))
		c.ok(s.Trim(c.Context(), day0+2, doomed...))

		same(c, c.rows(s, pair, day0-9, day0+9), map[rowKey]stats.Counts{{day0 + 2, pair, at("later")}: views(9)})
		same(c, c.rows(s, stats.DimProvider, day0-9, day0+9), map[rowKey]stats.Counts{})
		same(c, c.rows(s, stats.DimPage, day0-9, day0+9), map[rowKey]stats.Counts{
			{day0, stats.DimPage, marks["page"]}: views(7), {day0 + 1, stats.DimPage, marks["page"]}: views(2),
		})
		folds, err := s.Folds(c.Context(), day0-9, day0+9)
		c.ok(err)
		if after := c.sum(s); after != before || len(folds) != 1 || folds[0] != fold(stats.DimPage) {
			c.Errorf("totals %v, want %v; folds %v", after, before, folds)
		}
		c.open(s, day0+9, day0+1, day0+2)
		c.Raw(c.T) // a rewriting that began too early ends
		c.merge(s, batch("i", 3, row(day0+2, stats.DimPage, "/", 1)))
		after := c.Raw(c.T)
		for name, mark := range marks {
			if stays := name == "later" || name == "page"; bytes.Contains(after, []byte(mark)) != stays {
				c.Errorf("%s: at rest: %v", name, !stays)
			}
		}
		c.merge(s, batch("i", 4, row(day0+1, pair, at("open"), 1), row(day0+2, pair, at("later"), 1))) // an open day goes on
		same(c, c.views(s, pair, day0+2), map[string]int64{at("later"): 10})
		same(c, c.views(s, pair, day0+1), map[string]int64{at("open"): 1})
	}},
	{"trim all", "The last folds of a day go with their kind, and many days at once.", func(c *check) {
		s := c.Open(c.T, "trim-all")
		for d := range stats.Day(50) {
			rows := []stats.Row{row(day0+d, stats.DimStatus, "2xx", 3)}
			c.merge(s, batch("i", uint64(d+1), rows...))
			c.ok(s.Close(c.Context(), stats.Closing{Day: day0 + d, Rows: rows, Folds: []stats.Fold{{Day: day0 + d, Dim: stats.DimStatus, Reason: stats.FoldBelow, K: 5, Values: 1}}}))
		}
		c.ok(s.Trim(c.Context(), day0+45, stats.DimStatus))
		folds, err := s.Folds(c.Context(), day0, day0+99)
		c.ok(err)
		if got := len(c.rows(s, stats.DimStatus, day0, day0+99)); got != 5 || len(folds) != 5 {
			c.Errorf("%d rows and %d folds, want 5 each", got, len(folds))
		}
		c.span(s, day0, day0+49)
	}},
	{"trim nothing", "Trimming an empty store, or no dimension, is no error.", func(c *check) {
		s := c.Open(c.T, "trim-none")
		c.ok(s.Trim(c.Context(), day0, stats.DimPage))
		c.ok(s.Trim(c.Context(), day0))
	}},
}
