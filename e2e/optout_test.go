package e2e_test

import (
	"strings"
	"testing"
)

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
	v.open("/video")
	v.shown(".k-hold") // a frame that waits says so
	v.wantJar("demo_session")
	v.wantWire("demo_session")
	p.wantSilence(t, nil)
	poll(t, "eight refused page views", func() (bool, any) {
		now := a.totals(t)
		return now["refused"] == 8, now
	})
	// Chromium fetches a site's icon outside the page, without the header that this test adds: one request, of nobody.
	now := a.totals(t)
	delete(now, "requests")
	delete(now, "refused")
	for measure, n := range now {
		if n != 0 {
			t.Errorf("%d %s are counted of a visitor who must not be", n, measure)
		}
	}
	for _, row := range a.rows(t) {
		if !strings.HasPrefix(row, "status ") {
			t.Errorf("a list holds %q of a visitor who must not be counted", row)
		}
	}
}
