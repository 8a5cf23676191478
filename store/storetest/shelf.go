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

// changeTogether: no change is lost, however many there are at once.
func changeTogether(t *testing.T, s risk.Shelf) {
	t.Helper()
	const each, writers = 10, 4
	errs := make(chan error, writers)
	for range writers {
		go func() {
			var err error
			for range each {
				err = errors.Join(err, s.Change(t.Context(), "together", func(document []byte) ([]byte, time.Time, bool) {
					return append(document, 'x'), time.Now().Add(time.Hour), true
				}))
			}
			errs <- err
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Errorf("change: %v", err)
		}
	}
	if document, err := s.Get(t.Context(), "together"); err != nil || len(document) != each*writers {
		t.Errorf("%d changes of %d are there: %v", len(document), each*writers, err)
	}
	if err := s.Remove(t.Context(), "together"); err != nil {
		t.Error(err)
	}
}

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
	change := func(key string, to []byte, ok bool) (was []byte) {
		t.Helper()
		do("change", s.Change(ctx, key, func(document []byte) ([]byte, time.Time, bool) {
			was = document
			return to, later, ok
		}))
		return was
	}
	if was := change("d", []byte("one"), true); was != nil {
		t.Errorf("nothing was there: %q", was)
	}
	if was := change("d", []byte("two"), false); string(was) != "one" {
		t.Errorf("what is kept: %q", was)
	}
	if was := change("d", []byte("two"), true); string(was) != "one" {
		t.Errorf("what is to stay as it is: %q", was)
	}
	if got := list("d"); !slices.Equal(got, []string{"d=two"}) {
		t.Errorf("what was changed: %q", got)
	}
	if was := change("d", nil, true); string(was) != "two" {
		t.Errorf("what is removed: %q", was)
	}
	if was := change("d", nil, true); was != nil || len(list("d")) != 0 {
		t.Errorf("what was removed: %q, %q", was, list("d"))
	}
	changeTogether(t, s)
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
