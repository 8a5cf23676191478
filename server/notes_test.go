package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// TestNotesStandInChartAndTable: what one admin writes about a day, all see in the drawing, the table and the
// list, until it is removed; both are in the audit.
func TestNotesStandInChartAndTable(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	day := (today() - 3).String()
	post := func(path string, form url.Values) int {
		return b.do("POST", path, form, cookie).StatusCode
	}
	if got := post("/admin/notes/add", url.Values{"day": {day}, "text": {"New <b>tariffs</b>"}, "back": {"/admin/?range=30d"}}); got != 303 {
		t.Fatalf("adding a note answered %d", got)
	}
	page := body(t, b.do("GET", "/admin/?range=30d", nil, cookie))
	for _, want := range []string{`class="mark-line"`, `data-note="New &lt;b&gt;tariffs&lt;/b&gt;"`, `<span class="note-text">New &lt;b&gt;tariffs`, "Notes (1)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the overview lacks %s", want)
		}
	}
	if other := body(t, b.do("GET", "/admin/?range=yesterday", nil, cookie)); strings.Contains(other, "tariffs") {
		t.Error("a note stands on another day")
	}
	for _, bad := range []url.Values{{"day": {"soon"}, "text": {"x"}}, {"day": {day}}, {"day": {day}, "text": {strings.Repeat("ж", 161)}}, {"day": {day}, "text": {"a\u202eb"}}} {
		if got := post("/admin/notes/add", bad); got != 422 {
			t.Errorf("the note %q was answered by %d", bad, got)
		}
	}
	_, id, _ := strings.Cut(page, `/notes/remove"><input type="hidden" name="id" value="`)
	id, _, _ = strings.Cut(id, `"`)
	if got := post("/admin/notes/remove", url.Values{"id": {id}}); got != 303 {
		t.Errorf("removing a note answered %d", got)
	}
	if page := body(t, b.do("GET", "/admin/?range=30d", nil, cookie)); strings.Contains(page, "tariffs") {
		t.Error("the removed note is still there")
	}
	if got := b.docs.docs["audit/2026-11"]; !strings.Contains(got, "note.added") || !strings.Contains(got, "note.removed") || !strings.Contains(got, owner) {
		t.Errorf("the audit says %s", got)
	}
	if got := b.do("POST", "/admin/notes/add", url.Values{"day": {day}, "text": {"x"}}); got.StatusCode == 303 && !strings.HasPrefix(got.Header.Get("Location"), "/admin/login") {
		t.Error("somebody who is not signed in wrote a note")
	}
}

// TestSavedViews: a view keeps what an address has understood, and nothing else.
func TestSavedViews(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	save := func(name, query string) int {
		return b.do("POST", "/admin/views/save", url.Values{"name": {name}, "query": {query}}, cookie).StatusCode
	}
	if got := save("Kazakhstan", "range=30d&on=country:KZ&evil=%22&metric=views"); got != 303 {
		t.Fatalf("saving answered %d", got)
	}
	page := body(t, b.do("GET", "/admin/", nil, cookie))
	if !strings.Contains(page, `<a href="/admin/?metric=views&amp;on=country%3AKZ&amp;range=30d"><bdi>Kazakhstan</bdi>`) {
		t.Error("the menu lacks the view, or the view holds what it should not")
	}
	if got := save("", "range=30d"); got != 422 {
		t.Errorf("a view without a name was answered by %d", got)
	}
	for i := range 60 {
		save(fmt.Sprint("v", i), "")
	}
	if got := save("one more", ""); got != 409 {
		t.Errorf("the 51st view was answered by %d", got)
	}
	if got := save("Kazakhstan", "range=7d"); got != 303 {
		t.Errorf("saving over a view was answered by %d", got)
	}
}
