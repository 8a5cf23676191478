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
	a.open("/admin/?range=today")
	a.await(`document.querySelector("#pages")?.innerText.includes("/articles/wild")`)
	for _, want := range []struct{ where, what string }{{"#pages", "/articles/wild"}, {"#people", "Chrome"}} {
		if got := a.text(want.where); !strings.Contains(got, want.what) {
			t.Errorf("%s does not show %q:\n%s", want.where, want.what, got)
		}
	}
	views := ask[string](a, `[...document.querySelectorAll(".card")].map(c => c.innerText.replaceAll("\n", " ")).join("; ")`)
	if !strings.Contains(views, "2") {
		t.Errorf("the cards say %q, want two page views", views)
	}
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

// fill types into a field.
func (v *visitor) fill(selector, text string) {
	v.t.Helper()
	v.click(selector)
	v.press(text)
}

// Refusal means refusal: twenty page views change no number but "refused".
func TestS4_4_5_ARefusingVisitorIsNotCounted(t *testing.T) {
	p := start(t)
	admin := p.admin(t)
	counted := visit(t, p.site, options{})
	counted.open("/")
	counted.shown(panel)
	v := visit(t, p.site, options{language: "ru"})
	v.open("/contact")
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.wantJar(necessary...)
	poll(t, "both first page views are counted", func() (bool, any) {
		now := admin.totals(t)
		return now["views"] == 2, now
	})
	before, rows := admin.totals(t), admin.rows(t)

	for i := range 20 {
		v.open([]string{"/articles/aport", "/video", "/wall", "/nowhere-" + fmt.Sprint(i/4)}[i%4])
	}
	v.allowed = []string{"404"}
	missing := int64(5) // a page that is not there is no page view, refused or not
	want := maps.Clone(before)
	want["refused"] += 20 - missing
	poll(t, fmt.Sprintf("totals of %v", want), func() (bool, any) {
		now := admin.totals(t)
		return now["refused"] >= want["refused"], now
	})
	if got := admin.totals(t); !maps.Equal(got, want) {
		t.Errorf("totals were %v and are %v; only refused may change", before, got)
	}
	if got := admin.rows(t); !slices.Equal(got, rows) {
		t.Errorf("rows were %q and are %q", rows, got)
	}
	v.wantJar(necessary...)
}
