package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/static/banner"
)

// inEachForm furnishes a shop with each form of the question.
func inEachForm(t *testing.T, check func(t *testing.T, form guard.Form, h *house, v *visitor)) {
	for _, form := range []guard.Form{guard.FormBox, guard.FormBar, guard.FormDialog} {
		t.Run("form "+string(form), func(t *testing.T) {
			t.Parallel()
			h := furnish(t, advertise(t), pages{"/{$}": `<h1>Shop</h1><p><a id="behind" href="/">Home</a></p>`}, func(c *guard.Config) { c.Form = form })
			v := visit(t, h.site, options{})
			v.open("/")
			v.shown(panel)
			v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
			check(t, form, h, v)
		})
	}
}

// S4-8.1: in every form the two answers are one click each, beside each other, and alike in every property that a style has.
func TestS4_8_1_AnswersAreAlikeInEveryForm(t *testing.T) {
	inEachForm(t, func(t *testing.T, form guard.Form, h *house, v *visitor) {
		for _, width := range []int64{320, 1280} {
			v.screen(width, 800, "light")
			becomes(v, fmt.Sprintf("%d pixels wide, where accept and reject differ", width), `((a, b) => {
				const one = getComputedStyle(a), two = getComputedStyle(b);
				return a.parentElement !== b.parentElement ? "parents" : [...one].filter(p => one[p] !== two[p]).map(p => p + ": " + one[p] + " / " + two[p]).join("\n");
			})(document.querySelector("`+accept+`"), document.querySelector("`+reject+`"))`, "")
		}
	})
}

// Where the page stays usable the focus may leave; the order is that of the page, and what was shown says so aloud.
func TestKeyboardInEveryForm(t *testing.T) {
	inEachForm(t, func(t *testing.T, form guard.Form, h *house, v *visitor) {
		var order []string
		left := false
		for range 14 {
			v.press("\t")
			at := ask[string](v, `(e => e.closest("#kelisim") ? e.innerText.trim() || e.value || e.className : e.id)(document.activeElement)`)
			if at == "behind" {
				left = true
				break
			}
			order = append(order, at)
		}
		if left != (form != guard.FormDialog) {
			t.Errorf("the focus leaves: %v; it went over %q", left, order)
		}
		told := strings.Join(order, " | ")
		last := -1
		for _, name := range []string{"Choose", "Reject", "Accept"} {
			at := strings.Index(strings.ToLower(told), strings.ToLower(name))
			if at <= last {
				t.Errorf("%q is not after what stands before it: the focus went over %s", name, told)
			}
			last = at
		}
		v.click(reject)
		v.hidden(panel)
		v.await(`document.querySelector("#kelisim [role=status]").textContent.length > 5`)
		v.click(reopen)
		v.shown(panel)
		v.await(`document.activeElement.id === "k-title"`)
		v.press("\x1b")
		v.hidden(panel)
		v.await(`document.activeElement.matches(".k-reopen")`)
		v.press("\r") // from the keyboard, too
		v.shown(panel)
	})
}

// With colours that the visitor's system forces, switches are the system's own and buttons keep an edge.
func TestForcedColoursKeepControlsVisible(t *testing.T) {
	inEachForm(t, func(t *testing.T, form guard.Form, h *house, v *visitor) {
		v.media("", "forced-colors", "active")
		v.await(`matchMedia("(forced-colors: active)").matches`)
		v.click(more)
		becomes(v, "what cannot be told from what is behind", `(() => {
			const faults = [], style = s => getComputedStyle(document.querySelector(s));
			if (style("#kelisim input[role]").appearance !== "auto") faults.push("switch");
			for (const s of ["`+accept+`", "`+reject+`", "#kelisim form"]) {
				const { borderStyle, borderWidth, borderColor, backgroundColor } = style(s);
				if (borderStyle !== "solid" || borderWidth === "0px" || borderColor === backgroundColor) faults.push(s + " " + borderColor + " on " + backgroundColor);
			}
			return faults.join(", ");
		})()`, "")
	})
}

// On paper there is nothing of ours but the notice, which prints whole.
func TestPaper(t *testing.T) {
	inEachForm(t, func(t *testing.T, form guard.Form, h *house, v *visitor) {
		v.media("print", "prefers-reduced-motion", "reduce")
		v.hidden(panel)
		v.hidden(reopen)
		if form != guard.FormDialog { // which the page waits for
			v.submit("#behind", "/") // nothing of the question covers the page
		}
		v.media("", "prefers-reduced-motion", "reduce")
		v.beforeEveryPage(`window.printed = 0; window.print = () => window.printed++`)
		v.open("/consent/notice")
		v.click("[data-print]")
		v.await(`window.printed === 1`)
		v.media("print", "prefers-reduced-motion", "reduce")
		v.hidden("nav")
		v.hidden("[data-print]")
		for _, part := range []string{"h1", "table", "address"} {
			v.shown(part)
		}
	})
}

// A page that comes back takes on the choice made since, and the browser's history loads nothing on its own.
func TestRestoredPageTakesOnTheChoice(t *testing.T) {
	t.Parallel()
	d := doors()[0]
	h := d.open(t, nil)
	v := d.enter(t, h, options{})
	v.open("/")
	v.choose(reject)
	v.open("/") // decided: no longer no-store, so that the browser may keep it
	v.settled()
	v.open("/deep/page")
	v.click(reopen)
	v.choose(accept)
	h.ads.wantAsked(t, "accepted", everything)
	h.ads.forget()
	v.travel(-1)
	v.await(`location.pathname === "/" && window.kelisim?.allows("marketing")`)
	v.await(`["head", "second", "async", "defer", "module"].every(name => window.ran?.includes(name)) && document.querySelector("iframe").src.endsWith("/frame")`)
	h.ads.wantAtLeast(t, "allowed, and gone back", slices.DeleteFunc(slices.Clone(everything), func(path string) bool {
		return strings.HasSuffix(path, ".gif") // which a page gone back to may have from memory
	})) // lest something comes late
	v.click(reopen)
	v.shown(panel)
	ask[bool](v, `window.left = true`)
	v.click(reject)
	v.await(`!window.left && document.readyState === "complete"`)
	v.settled()
	h.ads.forget()
	v.travel(1)
	v.await(`location.pathname === "/deep/page" && document.readyState === "complete" && window.kelisim && !kelisim.allows("marketing")`)
	v.settled()
	v.wantHeld(h, "withdrawn, and forward", "", refused)
	h.ads.wantNothing(t, "withdrawn, and forward")
}

// A frame that was shown once is not asked for again because its visitor goes back: a page that is loaded again holds it again,
// and one that comes back whole from the browser's memory shows what it showed, and asks nobody.
func TestGoingBackShowsNoFrameAgain(t *testing.T) {
	t.Parallel()
	d := doors()[0]
	h := d.open(t, nil)
	v := d.enter(t, h, options{})
	v.open("/")
	v.choose(reject)
	v.open("/")
	v.shown(".k-hold")
	v.click(".k-hold button:last-child")
	h.ads.wantAsked(t, "shown once", []string{"/frame"})
	ask[bool](v, `window.kept = true`)
	v.open("/deep/page")
	v.shown(".k-hold")
	h.ads.forget()
	v.travel(-1)
	v.await(`location.pathname === "/" && document.readyState === "complete"`)
	if ask[bool](v, `Boolean(window.kept)`) {
		v.hidden(".k-hold")
	} else {
		v.shown(".k-hold")
	}
	v.settled()
	h.ads.wantNothing(t, "gone back")
}

// A page that a shared cache keeps is the same for everybody; whoever has decided never sees the question, not for a frame.
func TestCachedPageIsTheSameForAll(t *testing.T) {
	t.Parallel()
	ads := advertise(t)
	h := furnish(t, ads, pages{"/cached": `<h1>Shop</h1><script type="text/plain" data-consent="marketing" data-src="` + ads.origin + `/one.js"></script>`}, nil)
	v := visit(t, h.site, options{})
	v.beforeEveryPage(`window.flashed = 0; (function look() {
		if (document.querySelector("#kelisim .k-panel")?.checkVisibility()) window.flashed++;
		requestAnimationFrame(look);
	})()`)
	const read = `fetch("/cached", {cache: "reload"}).then(r => r.text().then(text => r.headers.get("Cache-Control") + text))`
	v.open("/cached")
	v.shown(panel)
	before := ask[string](v, read)
	v.choose(reject)
	v.open("/cached")
	v.settled()
	v.hidden(panel)
	v.shown(reopen)
	if n := ask[int](v, `window.flashed`); n != 0 {
		t.Errorf("the question is seen for %d frames by somebody who has refused", n)
	}
	ads.wantNothing(t, "refused")
	v.click(reopen)
	v.choose(accept)
	ads.wantAsked(t, "accepted", []string{"/one.js"})
	if after := ask[string](v, read); after != before || !strings.HasPrefix(after, "public") {
		t.Errorf("a cache would hand out\n%.200s\nand\n%.200s", before, after)
	}
	v.open("/cached")
	v.await(`window.ran?.join() === "one"`)
}

// The events and the promise say the same as the choice.
func TestEventsTellOfTheChoice(t *testing.T) {
	t.Parallel()
	h := furnish(t, advertise(t), pages{"/{$}": `<script>addEventListener("DOMContentLoaded", () => {
		window.heard = [];
		for (const name of ["choice", "open", "close"]) {
			kelisim.on(name, detail => heard.push("on " + name + " " + (detail ?? "")));
			addEventListener("kelisim:" + name, event => heard.push("event " + name + " " + (event.detail ?? "")));
		}
		heard.push("now " + (kelisim.current() ?? "nothing") + " " + kelisim.allows("statistics"));
		kelisim.choice.then(choice => heard.push("promise " + choice));
	})</script></head><h1>Shop</h1>`}, nil)
	v := visit(t, h.site, options{})
	want := func(when string, lines ...string) {
		t.Helper()
		poll(t, when, func() (bool, any) {
			got := ask[string](v, `(window.heard || []).join("\n")`)
			return got == strings.Join(lines, "\n"), got
		})
	}
	v.open("/")
	v.shown(panel)
	want("undecided", "now nothing false")
	v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
	v.tick("#k-p-statistics")
	v.choose(save)
	want("chosen", "now nothing false", "on close ", "event close ", "on choice necessary,statistics", "event choice necessary,statistics", "promise necessary,statistics")
	v.open("/")
	v.settled()
	want("decided", "now necessary,statistics true", "promise necessary,statistics")
	ask[bool](v, `(kelisim.open(), true)`)
	v.shown(panel)
	want("opened", "now necessary,statistics true", "promise necessary,statistics", "on open necessary,statistics", "event open necessary,statistics")
}

// Consent Mode, set up by the site: its own signals, and one update for each choice.
func TestConsentModeAsConfigured(t *testing.T) {
	t.Parallel()
	ads := advertise(t)
	h := furnish(t, ads, pages{"/{$}": `<script src="/consent/mode.js"></script><script>window.tags = dataLayer.length</script></head><h1>Shop</h1>` +
		`<script type="text/plain" data-consent="statistics" data-src="` + ads.origin + `/basic.js"></script>`}, func(c *guard.Config) {
		c.ConsentMode = banner.Mode{Signals: map[string]string{"functionality_storage": "statistics"}, Wait: 250, URLPassthrough: true, AdsDataRedaction: true}
	})
	v := visit(t, h.site, options{})
	const said = `dataLayer.map(e => [...(e.event ? [e.event, e.kelisim_purposes] : e)].map(x => typeof x == "object" ? Object.entries(x).sort().map(p => p.join("=")).join(" ") : x).join(" ")).join("\n")`
	signals := func(how string, analytics, marketing string) string {
		return fmt.Sprintf("consent %s ad_personalization=%s ad_storage=%s ad_user_data=%s analytics_storage=%s functionality_storage=%s personalization_storage=denied security_storage=granted", how, marketing, marketing, marketing, analytics, analytics)
	}
	start := signals("default", "denied", "denied") + " wait_for_update=250\nset ads_data_redaction true\nset url_passthrough true"
	want := func(when string, lines string) {
		t.Helper()
		poll(t, when, func() (bool, any) {
			got := ask[string](v, said)
			return got == lines, got
		})
	}
	v.open("/")
	v.shown(panel)
	want("undecided", start)
	if ask[int](v, `window.tags`) != 3 {
		t.Error("a tag right behind the script does not find the defaults")
	}
	v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
	v.tick("#k-p-statistics")
	v.choose(save)
	first := start + "\n" + signals("update", "granted", "denied") + "\nkelisim_choice necessary statistics"
	want("statistics", first)
	ads.wantAsked(t, "statistics", []string{"/basic.js"})
	v.click(reopen)
	v.choose(accept)
	want("everything", first+"\n"+signals("update", "granted", "granted")+"\nkelisim_choice necessary statistics marketing")
}
