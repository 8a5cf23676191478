package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/kelisim/kelisim/internal/guard"
)

// The matrix: every form of the question × every answer, on a page whose third-party content is marked, and on one whose
// is not, where the browser itself keeps the choice by the enforced policy.

// marked has everything that third parties do to a page, waiting for consent.
const marked = `
<script type="text/plain" data-consent="marketing" src="{ads}/head.js"></script>
<script type="text/plain" data-consent="marketing" data-src="{ads}/second.js"></script>
<script type="text/plain" data-consent="marketing" data-src="{ads}/async.js" async></script>
<script type="text/plain" data-consent="marketing" data-src="{ads}/defer.js" defer></script>
<script type="text/plain" data-consent="marketing" data-src="{ads}/module.js" data-type="module"></script>
<script type="text/plain" data-consent="statistics">document.cookie = "stats_js=1; path=/; max-age=86400"; localStorage.stats_local = 1</script>
<link rel="stylesheet" data-consent="marketing" data-src="{ads}/style.css">
</head><h1>Shop</h1><p><img alt="" data-consent="marketing" data-src="{ads}/pixel.gif"></p>
<p><iframe title="Film" width="400" height="240" data-consent="marketing" data-src="{ads}/frame"></iframe></p>`

// careless has the same as a site has it that never heard of consent.
const careless = `
<script src="{ads}/head.js"></script>
<script src="{ads}/second.js"></script>
<script src="{ads}/async.js" async></script>
<script src="{ads}/defer.js" defer></script>
<script src="{ads}/module.js" type="module"></script>
<link rel="stylesheet" href="{ads}/style.css">
</head><h1>Shop</h1><p><img alt="" src="{ads}/pixel.gif"></p>
<p><iframe title="Film" width="400" height="240" src="{ads}/frame"></iframe></p>
<script>fetch("{ads}/fetch", {mode: "no-cors"}).catch(() => {}); navigator.sendBeacon("{ads}/beacon", "x")</script>`

// everything is what both ask the third party for, once they may.
var everything = []string{
	"/head.js", "/second.js", "/async.js", "/defer.js", "/module.js", "/style.css", "/ads.woff2", "/pixel.gif", "/frame",
	"/fetch", "/beacon", "/made.gif", "/inserted.js", "/xhr",
}

// Cookies of the shop: what it keeps before a choice and after a refusal, and what each purpose adds.
var (
	basket    = []string{"session"}
	refused   = []string{"cookie_consent", "session"}
	stated    = []string{"__Host-consent_proof", "cookie_consent", "session"}
	adCookies = []string{"ads_domain", "ads_here", "ads_host", "ads_parent", "ads_path"}
)

// door is one row of the matrix: a form, and how the page is written.
type door struct {
	form guard.Form
	name string
	page string
	csp  guard.CSP
}

// doors are all rows.
func doors() (all []door) {
	for _, form := range []guard.Form{guard.FormBox, guard.FormBar, guard.FormDialog} {
		name := map[guard.Form]string{guard.FormBox: "box"}[form] + string(form)
		all = append(all,
			door{form, name + "/marked", marked, guard.CSP{}},
			door{form, name + "/careless", careless, guard.CSP{Mode: guard.CSPEnforce}})
	}
	return all
}

// someDoors are every form, and both ways of writing the page.
func someDoors() []door {
	all := doors()
	return []door{all[0], all[3], all[4]}
}

// open furnishes the shop behind the door.
func (d door) open(t *testing.T, change func(*guard.Config)) *house {
	t.Helper()
	ads := advertise(t)
	body := strings.ReplaceAll(d.page, "{ads}", ads.origin)
	return furnish(t, ads, pages{"/{$}": body, "/deep/page": body}, func(c *guard.Config) {
		c.Form, c.CSP = d.form, d.csp
		if change != nil {
			change(c)
		}
	})
}

// enter comes as a visitor. Where the browser blocks, it says so.
func (d door) enter(t *testing.T, h *house, o options) *visitor {
	t.Helper()
	v := visit(t, h.site, o)
	if d.csp.Mode == guard.CSPEnforce {
		v.allowed = []string{"content security policy", "Content Security Policy"}
	}
	return v
}

// stats are the names that statistics add on this page.
func (d door) stats() []string {
	if d.page == marked {
		return []string{"stats_id", "stats_js"}
	}
	return []string{"stats_id"}
}

// browse opens both pages and waits until all that they would do is done.
func (v *visitor) browse() {
	v.t.Helper()
	for _, path := range []string{"/", "/deep/page"} {
		v.open(path)
		v.settled()
	}
}

// browseAllowed opens both pages as a visitor who has allowed everything, and waits until the third party was asked for everything
// by each: nothing of it comes later.
func (v *visitor) browseAllowed(h *house, when string) {
	v.t.Helper()
	for _, path := range []string{"/", "/deep/page"} {
		h.ads.forget()
		v.open(path)
		v.settled()
		h.ads.wantAsked(v.t, when+", at "+path, everything)
	}
}

// settled waits until the core has started what it may, and the browser had time to draw twice. A page that loads itself anew
// meanwhile is waited for.
func (v *visitor) settled() {
	v.t.Helper()
	poll(v.t, "the page has settled", func() (bool, any) {
		if !v.wire.still() {
			return false, "the tab is under way"
		}
		ok, err := try[bool](v, `document.readyState === "complete" && "kelisim" in window &&
			new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true), 30))))`)
		return err == nil && ok && v.wire.still(), []any{ok, err}
	})
}

// held is every cookie of the site in the jar, HttpOnly ones and those of other paths and domains too, by name.
func (v *visitor) held(h *house) []string {
	v.t.Helper()
	ctx, cancel := v.limited()
	defer cancel()
	answer, err := chromedp.CallBrowser(ctx, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID})
	if err != nil {
		v.t.Fatal(err)
	}
	found := map[string]bool{}
	for _, c := range answer.Cookies {
		if strings.HasSuffix(c.Domain, "shop.localhost") {
			found[c.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// wantHeld wants exactly these cookies in the jar, and these keys in the page's storage.
func (v *visitor) wantHeld(h *house, when string, stored string, cookies ...[]string) {
	v.t.Helper()
	want := slices.Sorted(slices.Values(slices.Concat(cookies...)))
	poll(v.t, fmt.Sprintf("%s: the jar holds exactly %q", when, want), func() (bool, any) {
		got := v.held(h)
		return slices.Equal(got, want), got
	})
	poll(v.t, fmt.Sprintf("%s: storage holds exactly %q", when, stored), func() (bool, any) {
		got := v.stored()
		return got == stored, got
	})
}

// stored are the keys of the page's storage.
func (v *visitor) stored() string {
	v.t.Helper()
	return ask[string](v, `[...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort().join(" ")`)
}

// choose answers the question that stands open, and waits until the answer is in force, on a page that is loaded anew for it too.
func (v *visitor) choose(button string) {
	v.t.Helper()
	v.shown(panel)
	v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
	v.click(button)
	v.hidden(panel)
	v.settled()
}

func TestS4_4_2_NothingWithoutConsent(t *testing.T) {
	for _, d := range doors() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h := d.open(t, nil)
			v := d.enter(t, h, options{})
			stored := "ads_local ads_session"
			if d.page == marked {
				stored += " stats_local"
			}

			v.browse()
			v.shown(panel)
			v.wantHeld(h, "no choice", "", basket)
			h.ads.wantNothing(t, "no choice")

			v.choose(reject)
			v.browse()
			v.wantHeld(h, "refused", "", refused)
			h.ads.wantNothing(t, "refused")

			v.click(reopen)
			v.choose(accept)
			h.ads.wantAsked(t, "accepted", everything)
			v.browseAllowed(h, "accepted")
			v.wantHeld(h, "accepted", stored, stated, d.stats(), adCookies)

			v.click(reopen)
			v.shown(panel)
			v.wire.forget()
			ask[bool](v, `window.left = true`)
			h.ads.forget()
			v.click(reject)
			v.await(`!window.left && document.readyState === "complete"`) // what runs is stopped by a reload
			v.settled()
			v.hidden(panel)
			h.ads.wantNothing(t, "reloaded by the withdrawal")
			v.wantHeld(h, "withdrawn", "", refused)
			v.browse()
			v.wantHeld(h, "withdrawn", "", refused)
			h.ads.wantNothing(t, "withdrawn")
			if got := v.wire.requested(h.ads.origin); d.page == marked && len(got) > 0 { // blocked requests of the other page count as begun
				t.Errorf("withdrawn: the browser sent %q", got)
			}
		})
	}
}
