package storetest

import (
	"bytes"
	"fmt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

var restCases = []testcase{
	{"reopen", "What was acknowledged is there when the store is opened again.", func(c *check) {
		s := c.store()
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5)))
		c.merge(s, large("i", 2))
		c.ok(s.Append(c.Context(), entry("one")))
		_, err := s.Swap(c.Context(), "k", nil, []byte("v"))
		c.ok(err)
		c.ok(s.Shutdown())
		s = c.store()
		c.applied(s, "i", 2, "")
		if m := c.merge(s, large("i", 2)); !m.Duplicate {
			c.Error("it is a duplicate")
		}
		c.merge(s, batch("i", 3, row(day0, stats.DimPage, "/", 1)))
		if got := c.views(s, stats.DimPage, day0)["/"]; got != 6 {
			c.Errorf("%d, want 6", got)
		}
		doc, err := s.Get(c.Context(), "k")
		c.ok(err)
		if got := c.entries(s, 0); len(got) != 1 || string(doc) != "v" {
			c.Errorf("entries %v, document %q", got, doc)
		}
	}},
	{"callbacks", "A reader's function may use the store, so long as it does not wait for itself.", func(c *check) {
		s := c.store()
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 5), row(day0, stats.DimPage, "/a", 1)))
		c.ok(s.Append(c.Context(), entry("one")))
		seq := uint64(1)
		use := func() {
			seq++
			c.merge(s, batch("i", seq, row(day0+1, stats.DimPage, "/", 1)))
			_, err := s.Entry(c.Context(), "one")
			c.ok(err)
			c.ok(s.Close(c.Context(), stats.Closing{Day: day0 - 1}))
		}
		c.ok(s.Rows(c.Context(), stats.DimPage, day0, day0, func(stats.Row) { use() }))
		c.ok(s.Totals(c.Context(), day0, day0, func(stats.Total) { use() }))
		c.ok(s.Entries(c.Context(), 0, func(int, consent.Entry) bool { use(); return true }))
	}},
	{"canary", "What closing folded, what has expired and what was deleted is in no byte at rest, old pages and old commands included.", canary},
}

// canary plants values that must go and one that must stay: a search that finds nothing at all proves nothing.
func canary(c *check) {
	s := c.store()
	marks := map[string]string{}
	for _, name := range []string{"folded", "folded city", "expired", "deleted", "kept"} {
		marks[name] = fmt.Sprintf("canary-%s-%x", name, len(name)*7919)
	}
	var filler []stats.Row
	for i := range 2000 {
		filler = append(filler, row(day0, stats.DimPage, fmt.Sprintf("/filler/%05d", i), 1))
	}
	c.merge(s, batch("i", 1, append(filler, row(day0, stats.DimPage, marks["folded"], 1))...))
	c.merge(s, batch("i", 2, row(day0, stats.DimCity, marks["folded city"], 1), row(day0, stats.DimCity, marks["kept"], 9)))
	c.merge(s, batch("i", 3, row(day0-9, stats.DimSource, marks["expired"], 1)))
	c.ok(s.Close(c.Context(), stats.Closing{Day: day0 - 9, Rows: []stats.Row{row(day0-9, stats.DimSource, marks["expired"], 1)}}))
	_, err := s.Swap(c.Context(), "account", nil, []byte(marks["deleted"]))
	c.ok(err)
	before := c.Raw(c.T)
	for name, mark := range marks {
		if !bytes.Contains(before, []byte(mark)) {
			c.Errorf("%s: not found before it was to go: the search does not see what rests", name)
		}
	}

	c.ok(s.Close(c.Context(), stats.Closing{Day: day0, Rows: []stats.Row{row(day0, stats.DimCity, marks["kept"], 9)}}))
	c.ok(s.Expire(c.Context(), day0-1))
	_, err = s.Swap(c.Context(), "account", []byte(marks["deleted"]), nil)
	c.ok(err)
	c.Raw(c.T) // a rewriting that began too early ends
	c.merge(s, batch("i", 4, row(day0+1, stats.DimPage, "/", 1)))
	after := c.Raw(c.T)
	for name, mark := range marks {
		if bytes.Contains(after, []byte(mark)) != (name == "kept") {
			c.Errorf("%s: at rest: %v", name, name != "kept")
		}
	}
	if bytes.Contains(after, []byte("/filler/01999")) {
		c.Error("a filler is still at rest")
	}
}
