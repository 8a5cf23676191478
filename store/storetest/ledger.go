package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/kelisim/kelisim/consent"
)

func entry(id string) consent.Entry {
	return consent.Entry{ID: id, Leaf: consent.Leaf(sha256.Sum256([]byte(id))), Sealed: []byte("\x00\r\n{sealed " + id + "}\xff")}
}

func equal(a, b consent.Entry) bool {
	return a.ID == b.ID && a.Leaf == b.Leaf && bytes.Equal(a.Sealed, b.Sealed)
}

var ledgerCases = []testcase{
	{"ledger", "Entries come back as they were, in the order in which they were appended, from any position, until the reader has enough.", func(c *check) {
		s := c.store()
		var want []string
		for i := range 300 {
			id := fmt.Sprintf("%c%d", 'z'-i%26, i)
			c.ok(s.Append(c.Context(), entry(id)))
			want = append(want, id)
		}
		for _, from := range []int{0, 1, 255, 256, 299, 300, 10_000} {
			if got := c.entries(s, from); !slices.Equal(got, want[min(from, len(want)):]) {
				c.Errorf("from %d: %d entries, want %d", from, len(got), len(want)-from)
			}
		}
		seen := 0
		c.ok(s.Entries(c.Context(), 0, func(_ int, e consent.Entry) bool {
			if !equal(e, entry(e.ID)) {
				c.Errorf("%q: %q under %x", e.ID, e.Sealed, e.Leaf)
			}
			seen++
			return seen < 270
		}))
		if seen != 270 {
			c.Errorf("%d entries were read, want 270", seen)
		}
		e, err := s.Entry(c.Context(), want[7])
		c.ok(err)
		if !equal(e, entry(want[7])) {
			c.Errorf("entry %q: %q", e.ID, e.Sealed)
		}
		_, err = s.Entry(c.Context(), "nobody's")
		c.is(err, consent.ErrNoEntry)
	}},
	{"ledger twice", "An entry that is held is acknowledged and stays as it was and where it was.", func(c *check) {
		s := c.Open(c.T, "ledger-twice")
		for _, id := range []string{"a", "b", "a", "c", "b"} {
			c.ok(s.Append(c.Context(), entry(id)))
		}
		c.ok(s.Append(c.Context(), consent.Entry{ID: "a", Sealed: []byte("another")}))
		if got := c.entries(s, 0); !slices.Equal(got, []string{"a", "b", "c"}) {
			c.Errorf("entries %v", got)
		}
		e, err := s.Entry(c.Context(), "a")
		c.ok(err)
		if !bytes.Equal(e.Sealed, entry("a").Sealed) {
			c.Errorf("it was overwritten: %q", e.Sealed)
		}
	}},
	{"ledger concurrent", "Of many writers at once, some with the same entry, each entry is kept once.", func(c *check) {
		s := c.Open(c.T, "ledger-concurrent")
		var wg sync.WaitGroup
		var errs [8]error
		for w := range errs {
			wg.Go(func() {
				for i := range 8 {
					errs[w] = errors.Join(errs[w], s.Append(c.Context(), entry(fmt.Sprint(w/2, "-", i))))
				}
			})
		}
		wg.Wait()
		c.ok(errors.Join(errs[:]...))
		got := c.entries(s, 0)
		slices.Sort(got)
		if len(got) != 32 || len(slices.Compact(got)) != 32 {
			c.Errorf("%d entries, want 32 different ones", len(got))
		}
	}},
	{"ledger large", "A large entry comes back whole; one without id or content, or without end, is refused.", func(c *check) {
		s := c.Open(c.T, "ledger-large")
		large := consent.Entry{ID: "large", Sealed: bytes.Repeat([]byte("\x00\xff01"), 1<<18)}
		c.ok(s.Append(c.Context(), large))
		e, err := s.Entry(c.Context(), "large")
		c.ok(err)
		if !bytes.Equal(e.Sealed, large.Sealed) {
			c.Error("it came back otherwise")
		}
		for _, bad := range []consent.Entry{{}, {ID: "x"}, {Sealed: []byte("x")}, {ID: strings.Repeat("x", 1000), Sealed: []byte("x")}, {ID: "x", Sealed: make([]byte, 1<<24)}} {
			if s.Append(c.Context(), bad) == nil {
				c.Errorf("entry %.20q of %d bytes: no error", bad.ID, len(bad.Sealed))
			}
		}
		if got := c.entries(s, 0); len(got) != 1 {
			c.Errorf("entries %v", got)
		}
	}},
}
