package e2e_test

import (
	"slices"
	"testing"
)

// walk visits pages of every kind that the site has.
func (v *visitor) walk() {
	v.t.Helper()
	for _, path := range []string{"/articles", "/articles/wild", "/video", "/wall", "/contact", "/"} {
		v.open(path)
	}
}

// tracked waits until the third party has answered all that a page asks it for, so that nothing of it comes later.
func (v *visitor) tracked() {
	v.t.Helper()
	v.await(`(kinds => kinds.every(kind => performance.getEntriesByType("resource").some(e => e.name.includes(kind))))(["/tracker.js", "/collect?", "/pixel.gif?"].concat(document.querySelector("iframe[src]") ? "/player" : []))`)
}

func TestS2_2_8_RefusalHoldsCookiesAndThirdPartiesBack(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.wantJar("demo_session")
	v.click(reject)
	v.hidden(panel)
	v.wantJar(necessary...)
	v.walk()
	v.hidden(panel)
	v.wantJar(necessary...)
	v.wantWire(necessary...)
	p.wantSilence(t, nil)
	if got := v.wire.requested(p.third); len(got) > 0 {
		t.Errorf("the browser asked the third party: %q", got)
	}
}

func TestS4_4_2_AcceptanceStartsWhatWaitedWithoutAReload(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	v.shown(".k-hold")
	if got := ask[bool](v, `document.querySelector("iframe").checkVisibility()`); got {
		t.Error("the frame shows before it is allowed")
	}
	ask[bool](v, `window.stayed = true`)
	v.click(accept)
	v.hidden(panel)
	p.wantAsked(t, "/tracker.js", "/collect?page=%2Fvideo", "/pixel.gif?page=%2fvideo", "/player")
	v.wantJar("cookie_consent", "demo_session", proof, "demo_counter", "demo_tracker", "third_party_id")
	v.shown("iframe")
	v.hidden(".k-hold")
	if !ask[bool](v, `window.stayed === true`) {
		t.Error("the page was reloaded")
	}
	v.walk()
	v.wantJar("cookie_consent", "demo_session", proof, "demo_language", "kelisim_device", "demo_visitor", "kelisim_visits", "demo_ad", "demo_counter", "demo_tracker", "third_party_id")
	jar := v.jar()
	for _, name := range []string{proof, "demo_visitor", "demo_ad"} {
		if !jar[name].HTTPOnly {
			t.Errorf("cookie %s can be read by scripts", name)
		}
	}
	if jar["cookie_consent"].HTTPOnly {
		t.Error("cookie_consent cannot be read by scripts")
	}
	if slices.Contains(v.wire.cookies(), "demo_forgotten") {
		t.Error("a cookie that is declared nowhere was on the wire")
	}
}

// The placeholder of a frame offers its purpose to somebody who has refused.
func TestFramePlaceholderAllowsItsPurpose(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.shown(".k-hold")
	p.wantSilence(t, nil)
	v.clickText(".k-hold button", "Always allow")
	v.hidden(".k-hold")
	p.wantAsked(t, "/player")
	v.open("/")
	v.await(`kelisim.allows("marketing") && !kelisim.allows("statistics")`)
}

// A frame can be shown once, which allows nothing for the next time.
func TestFramePlaceholderShowsOnce(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.shown(".k-hold")
	before := v.jar()["cookie_consent"].Value
	v.clickText(".k-hold button", "this time only")
	v.hidden(".k-hold")
	p.wantAsked(t, "/player")
	if after := v.jar()["cookie_consent"].Value; after != before {
		t.Errorf("cookie_consent was %q and is %q", before, after)
	}
	asked := p.asked()
	v.open("/video")
	v.shown(".k-hold")
	p.wantSilence(t, asked)
}

func TestS4_4_2_OnlyTheChosenPurposeIsUsed(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.click(more)
	v.shown("#k-p-statistics")
	v.click("#k-p-statistics")
	v.click(save)
	v.hidden(panel)
	v.await(`document.cookie.includes("demo_counter=")`)
	v.walk()
	statistics := []string{"cookie_consent", "demo_session", proof, "demo_visitor", "kelisim_visits", "demo_counter"}
	v.wantJar(statistics...)
	v.wantWire(statistics...)
	p.wantSilence(t, nil)
}

func TestS4_4_5_WithdrawalDeletesCookies(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	v.click(accept)
	v.hidden(panel)
	v.walk()
	v.tracked()
	v.wantJar("cookie_consent", "demo_session", proof, "demo_language", "kelisim_device", "demo_visitor", "kelisim_visits", "demo_ad", "demo_counter", "demo_tracker", "third_party_id")

	v.open("/consent/")
	v.submit("button[value=withdraw]", "/consent/")
	// third_party_id is the third party's own: it only lands in this jar since cookies know no ports.
	v.wantJar("cookie_consent", "demo_session", "third_party_id")
	before := p.asked()
	v.wire.forget()
	v.walk()
	v.hidden(panel)
	v.wantJar("cookie_consent", "demo_session", "third_party_id")
	v.wantWire("cookie_consent", "demo_session", "third_party_id")
	p.wantSilence(t, before)
}

// Withdrawal is one click from every page, and takes effect there too: what runs is stopped by a reload.
func TestS4_4_5_WithdrawalInTheReopenedBanner(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	v.click(accept)
	v.hidden(panel)
	v.walk()
	v.open("/video")
	v.shown("iframe")
	v.shown(reopen)
	v.click(reopen)
	v.shown(panel)
	v.await(`document.querySelectorAll("#kelisim input:checked").length === 3`)
	v.tracked()
	ask[bool](v, `window.left = true`)
	v.click(reject)
	v.await(`!window.left && document.readyState === "complete"`)
	v.shown(".k-hold")
	v.wantJar("cookie_consent", "demo_session", "third_party_id")
	before := p.asked()
	v.walk()
	v.wantJar("cookie_consent", "demo_session", "third_party_id")
	p.wantSilence(t, before)
}

func TestClosingTheReopenedBannerChangesNothing(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.open("/")
	before := v.jar()["cookie_consent"].Value
	v.click(reopen)
	v.shown(panel)
	v.await(`document.activeElement.matches("#k-title")`)
	v.press("\x1b")
	v.hidden(panel)
	v.await(`document.activeElement.matches(".k-reopen")`)
	v.click(reopen)
	v.shown(shut)
	v.click(shut)
	v.hidden(panel)
	if after := v.jar()["cookie_consent"].Value; after != before {
		t.Errorf("cookie_consent was %q and is %q", before, after)
	}
}
