package storetest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"slices"

	"github.com/kelisim/kelisim/consent"
)

var logCases = []testcase{
	{"log positions", "An entry is where Entries shows it, for good: the log is made of positions.", func(c *check) {
		s := c.Open(c.T, "log-positions")
		for i := range 300 {
			c.ok(s.Append(c.Context(), entry(fmt.Sprint(i))))
			c.ok(s.Append(c.Context(), entry(fmt.Sprint(i/2)))) // held already
		}
		for _, i := range []int{0, 1, 255, 256, 299} {
			got, err := s.Position(c.Context(), fmt.Sprint(i))
			c.ok(err)
			if got != i {
				c.Errorf("entry %d is at %d", i, got)
			}
		}
		_, err := s.Position(c.Context(), "nobody's")
		c.is(err, consent.ErrNoEntry)
	}},
	{"log erase", "An erased entry keeps its id, leaf and position and nothing else, and no repeated delivery brings its content back.", func(c *check) {
		s := c.Open(c.T, "log-erase")
		for i := range 600 {
			c.ok(s.Append(c.Context(), entry(fmt.Sprint(i))))
		}
		doomed := []string{"0", "299", "300", "599"}
		for i := range 290 {
			doomed = append(doomed, fmt.Sprint(i+5))
		}
		c.ok(s.Erase(c.Context(), doomed...))
		c.ok(s.Erase(c.Context(), doomed[3:]...)) // again
		c.ok(s.Erase(c.Context()))
		c.is(s.Erase(c.Context(), "7", "nobody's"), consent.ErrNoEntry)
		for _, id := range doomed {
			c.ok(s.Append(c.Context(), entry(id)))
		}
		n := 0
		c.ok(s.Entries(c.Context(), 0, func(position int, e consent.Entry) bool {
			want := entry(fmt.Sprint(position))
			if slices.Contains(doomed, want.ID) {
				want.Sealed = nil
				n++
			}
			if !equal(e, want) {
				c.Errorf("position %d: %q, %d bytes under %x", position, e.ID, len(e.Sealed), e.Leaf)
			}
			return true
		}))
		if n != len(doomed) {
			c.Errorf("%d erased entries were read, want %d", n, len(doomed))
		}
		e, err := s.Entry(c.Context(), "300")
		c.ok(err)
		if !e.Erased() || e.Leaf != entry("300").Leaf {
			c.Errorf("erased: %+v", e)
		}
	}},
	{"log erase at rest", "Of what an erased entry sealed there is no byte at rest, old pages and old commands included; of its neighbours there is every one.", func(c *check) {
		s := c.Open(c.T, "log-erase-at-rest")
		sealed := func(i int) (random []byte) { // nothing that Redis would compress
			for j := range 30 {
				sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", i, j))
				random = append(random, sum[:]...)
			}
			return random
		}
		for i := range 400 {
			e := entry(fmt.Sprint(i))
			e.Sealed = sealed(i)
			c.ok(s.Append(c.Context(), e))
		}
		before := c.Raw(c.T)
		for _, i := range []int{0, 123, 399} {
			if !bytes.Contains(before, sealed(i)) {
				c.Errorf("entry %d is not found before it is erased: the search does not see what rests", i)
			}
		}
		c.ok(s.Erase(c.Context(), "0", "123"))
		c.ok(s.Erase(c.Context(), "399"))
		c.Raw(c.T)                                     // a rewriting that began too early ends
		c.ok(s.Append(c.Context(), entry("one more"))) // what an interrupted rewriting waits for
		after := c.Raw(c.T)
		for _, i := range []int{0, 123, 399} {
			for part := range slices.Chunk(sealed(i), 32) {
				if bytes.Contains(after, part) {
					c.Errorf("entry %d is still at rest", i)
					break
				}
			}
		}
		if !bytes.Contains(after, sealed(124)) {
			c.Error("a neighbour is gone, too")
		}
	}},
	{"log sheets", "Sheets are documents of an area of their own.", func(c *check) {
		s := c.Open(c.T, "log-sheets")
		_, err := s.Sheet(c.Context(), "head")
		c.is(err, fs.ErrNotExist)
		for _, step := range []struct {
			old, new []byte
			want     bool
		}{{[]byte("x"), []byte("a"), false}, {nil, []byte("a"), true}, {nil, []byte("b"), false}, {[]byte("a"), bytes.Repeat([]byte("b\x00"), 8192), true}} {
			swapped, err := s.SwapSheet(c.Context(), "head", step.old, step.new)
			c.ok(err)
			if swapped != step.want {
				c.Errorf("%.3q to %.3q: %v", step.old, step.new, swapped)
			}
		}
		_, err = s.Swap(c.Context(), "head", nil, []byte("a document"))
		c.ok(err)
		sheet, err := s.Sheet(c.Context(), "head")
		c.ok(err)
		if len(sheet) != 16384 {
			c.Errorf("sheet of %d bytes", len(sheet))
		}
		_, err = s.SwapSheet(c.Context(), "heads/1", nil, []byte("1"))
		c.ok(err)
		names, err := s.Sheets(c.Context(), "head")
		c.ok(err)
		if !slices.Equal(names, []string{"head", "heads/1"}) {
			c.Errorf("sheets %q", names)
		}
	}},
}
