package e2e_test

import (
	"testing"
)

// A page that the middleware never touched asks, remembers, and starts what waits, by one script tag.
func TestStaticPageNeedsOneScriptTag(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader(""), article + `<script type="text/plain" data-consent="statistics" src="/script/counter"></script>`}})
	v := visit(t, site, options{})
	v.open("/")
	v.enhanced()
	v.shown(".k-hold")
	v.wantJar()
	v.click(accept)
	v.hidden(panel)
	v.shown(reopen)
	v.shown("iframe")
	v.await(`window.order?.join() === "counter"`)
	v.wantJar("cookie_consent", proof, "demo_counter")

	v.wire.forget()
	v.open("/")
	v.shown(reopen)
	v.await(`window.order?.join() === "counter"`)
	if ask[bool](v, `!!document.querySelector("#kelisim form")`) {
		t.Error("a visitor who has decided is sent the question")
	}
	v.click(reopen)
	v.shown(panel)
	v.click(reject)
	v.await(`!window.order && document.readyState === "complete"`) // a withdrawal reloads the page
	v.shown(".k-hold")
	v.await(`!document.cookie.includes("demo_counter") && !localStorage.getItem("demo_counter")`)
	v.wantJar("cookie_consent")
}

// Scripts start in the order of the page and keep async, module and data attributes.
func TestWaitingScriptsKeepTheirOrder(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader(""), article +
		`<script type="text/plain" data-consent="statistics" src="/script/one" data-site="7"></script>` +
		`<script type="text/plain" data-consent="statistics" src="/script/two" defer></script>` +
		`<script type="text/plain" data-consent="marketing statistics" data-type="module" src="/script/three"></script>` +
		`<script type="text/plain" data-consent="statistics" src="/script/four"></script>`}})
	v := visit(t, site, options{})
	v.open("/")
	v.enhanced()
	v.click(accept)
	v.await(`window.order?.join() === "one,two,three,four"`)
	if got := ask[string](v, `[...document.querySelectorAll("script[src^='/script/']")].map(s => (s.type || "classic") + (s.defer ? " defer" : "") + (s.dataset.site || "")).join()`); got != "classic7,classic defer,module,classic" {
		t.Errorf("the scripts that run are %s", got)
	}
}

// A frame can be shown once, without any choice and without a cookie.
func TestFrameCanBeShownOnce(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader(""), article}})
	v := visit(t, site, options{})
	v.open("/")
	v.enhanced()
	v.shown(".k-hold")
	v.click(".k-hold button:last-child")
	v.shown("iframe")
	v.await(`document.querySelector("iframe").src.endsWith("/frame") && !document.querySelector(".k-hold")`)
	v.wantJar()
	v.open("/")
	v.shown(".k-hold")
}

// Nothing on the page moves: not for the question, not for placeholders, not for those who have decided.
func TestNothingOnThePageMoves(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader(""), article}})
	const watch = `window.moved = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.moved += e.value }).observe({type: "layout-shift", buffered: true})`
	for _, row := range []struct{ name, site, path string }{{"static", site, "/"}, {"injected", p.site, "/video"}} {
		t.Run(row.name, func(t *testing.T) {
			v := visit(t, row.site, options{})
			v.beforeEveryPage(watch)
			v.open(row.path)
			v.enhanced()
			v.shown(".k-hold")
			asked := ask[float64](v, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(window.moved), 50)))`)
			top := ask[float64](v, `document.querySelector("h1").getBoundingClientRect().top`)
			v.click(reject)
			v.shown(reopen)
			v.open(row.path)
			v.shown(".k-hold")
			decided := ask[float64](v, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(window.moved), 50)))`)
			if asked != 0 || decided != 0 {
				t.Errorf("layout shift is %g asked and %g decided, want exactly 0", asked, decided)
			}
			if now := ask[float64](v, `document.querySelector("h1").getBoundingClientRect().top`); now != top {
				t.Errorf("the heading stands at %g asked and %g decided", top, now)
			}
		})
	}
}

// S4-10 tabs: a choice in one tab of static pages reaches the other.
func TestStaticPagesFollowOtherTabs(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader("dialog"), article}})
	one := visit(t, site, options{})
	two := one.tab(options{})
	one.open("/")
	two.open("/")
	one.enhanced()
	two.enhanced()
	one.click(accept)
	two.hidden(panel)
	two.shown("iframe")
	two.await(`!document.querySelector("dialog").open`)
}
