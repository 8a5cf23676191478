package e2e_test

import "testing"

// A choice in one tab holds in the others at once, the ones where things run included.
func TestAChoiceReachesOtherTabs(t *testing.T) {
	p := start(t)
	one := visit(t, p.site, options{})
	two := one.tab(options{})
	one.open("/")
	two.open("/video")
	one.shown(panel)
	two.shown(panel)
	two.shown(".k-hold")
	two.wire.choosing(true)
	one.click(accept)
	two.hidden(panel)
	two.hidden(".k-hold")
	p.wantAsked(t, "/player", "/tracker.js")

	ask[bool](two, `window.left = true`)
	one.open("/consent/")
	one.submit("button[value=withdraw]", "/consent/") // a plain form, in the privacy centre
	two.await(`!window.left && document.readyState === "complete"`)
	two.shown(".k-hold")
	two.wantJar("cookie_consent", "demo_session", "third_party_id")
}

// A page that comes back from the browser's memory shows the choice made since.
func TestGoingBackKeepsTheChoice(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.open("/articles")
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.travel(-1)
	v.await(`location.pathname === "/" && document.readyState === "complete"`)
	v.hidden(panel)
	v.shown(reopen)
	v.travel(1)
	v.await(`location.pathname === "/articles" && document.readyState === "complete"`)
	v.hidden(panel)
	v.wantJar(necessary...)
	v.wantWire(necessary...)
	p.wantSilence(t, nil)
}
