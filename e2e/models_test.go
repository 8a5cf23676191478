package e2e_test

import (
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
)

// The implied model tells and never stores: nothing waits for its notice, and nothing of a third party runs.
func TestS0_3_1_ImpliedModelStoresNothing(t *testing.T) {
	for _, d := range someDoors() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h := d.open(t, func(c *guard.Config) { c.Policy.Model = consent.ModelImplied })
			v := d.enter(t, h, options{})
			v.browse()
			v.shown(panel + " .k-ok")
			v.wantHeld(h, "told", "", basket)
			h.ads.wantNothing(t, "told")
			v.choose(panel + " .k-ok")
			v.browse()
			v.hidden(panel)
			v.wantHeld(h, "understood", "kelisim", basket) // the tab remembers that its visitor has read it
			h.ads.wantNothing(t, "understood")
			v.click(reopen)
			v.choose(reject)
			v.browse()
			v.wantHeld(h, "refused", "", refused)
			h.ads.wantNothing(t, "refused")
		})
	}
}

// Under the opt-out model everything runs until the visitor objects, or the browser has for them.
func TestS3_6_1_OptOutModelEndsWithTheObjection(t *testing.T) {
	for _, d := range someDoors() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h := d.open(t, func(c *guard.Config) { c.Policy.Model = consent.ModelOptOut })
			stored := "ads_local ads_session"
			if d.page == marked {
				stored += " stats_local"
			}
			asking := d.enter(t, h, options{gpc: true})
			asking.browse()
			asking.hidden(panel)
			asking.wantHeld(h, "the browser objects", "", basket)
			h.ads.wantNothing(t, "the browser objects")

			v := d.enter(t, h, options{})
			v.browseAllowed(h, "no objection")
			v.shown(panel)
			v.wantHeld(h, "no objection", stored, basket, d.stats(), adCookies)
			ask[bool](v, `window.left = true`)
			v.click(reject)
			v.await(`!window.left && document.readyState === "complete"`)
			v.settled()
			h.ads.forget()
			v.browse()
			v.hidden(panel)
			v.wantHeld(h, "objected", "", refused)
			h.ads.wantNothing(t, "objected")
		})
	}
}

// S4-10: a minor revision is told once and changes nothing; a material one asks again, and until then nothing runs.
func TestS4_10_RevisionsInTheBrowser(t *testing.T) {
	for _, d := range someDoors() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h := d.open(t, nil)
			v := d.enter(t, h, options{})
			v.open("/")
			v.choose(accept)
			h.ads.wantAsked(t, "accepted", everything)

			policy := shop(h.ads)
			policy.Revision = consent.Revision{Number: 2, Date: "2026-11-24", Change: consent.Minor, Since: 1, Text: consent.Text{"en": "Our address has changed."}}
			revise(t, h, policy)
			h.ads.forget()
			v.open("/")
			v.shown("#kelisim .k-changed")
			v.hidden(panel)
			h.ads.wantAsked(t, "after a minor revision", everything)
			h.ads.forget()
			v.open("/")
			v.settled()
			h.ads.wantAsked(t, "on the page after it", everything)
			if ask[bool](v, `!!document.querySelector("#kelisim .k-changed")`) {
				t.Error("a minor revision is told twice")
			}

			policy.Revision = consent.Revision{Number: 3, Date: "2026-11-25", Change: consent.Material}
			revise(t, h, policy)
			h.ads.forget()
			v.browse()
			v.shown(panel)
			h.ads.wantNothing(t, "after a material revision")
			v.choose(reject)
			v.browse()
			v.wantHeld(h, "refused under the new revision", "", refused)
			h.ads.wantNothing(t, "refused under the new revision")
		})
	}
}

func revise(t *testing.T, h *house, p consent.Policy) {
	t.Helper()
	if err := h.guard.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
}
