package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// Shelf is the contract of [risk.Shelf]: documents until their end, and no longer.
func Shelf(t *testing.T, s risk.Shelf) {
	t.Helper()
	ctx, later, over := t.Context(), time.Now().Add(time.Hour), time.Now().Add(-time.Second)
	list := func(prefix string) (all []string) {
		t.Helper()
		err := s.List(ctx, prefix, func(key string, document []byte) { all = append(all, fmt.Sprintf("%s=%s", key, document)) })
		if err != nil {
			t.Errorf("List: %v", err)
		}
		return all
	}
	do := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Get(ctx, "a/1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	do("put", s.Put(ctx, "a/2", []byte("two"), later))
	do("put", s.Put(ctx, "a/1", []byte("one"), later))
	do("put", s.Put(ctx, "b/1", []byte("\x00\xff"), later))
	do("put over", s.Put(ctx, "a/3", []byte("gone"), over))
	if got := list("a/"); !slices.Equal(got, []string{"a/1=one", "a/2=two"}) {
		t.Errorf("in order of keys, without what is over: %q", got)
	}
	if doc, err := s.Get(ctx, "b/1"); err != nil || !bytes.Equal(doc, []byte("\x00\xff")) {
		t.Errorf("any bytes: %q, %v", doc, err)
	}
	if _, err := s.Get(ctx, "a/3"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("over: %v", err)
	}
	for i, want := range []string{"first", "first"} {
		if doc, err := s.Add(ctx, "c", []byte([]string{"first", "second"}[i]), later); err != nil || string(doc) != want {
			t.Errorf("whoever adds first wins: %q, %v", doc, err)
		}
	}
	if doc, err := s.Add(ctx, "a/3", []byte("new"), later); err != nil || string(doc) != "new" {
		t.Errorf("what is over is not there: %q, %v", doc, err)
	}
	do("replace", s.Put(ctx, "a/1", []byte("uno"), later))
	do("remove", s.Remove(ctx, "a/2"))
	do("remove what is not there", s.Remove(ctx, "a/9"))
	do("end", s.Put(ctx, "a/3", []byte("gone"), over))
	do("sweep", s.Sweep(ctx))
	if got := list(""); !slices.Equal(got, []string{"a/1=uno", "b/1=\x00\xff", "c=first"}) {
		t.Errorf("in the end: %q", got)
	}
	for _, key := range []string{"", "with space", "ключ", strings.Repeat("x", 129)} {
		if err := s.Put(ctx, key, nil, later); !errors.Is(err, risk.ErrShelf) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if err := s.Put(ctx, "large", make([]byte, 65<<10), later); !errors.Is(err, risk.ErrShelf) {
		t.Errorf("a large document: %v", err)
	}
}
