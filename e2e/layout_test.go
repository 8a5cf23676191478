package e2e_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// Widths in CSS pixels: the narrowest phone that WCAG 2.2 reflow asks for, a common phone, a desk.
var widths = []int64{320, 390, 1280}

// WCAG 2.2, 1.4.10: nothing makes the page itself scroll sideways.
func TestNoPageScrollsSideways(t *testing.T) {
	p := start(t)
	p.admin(t)
	for _, language := range []string{"kk", "ru", "en"} {
		t.Run(language, func(t *testing.T) {
			undecided := visit(t, p.site, options{language: language})
			decided := visit(t, p.site, options{language: language})
			decided.open("/")
			decided.shown(panel)
			decided.click(accept)
			decided.hidden(panel)
			admin := visit(t, p.site, options{language: language})
			admin.signIn()
			for _, path := range []string{"/", "/articles", "/articles/wild", "/video", "/contact", "/wall", "/missing"} {
				undecided.allowed, decided.allowed = []string{"404"}, []string{"404"}
				undecided.wantNoOverflow(path)
				decided.wantNoOverflow(path)
			}
			for _, path := range []string{"/consent/", "/consent/notice", "/consent/nowhere", "/admin/login"} {
				decided.wantNoOverflow(path)
			}
			for _, path := range []string{"/admin/?range=today", "/admin/?range=12m", "/admin/health", "/admin/list/page?range=today", "/admin/list/country", "/admin/licences"} {
				admin.wantNoOverflow(path)
			}
			undecided.open("/")
			undecided.click(more)
			undecided.wantFits("/ with the purposes open")
		})
	}
}

func (v *visitor) wantNoOverflow(path string) {
	v.t.Helper()
	v.open(path)
	v.wantFits(path)
}

// wantFits measures the page at every width, in light and dark. A tab that changed its size lays the page out, and a phone
// finds how far to zoom out, some frames later: the page may be too wide for as long, and no longer.
func (v *visitor) wantFits(what string) {
	v.t.Helper()
	for _, width := range widths {
		for _, scheme := range []string{"light", "dark"} {
			v.look(width, 800, scheme)
			poll(v.t, fmt.Sprintf("%s at %d px, %s, fits", what, width, scheme), func() (bool, any) {
				got := ask[struct {
					Wide   int64    `json:"wide"`
					Beyond []string `json:"beyond"`
				}](v, fmt.Sprintf(`(width => {
					const wide = Math.max(document.scrollingElement.scrollWidth, innerWidth); // a phone zooms out over what sticks out
					const beyond = wide <= width ? [] : [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 0.5);
					return {wide, beyond: beyond.slice(0, 5).map(e => e.outerHTML.slice(0, 160))};
				})(%d)`, width))
				return got.Wide <= width, fmt.Sprintf("%d px wide; beyond the edge: %q", got.Wide, got.Beyond)
			})
		}
	}
}

// look gives the tab a size and a colour scheme. Below 600 px it is a phone.
func (v *visitor) look(width, height int64, scheme string) {
	v.t.Helper()
	call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // nobody measures a colour on its way to another
	}})
	v.await(fmt.Sprintf(`matchMedia("(prefers-color-scheme: %s)").matches`, scheme))
}
