package visit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/kelisim/kelisim/visit"
)

func TestInternerShares(t *testing.T) {
	in := visit.NewInterner(64)
	request := "GET /about HTTP/1.1"
	path := request[4:10]
	for range 3 {
		in.Intern(path)
	}
	a, b := in.Intern(path), in.Intern(strings.Clone(path))
	if a != "/about" || unsafe.StringData(a) != unsafe.StringData(b) {
		t.Error("equal strings must be one")
	}
	if unsafe.StringData(a) == unsafe.StringData(path) {
		t.Error("it must not keep the request alive")
	}
	if in.Intern("") != "" {
		t.Error("the empty string stays empty")
	}
}

// TestInternerWithstandsFloods: what real visitors use stays shared under ten times as many made-up
// strings, each sent twice so that it may enter.
func TestInternerWithstandsFloods(t *testing.T) {
	in := visit.NewInterner(1024)
	hot := make([]string, 200)
	shared := make([]*byte, len(hot))
	for i := range hot {
		hot[i] = fmt.Sprintf("/page-%d", i)
		for range 80 {
			shared[i] = unsafe.StringData(in.Intern(hot[i]))
		}
	}
	for i := range 10_000 {
		made := fmt.Sprintf("/made-up-%d", i)
		in.Intern(made)
		in.Intern(made)
	}
	kept := 0
	for i := range hot {
		if unsafe.StringData(in.Intern(hot[i])) == shared[i] {
			kept++
		}
	}
	if kept < 190 {
		t.Errorf("%d of 200 strings in use were kept", kept)
	}
}

func TestInternerLetsNewStringsIn(t *testing.T) {
	in := visit.NewInterner(8)
	for i := range 50 {
		for range 100 {
			in.Intern(fmt.Sprintf("/old-%d", i))
		}
	}
	for range 2000 {
		in.Intern("/new")
	}
	if first, again := in.Intern("/new"), in.Intern("/new"); unsafe.StringData(first) != unsafe.StringData(again) {
		t.Error("a string in use must find room in time")
	}
}

func TestInternerConcurrently(t *testing.T) {
	in := visit.NewInterner(32)
	agents := visit.NewAgents(32)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 3000 {
				want := fmt.Sprintf("/%d", (i*7+g)%90)
				if got := in.Intern(want); got != want {
					t.Errorf("Intern(%q) = %q", want, got)
				}
				major := 100 + (i+g)%90
				ua := fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", major)
				if got := agents.Parse(ua, nil); got.Major != major {
					t.Errorf("%s: %+v", ua, got)
				}
			}
		})
	}
	wg.Wait()
}
