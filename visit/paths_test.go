package visit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

func TestPaths(t *testing.T) {
	p, err := visit.NewPaths([]string{"/cart", "/app/**", "/item/*/photos"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"/cart": true, "/cart/": false, "/app": false, "/app/a/b": true, "/application": false, "/item/[id]/photos": true, "/item/photos": false, "": false,
	} {
		if p.Has(path) != want {
			t.Errorf("%q is in the set: %t", path, !want)
		}
	}
	if (*visit.Paths)(nil).Has("/") {
		t.Error("a nil set has a path")
	}
	_, err = visit.NewPaths([]string{"cart", "/[", "/fine"})
	if err == nil || !strings.Contains(err.Error(), `"cart"`) || !strings.Contains(err.Error(), `"/["`) {
		t.Errorf("%v: want both faults", err)
	}
	if _, err := visit.NewPaths(slices.Repeat([]string{"/a"}, visit.MaxPaths+1)); err == nil {
		t.Error("too many patterns are taken")
	}
}
