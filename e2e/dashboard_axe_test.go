package e2e_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

const goals = `
goals:
  - name: wild apples
    page: /articles/wild
funnels:
  - name: reading
    steps:
      - page: /
      - page: /articles
`

var shareLink = regexp.MustCompile(`http://[^<\s]+(/admin/share/[\w-]{32})`)

// furnished starts the program with a goal and a funnel, some visitors, a note, a saved view, a digest and a share link, and
// returns the pages of its dashboard.
func furnished(t *testing.T) (p *program, pages []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "goals.yaml")
	if err := os.WriteFile(file, []byte(goals), 0o600); err != nil {
		t.Fatal(err)
	}
	p = start(t, "--goals", file, "--mail-from", "kelisim@example.org", "--smtp", "smtp://localhost:1?tls=none")
	a := p.admin(t)
	(&traffic{p: p}).view(t, 24)
	a.form(t, "/admin/views/save", url.Values{"name": {"Today"}, "query": {"range=today"}, "back": {"/admin/?range=today"}})
	a.form(t, "/admin/notes/add", url.Values{"day": {time.Now().Format(time.DateOnly)}, "text": {"New prices"}, "back": {"/admin/?range=today"}})
	a.form(t, "/admin/settings/digest", url.Values{"to": {"analyst@example.org"}, "every": {"week"}, "lang": {"kk"}, "back": {"/admin/settings"}})
	link := shareLink.FindStringSubmatch(a.form(t, "/admin/settings/share", url.Values{"label": {"The board"}, "days": {"30"}}))
	if link == nil {
		t.Fatal("no share link is told")
	}
	return p, []string{
		"/admin/?range=today", "/admin/?range=today&on=page:/", "/admin/?range=today&who=bots", "/admin/realtime", "/admin/returning?range=30d",
		"/admin/technical?range=today", "/admin/networks?range=today", "/admin/consents?range=today", "/admin/findings", "/admin/security", "/admin/health", "/admin/settings",
		"/admin/list/page?range=today", "/admin/list/country?range=today&q=K", "/admin/licences", "/admin/nothing", link[1] + "?range=today",
	}
}

// TestNoBarriersInDashboard: every page of the dashboard in each language, light and dark, wide and on a phone, where nothing
// is wider than the window.
func TestNoBarriersInDashboard(t *testing.T) {
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p, pages := furnished(t)
	for _, look := range []struct {
		lang, scheme string
		width        int64
	}{{"kk", "light", 390}, {"kk", "dark", 1280}, {"ru", "light", 1280}, {"ru", "dark", 390}, {"en", "light", 390}, {"en", "dark", 1280}} {
		v := visit(t, p.site, options{language: look.lang})
		v.allowed = []string{"404"}
		v.look(look.width, 900, look.scheme)
		v.open("/admin/login")
		v.audit(string(source), look.scheme+" login", `document`)
		v.signIn()
		for _, path := range pages {
			v.open(path)
			v.await(`document.readyState === "complete"`)
			ask[bool](v, `document.querySelectorAll("main details:not(.menu)").forEach(d => d.open = true), true`)
			what := look.lang + " " + look.scheme + " " + path
			v.audit(string(source), what, `document`)
			becomes(v, what+": pixels beyond the window", fmt.Sprintf(`Math.max(0, document.documentElement.scrollWidth - %d)`, look.width), 0)
		}
	}
}

// TestDashboardWithoutScripts: every page says what it has to say, and shows nothing that only a script could serve.
func TestDashboardWithoutScripts(t *testing.T) {
	p, pages := furnished(t)
	v := visit(t, p.site, options{plain: true})
	v.allowed = []string{"404"}
	v.open("/admin/login")
	v.signIn()
	for _, path := range pages {
		v.open(path)
		for _, fault := range ask[[]string](v, `[...document.querySelectorAll("main button, main [role=button]")].filter(b => b.checkVisibility() && !b.form).map(b => b.outerHTML)`) {
			t.Errorf("%s: nothing happens when this is pressed: %s", path, fault)
		}
		if n := ask[int](v, `document.querySelector("main").innerText.trim().length`); n < 40 {
			t.Errorf("%s says %d characters", path, n)
		}
	}
	v.open("/admin/realtime")
	(&traffic{p: p}).view(t, 4)
	v.shown("#reload")
	v.submit("#reload", "/admin/realtime")
}

// TestDashboardByKeyboard: the way to the matter skips the menus, what has the focus can be seen, and menus open and close.
func TestDashboardByKeyboard(t *testing.T) {
	p, _ := furnished(t)
	v := visit(t, p.site, options{})
	v.signIn()
	v.open("/admin/?range=today")
	v.press("\t")
	v.await(`document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().top >= 0`)
	v.press("\r")
	v.await(`document.activeElement.id === "main"`)
	for range 12 {
		v.press("\t")
		if ok := ask[bool](v, `(e => e.closest("main") && e.checkVisibility() && getComputedStyle(e).outlineStyle !== "none")(document.activeElement)`); !ok {
			t.Errorf("the focus is on %s", ask[string](v, `document.activeElement.outerHTML.slice(0, 200)`))
		}
	}
	ask[bool](v, `document.querySelector(".menu summary").focus(), true`)
	v.press("\r")
	v.await(`document.activeElement.closest("details").open`)
	v.press("\u001b") // Escape
	v.await(`!document.activeElement.closest("details").open`)
	ask[bool](v, `document.querySelector("#pages .tabs a:not([aria-current])").focus(), true`)
	v.press("\r")
	v.await(`document.activeElement.matches("#pages .tabs a[aria-current]")`)
}
