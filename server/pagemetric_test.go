package server_test

import (
	"strings"
	"testing"
)

// TestAPageTellsOfItself: under a page the head of the overview tells what is known of the page, and lists who viewed it from where tell no
// visitors, since those would be the ones whose day began on it.
func TestAPageTellsOfItself(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	page := body(t, b.do("GET", "/admin/?range=30d&on=page:%2Fpricing", nil, cookie))
	for _, want := range []string{"Time on page", "Entries", "Exits"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, other := range []string{"Views per visit", "Visit duration"} {
		if strings.Contains(page, other) {
			t.Errorf("%q is told of a page", other)
		}
	}
	list := body(t, b.do("GET", "/admin/list/country?range=30d&on=page:%2Fpricing", nil, cookie))
	if strings.Contains(list, ">Visitors</th>") || !strings.Contains(list, ">Entries</th>") {
		t.Error("places of those who viewed a page tell visitors, or no entries")
	}
	files := body(t, b.do("GET", "/admin/export/page.csv?range=30d", nil, cookie))
	if head, _, _ := strings.Cut(files, "\n"); !strings.Contains(head, "visitors") || strings.Contains(head, "visits") || !strings.Contains(head, "timed") {
		t.Errorf("columns are %s", head)
	}
}
