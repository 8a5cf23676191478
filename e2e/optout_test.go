package e2e_test

import "testing"

// A browser that sends Global Privacy Control has said it: nobody nags, nothing is used, nobody is counted.
func TestS3_6_1_GlobalPrivacyControlIsARefusal(t *testing.T) {
	p := start(t)
	a := p.admin(t)
	v := visit(t, p.site, options{gpc: true})
	v.open("/")
	v.await(`navigator.globalPrivacyControl === true && document.readyState === "complete"`)
	v.hidden(panel)
	v.shown(reopen)
	v.walk()
	v.wantJar("demo_session")
	v.wantWire("demo_session")
	p.wantSilence(t, nil)
	a.wantTotals(t, counts{"refused": 7})
	a.wantNoRows(t)
}
