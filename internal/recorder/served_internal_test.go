package recorder

import (
	"fmt"
	"testing"
)

// A page that was served is known, one that was made up is not, but for one in a thousand when the filter is full; a full one begins
// anew.
func TestServed(t *testing.T) {
	s := newServed()
	for i := range servedMost - 100 { // a few pass for known when they are noted
		s.note(fmt.Sprint("/page/", i))
	}
	for i := range servedMost - 100 {
		if !s.has(fmt.Sprint("/page/", i)) {
			t.Fatalf("page %d was served and is not known", i)
		}
	}
	wrong := 0
	for i := range 100_000 {
		if s.has(fmt.Sprint("/made-up/", i)) {
			wrong++
		}
	}
	if wrong > 300 {
		t.Errorf("%d of 100,000 made-up pages pass", wrong)
	}
	for i := range 300 {
		s.note(fmt.Sprint("/more/", i))
	}
	if s.has("/page/1") || !s.has("/more/299") {
		t.Error("a full filter does not begin anew")
	}
}
