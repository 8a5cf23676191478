package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// From clone to one's own visit: the printed link makes the first account, and the visit just made is there.
func TestFirstAdminSeesTheVisitJustMade(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.open("/articles/wild")

	a := visit(t, p.site, options{})
	a.open(strings.TrimPrefix(p.setupLink(), p.site))
	a.fill("input[name=name]", adminName)
	a.fill("input[name=password]", adminPassword)
	a.submit(".gate form button", "/admin/")
	const cards = `[...document.querySelectorAll(".card")].map(c => c.innerText.replaceAll("\n", " ")).join("; ")`
	poll(t, "the dashboard shows the visit", func() (bool, any) {
		a.open("/admin/?range=7d") // not today: the visit may have been yesterday, a minute ago
		saw := []string{a.text("#pages"), a.text("#people"), ask[string](a, cards)}
		return strings.Contains(saw[0], "/articles/wild") && strings.Contains(saw[1], "Chrome") && strings.Contains(saw[2], "2"), saw
	})
	a.click(".settings summary")
	a.submit("form[action$='/logout'] button", "/admin/login")
	a.fill("input[name=name]", adminName)
	a.fill("input[name=password]", adminPassword)
	a.submit(".gate form button", "/admin/")

	again := visit(t, p.site, options{})
	again.allowed = []string{"/admin/setup"} // refused: the link works once
	again.open(strings.TrimPrefix(p.setupLink(), p.site))
	if got := ask[int](again, `document.querySelectorAll("input[type=password][autocomplete=new-password]").length`); got != 0 {
		t.Error("the set-up link works twice")
	}
}

// icon waits until the browser has the icon of the demonstration, which is also a picture on its pages: it asks for it some time
// after a page is loaded.
func (v *visitor) icon() {
	v.t.Helper()
	poll(v.t, "the icon is there", func() (bool, any) {
		n := v.wire.answered(v.site + "/assets/apple.svg")
		return n >= 2, n
	})
}

// fill types into a field.
func (v *visitor) fill(selector, text string) {
	v.t.Helper()
	v.click(selector)
	v.press(text)
}

// Refusal means refusal: twenty page views change no number but "refused".
func TestS4_4_5_ARefusingVisitorIsNotCounted(t *testing.T) {
	p := start(t, "--metrics", "127.0.0.1:0")
	admin := p.admin(t)
	counted := visit(t, p.site, options{})
	counted.open("/")
	counted.shown(panel)
	counted.icon()
	v := visit(t, p.site, options{language: "ru"})
	v.open("/contact")
	v.shown(panel)
	v.icon()
	v.click(reject)
	v.hidden(panel)
	v.wantJar(necessary...)
	poll(t, "both first page views are counted, and the question and the answer", func() (bool, any) {
		now := admin.totals(t)
		return now["views"] == 2 && now["events"] == 2, now
	})
	p.atRest(t)
	before, rows := admin.totals(t), admin.rows(t)

	for i := range 20 {
		v.open([]string{"/articles/aport", "/video", "/wall", "/nowhere-" + fmt.Sprint(i/4)}[i%4])
	}
	v.allowed = []string{"404"}
	missing := int64(5) // a page that is not there is no page view, refused or not
	want := maps.Clone(before)
	want["refused"] += 20 - missing
	poll(t, fmt.Sprintf("totals of %v, where only refused has changed", want), func() (bool, any) {
		now := admin.totals(t)
		return maps.Equal(now, want), now
	})
	poll(t, fmt.Sprintf("rows of %q, as before", rows), func() (bool, any) {
		now := admin.rows(t)
		return slices.Equal(now, rows), now
	})
	v.wantJar(necessary...)
}
