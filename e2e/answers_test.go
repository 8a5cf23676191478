package e2e_test

import (
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
)

// tick opens the purposes and moves a switch.
func (v *visitor) tick(id string) {
	v.t.Helper()
	if !ask[bool](v, `document.querySelector("#kelisim details").open`) {
		v.click(more)
	}
	v.shown(id)
	v.click(id)
}

// A visitor who allows one purpose gets that one, and may take the other later.
func TestS4_4_2_OnlyWhatWasChosen(t *testing.T) {
	for _, d := range someDoors() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h := d.open(t, nil)
			v := d.enter(t, h, options{})
			v.open("/")
			v.shown(panel)
			v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
			v.tick("#k-p-statistics")
			v.choose(save)
			v.browse()
			stored := ""
			if d.page == marked {
				stored = "stats_local"
			}
			v.wantHeld(h, "statistics alone", stored, stated, d.stats())
			h.ads.wantNothing(t, "statistics alone")

			v.click(reopen)
			v.shown(panel)
			v.tick("#k-p-marketing")
			v.tick("#k-p-statistics") // and this one no more
			ask[bool](v, `window.left = true`)
			v.click(save)
			v.await(`!window.left && document.readyState === "complete"`)
			h.ads.wantAsked(t, "marketing alone", everything)
			v.browse()
			v.wantHeld(h, "marketing alone", "ads_local ads_session", stated, adCookies)
		})
	}
}

// S3-6.1: what the browser asks of every site is done without a word, and is not stored; a choice made all the same is the
// later word; and what a browser begins to ask after a choice is the later word again.
func TestS3_6_1_WhatTheBrowserAsks(t *testing.T) {
	for _, d := range someDoors() {
		for name, wish := range map[string]options{"gpc": {gpc: true}, "dnt": {dnt: true}} {
			t.Run(name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				h := d.open(t, nil)
				v := d.enter(t, h, wish)
				v.browse()
				v.hidden(panel)
				v.wantHeld(h, "asked not to", "", basket)
				h.ads.wantNothing(t, "asked not to")
				v.click(reopen)
				v.shown(panel + " .k-asked")
				v.choose(accept)
				h.ads.wantAsked(t, "accepted all the same", everything)
				v.browseAllowed(h, "accepted all the same")

				late := d.enter(t, h, options{})
				late.open("/")
				h.ads.forget()
				late.choose(accept)
				h.ads.wantAsked(t, "accepted by another", everything)
				late.prepare(wish)
				late.open("/")
				late.settled()
				h.ads.forget()
				late.browse()
				late.hidden(panel)
				late.wantHeld(h, "asked after the choice", late.stored(), stated) // what scripts stored lies there unused
				h.ads.wantNothing(t, "asked after the choice")
			})
		}
	}
}

// Where a policy asks for each service, one may be allowed and the other not, by the browser's own doing too.
func TestS4_4_2_ServiceByService(t *testing.T) {
	for _, mode := range []guard.CSP{{}, {Mode: guard.CSPEnforce}} {
		t.Run("csp "+string(mode.Mode), func(t *testing.T) {
			t.Parallel()
			ads, film := advertise(t), advertise(t)
			page := `</head><h1>Shop</h1><script src="` + ads.origin + `/one.js"></script><p><iframe title="Film" width="400" height="240" src="` + film.origin + `/frame"></iframe></p>`
			if mode.Mode != guard.CSPEnforce {
				page = strings.NewReplacer(`script src=`, `script type="text/plain" data-consent="service:ads" data-src=`, ` src=`, ` data-consent="service:film" data-src=`).Replace(page)
			}
			h := furnish(t, ads, pages{"/{$}": page}, func(c *guard.Config) {
				c.CSP = mode
				c.Policy.PerService = true
				c.Policy.Services = append(c.Policy.Services, consent.Service{
					ID: "film", Name: "Films", Purpose: consent.Marketing, Text: consent.Text{"en": "Shows films."}, Recipient: "Films", Country: "US", Origins: []string{film.origin},
				})
			})
			v := visit(t, h.site, options{})
			v.allowed = []string{"content security policy", "Content Security Policy"}
			v.open("/")
			v.shown(panel)
			v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
			v.tick("#k-s-film")
			v.choose(save)
			film.wantAsked(t, "the films alone", []string{"/frame"})
			ads.wantNothing(t, "the films alone")
			film.forget()
			v.open("/")
			v.settled()
			film.wantAsked(t, "the films alone, on the next page", []string{"/frame"})
			ads.wantNothing(t, "the films alone, on the next page")
			v.click(reopen)
			v.shown(panel)
			v.tick("#k-s-film")
			v.tick("#k-s-ads")
			film.forget()
			ask[bool](v, `window.left = true`)
			v.click(save)
			v.await(`!window.left && document.readyState === "complete"`)
			ads.wantAsked(t, "the advertiser alone", []string{"/one.js"})
			film.wantNothing(t, "the advertiser alone")
		})
	}
}
