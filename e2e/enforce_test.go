package e2e_test

import (
	"strings"
	"testing"
)

// reaches reports whether a page's script gets an answer from the third party. Where the policy keeps it from asking,
// the browser says so in the console.
func (v *visitor) reaches(third string) bool {
	v.t.Helper()
	return ask[bool](v, `fetch("`+third+`/pixel.gif?page=try", {mode: "no-cors"}).then(() => true, () => false)`)
}

// TestS4_4_2_EnforcedPolicyFollowsTheChoice: what a living document may load cannot change, so an acceptance reloads it
// and a withdrawal does; nothing is ever blocked that the visitor granted.
func TestS4_4_2_EnforcedPolicyFollowsTheChoice(t *testing.T) {
	p := start(t, "--csp", "enforce")
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	v.shown(".k-hold")
	p.wantSilence(t, nil)
	ask[bool](v, `window.left = true`)
	v.click(accept)
	v.await(`!window.left && document.readyState === "complete" && window.kelisim?.allows("marketing")`)
	p.wantAsked(t, "/tracker.js", "/collect?page=%2Fvideo", "/pixel.gif?page=%2fvideo", "/player")
	v.shown("iframe")
	if !v.reaches(p.third) {
		t.Error("what was granted is blocked")
	}
	if faults := v.wire.complaints(); len(faults) > 0 {
		t.Errorf("the browser complains of what was granted: %q", faults)
	}

	v.click(reopen)
	v.shown(panel)
	ask[bool](v, `window.left = true`)
	v.click(reject)
	v.await(`!window.left && document.readyState === "complete" && window.kelisim?.current()?.join() === "necessary"`)
	v.shown(".k-hold")
	before := p.asked()
	if faults := v.wire.complaints(); len(faults) > 0 {
		t.Errorf("the browser complains: %q", faults)
	}
	v.allowed = append(v.allowed, "content security policy", "Content Security Policy", p.third)
	if v.reaches(p.third) {
		t.Error("what was withdrawn is reached")
	}
	p.wantSilence(t, before)
}

// TestS2_2_8_RefusalNeedsNoReload: it leaves the policy as it was.
func TestS2_2_8_RefusalNeedsNoReload(t *testing.T) {
	p := start(t, "--csp", "enforce")
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	ask[bool](v, `window.stayed = true`)
	v.click(reject)
	v.hidden(panel)
	v.await(`window.kelisim.current()?.join() === "necessary"`)
	if !ask[bool](v, `window.stayed === true`) {
		t.Error("the page was reloaded")
	}
	p.wantSilence(t, nil)
}

// TestAcceptanceMakesNoNoiseWhereThePolicyOnlyReports: what was declared is listed until the visitor decides.
func TestAcceptanceMakesNoNoiseWhereThePolicyOnlyReports(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/video")
	v.shown(panel)
	ask[bool](v, "document.querySelector(`"+accept+"`).click(), true") // no click, after which reports are overlooked
	v.hidden(panel)
	p.wantAsked(t, "/tracker.js", "/collect?page=%2Fvideo", "/pixel.gif?page=%2fvideo", "/player")
	v.shown("iframe")
	if faults := v.wire.complaints(); len(faults) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(faults, "\n"))
	}
}
