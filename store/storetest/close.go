package storetest

import (
	"fmt"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

var closeCases = []testcase{
	{"close", "Closing puts the final rows in place of the open ones, keeps the totals and the folds, and touches no other day.", func(c *check) {
		s := c.store()
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5), row(day0, stats.DimPage, "/rare", 1), row(day0+1, stats.DimPage, "/rare", 1)))
		c.merge(s, batch("i", 2, row(day0, stats.DimCity, "KZ/Almaty/Almaty", 6)))
		closing := closing()
		c.ok(s.Close(c.Context(), closing))

		same(c, c.rows(s, stats.DimPage, day0, day0+1), map[rowKey]stats.Counts{
			{day0, stats.DimPage, "/"}: views(5), {day0 + 1, stats.DimPage, "/rare"}: views(1),
		})
		same(c, c.views(s, stats.DimCity, day0), nil)
		same(c, c.views(s, stats.DimCountry, day0), map[string]int64{"KZ": 6})
		if got := c.sum(s)[stats.Views]; got != 13 {
			c.Errorf("%d in the totals, want 13", got)
		}
		folds, err := s.Folds(c.Context(), day0, day0+1)
		c.ok(err)
		if !slices.Equal(folds, closing.Folds) {
			c.Errorf("folds %v, want %v", folds, closing.Folds)
		}
		c.open(s, day0+5, day0+1)
		c.span(s, day0, day0+1)
	}},
	{"close again", "Closing a closed day changes nothing: a closing that was cut short is simply run again, with what it finds then.", func(c *check) {
		s := c.Open(c.T, "close-again")
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5)))
		c.ok(s.Close(c.Context(), closing()))
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0}))
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0, Rows: []stats.Row{row(day0, stats.DimPage, "/other", 9)}}))
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/": 5})
		folds, err := s.Folds(c.Context(), day0, day0)
		c.ok(err)
		if len(folds) != len(closing().Folds) {
			c.Errorf("folds %v", folds)
		}
	}},
	{"late", "What comes after closing is in the totals; its rows are left to other, and said to be.", func(c *check) {
		s := c.store()
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5)))
		c.ok(s.Close(c.Context(), closing()))
		m := c.merge(s, batch("i", 2, row(day0, stats.DimPage, "/", 1), row(day0, stats.DimPage, "/late", 1), row(day0+1, stats.DimPage, "/", 1)))
		if m.Folded != 2 {
			c.Errorf("%d folded, want 2", m.Folded)
		}
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/": 5})
		same(c, c.views(s, stats.DimPage, day0+1), map[string]int64{"/": 1})
		if got := c.sum(s)[stats.Views]; got != 8 {
			c.Errorf("%d in the totals, want 8", got)
		}
		c.open(s, day0+5, day0+1)
	}},
	{"close nothing", "A day on which nothing was counted can be closed, and is not part of the span until something late comes.", func(c *check) {
		s := c.Open(c.T, "close-nothing")
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0}))
		c.span(s)
		c.open(s, day0+1)
		c.merge(s, batch("i", 1, row(day0+1, stats.DimPage, "/", 1)))
		c.span(s, day0+1, day0+1)
		c.merge(s, batch("i", 2, row(day0, stats.DimPage, "/", 1)))
		c.span(s, day0, day0+1)
		c.open(s, day0+1)
		same(c, c.views(s, stats.DimPage, day0), nil)
	}},
	{"close other", "A closing with a row of another day is refused.", func(c *check) {
		s := c.Open(c.T, "close-other")
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5)))
		if s.Close(c.Context(), stats.Closing{Day: day0, Rows: []stats.Row{row(day0+1, stats.DimPage, "/", 1)}}) == nil {
			c.Error("no error")
		}
		c.open(s, day0+1, day0)
	}},
	{"pairs", "A pair of dimensions is kept as any dimension is: open, closed, expired.", func(c *check) {
		s := c.store()
		pair, ok := stats.PairOf(stats.DimBrowser, stats.DimCountry)
		if !ok {
			c.Fatal("no such pair")
		}
		seq := uint64(0)
		for at := range stats.Pairs() { // first, last and all between
			seq++
			c.merge(s, batch("all", seq, row(day0-5, at, stats.JoinPair("a", "b"), int64(at))))
		}
		chrome, edge := stats.JoinPair("KZ", "Chrome"), stats.JoinPair("KZ", "Edge")
		c.merge(s, batch("i", 1, row(day0, pair, chrome, 7), row(day0, pair, edge, 1), row(day0+1, pair, edge, 2)))
		same(c, c.views(s, pair, day0), map[string]int64{chrome: 7, edge: 1})
		crowded := row(day0, pair, chrome, 7)
		crowded.Counts[stats.Crowd] = 6
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0, Rows: []stats.Row{crowded}}))
		same(c, c.rows(s, pair, day0, day0), map[rowKey]stats.Counts{{day0, pair, chrome}: crowded.Counts})
		for at := range stats.Pairs() {
			same(c, c.views(s, at, day0-5), map[string]int64{stats.JoinPair("a", "b"): int64(at)})
		}
		c.ok(s.Expire(c.Context(), day0+1))
		for at := range stats.Pairs() {
			same(c, c.rows(s, at, day0-9, day0), map[rowKey]stats.Counts{})
		}
		same(c, c.views(s, pair, day0+1), map[string]int64{edge: 2})
	}},
	{"close large", "A closed day of tens of thousands of values reads as it was given.", func(c *check) {
		s := c.Open(c.T, "close-large")
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5)))
		cl := stats.Closing{Day: day0}
		want := map[string]int64{}
		for i := range 30_000 {
			value := fmt.Sprintf("/section-%d/page-%d", i%97, i)
			cl.Rows = append(cl.Rows, row(day0, stats.DimPage, value, int64(i)))
			if i > 0 { // a row with nothing to count is no row
				want[value] = int64(i)
			}
		}
		c.ok(s.Close(c.Context(), cl))
		same(c, c.views(s, stats.DimPage, day0), want)
	}},
}

func closing() stats.Closing {
	return stats.Closing{
		Day:  day0,
		Rows: []stats.Row{row(day0, stats.DimPage, "/", 5), row(day0, stats.DimCountry, "KZ", 6)},
		Folds: []stats.Fold{
			{Day: day0, Dim: stats.DimPage, Reason: stats.FoldBelow, K: 5, Values: 1, Counts: views(1)},
			{Day: day0, Dim: stats.DimCity, Reason: stats.FoldComplement, K: 5, Values: 300, Counts: views(1 << 40)},
		},
	}
}

var expireCases = []testcase{
	{"expire", "What is past its term is gone, open or closed, totals, rows and folds; what is not stays.", func(c *check) {
		s := c.store()
		var rows []stats.Row
		for d := range stats.Day(40) {
			rows = append(rows, row(day0-d, stats.DimPage, "/", 1))
		}
		slices.Reverse(rows)
		c.merge(s, batch("i", 1, rows...))
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0 - 5, Folds: []stats.Fold{{Day: day0 - 5, Dim: 1, K: 5, Values: 1}}}))
		c.ok(s.Close(c.Context(), stats.Closing{Day: day0 - 1, Rows: []stats.Row{row(day0-1, stats.DimPage, "/", 1)}}))
		c.ok(s.Expire(c.Context(), day0-1))
		c.ok(s.Expire(c.Context(), day0-1))

		c.span(s, day0-1, day0)
		c.open(s, day0+1, day0)
		same(c, c.rows(s, stats.DimPage, day0-100, day0), map[rowKey]stats.Counts{
			{day0 - 1, stats.DimPage, "/"}: views(1), {day0, stats.DimPage, "/"}: views(1),
		})
		folds, err := s.Folds(c.Context(), day0-100, day0)
		c.ok(err)
		if got := c.sum(s)[stats.Views]; got != 2 || len(folds) != 0 {
			c.Errorf("%d in the totals, want 2; folds %v", got, folds)
		}
		c.applied(s, "i", 1, "")
		c.merge(s, batch("i", 2, row(day0, stats.DimPage, "/", 1)))
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/": 2})
	}},
	{"expire none", "Expiring an empty store is no error.", func(c *check) {
		c.ok(c.Open(c.T, "expire-none").Expire(c.Context(), day0))
	}},
}
