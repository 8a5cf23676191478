package storetest

import (
	"bytes"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var documentCases = []testcase{
	{"documents", "A document is replaced only by who knows what it is.", func(c *check) {
		s := c.store()
		_, err := s.Get(c.Context(), "k")
		c.is(err, fs.ErrNotExist)
		for _, step := range []struct {
			name     string
			old, new []byte
			want     bool
			then     string
		}{
			{"replace what is not there", []byte("a"), []byte("b"), false, ""},
			{"replace an empty one that is not there", []byte{}, []byte("b"), false, ""},
			{"delete what is not there", nil, nil, true, ""},
			{"create", nil, []byte("a"), true, "a"},
			{"create again", nil, []byte("b"), false, "a"},
			{"replace another", []byte("x"), []byte("b"), false, "a"},
			{"replace", []byte("a"), []byte("b\x00\r\n\xff"), true, "b\x00\r\n\xff"},
			{"empty", []byte("b\x00\r\n\xff"), []byte{}, true, "-"},
			{"create over an empty one", nil, []byte("x"), false, "-"},
			{"fill", []byte{}, []byte("c"), true, "c"},
			{"delete another", []byte("x"), nil, false, "c"},
			{"delete", []byte("c"), nil, true, ""},
			{"create once more", nil, []byte("d"), true, "d"},
		} {
			swapped, err := s.Swap(c.Context(), "k", step.old, step.new)
			c.ok(err)
			if swapped != step.want {
				c.Errorf("%s: %v, want %v", step.name, swapped, step.want)
			}
			doc, err := s.Get(c.Context(), "k")
			if step.then == "" {
				c.is(err, fs.ErrNotExist)
			} else if c.ok(err); string(doc) != strings.TrimPrefix(step.then, "-") || doc == nil {
				c.Errorf("%s: then %q, want %q", step.name, doc, step.then)
			}
		}
	}},
	{"documents keys", "Keys are listed by prefix, in order.", func(c *check) {
		s := c.Open(c.T, "documents-keys")
		for _, key := range []string{"b", "a/2", "a/10", "a", "ab", "a/{x}*?", "ä", "\xff"} {
			_, err := s.Swap(c.Context(), key, nil, []byte("x"))
			c.ok(err)
		}
		for prefix, want := range map[string][]string{
			"": {"a", "a/10", "a/2", "a/{x}*?", "ab", "b", "ä", "\xff"}, "a/": {"a/10", "a/2", "a/{x}*?"}, "*": nil, "c": nil, "\xff": {"\xff"},
		} {
			got, err := s.Keys(c.Context(), prefix)
			c.ok(err)
			if !slices.Equal(got, want) {
				c.Errorf("%q: %q, want %q", prefix, got, want)
			}
		}
	}},
	{"documents contended", "Of many who replace the same document at once, one succeeds: no change is lost.", func(c *check) {
		s := c.Open(c.T, "documents-contended")
		_, err := s.Swap(c.Context(), "n", nil, []byte("0"))
		c.ok(err)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for done := 0; done < 8 && !c.Failed(); {
					old, err := s.Get(c.Context(), "n")
					if err != nil {
						c.Error(err)
						return
					}
					n, _ := strconv.Atoi(string(old)) // what was written below
					swapped, err := s.Swap(c.Context(), "n", old, []byte(strconv.Itoa(n+1)))
					if err != nil {
						c.Error(err)
					}
					if swapped {
						done++
					}
				}
			})
		}
		wg.Wait()
		if doc, err := s.Get(c.Context(), "n"); err != nil || string(doc) != "64" {
			c.Errorf("%q, %v; want 64", doc, err)
		}
	}},
	{"documents bounds", "A document of a megabyte is kept; one without key or without end is refused.", func(c *check) {
		s := c.Open(c.T, "documents-bounds")
		large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		swapped, err := s.Swap(c.Context(), "large", nil, large)
		c.ok(err)
		if got, err := s.Get(c.Context(), "large"); err != nil || !swapped || !bytes.Equal(got, large) {
			c.Errorf("it came back otherwise: %v", err)
		}
		for _, key := range []string{"", strings.Repeat("x", 1<<10)} {
			if _, err := s.Swap(c.Context(), key, nil, []byte("x")); err == nil {
				c.Errorf("key of %d bytes: no error", len(key))
			}
		}
		if _, err := s.Swap(c.Context(), "endless", nil, make([]byte, 1<<24)); err == nil {
			c.Error("document of 16 MiB: no error")
		}
	}},
}
