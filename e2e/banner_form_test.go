package e2e_test

import (
	"testing"
)

// Where the site chooses a dialog, the page waits: the focus stays within, nothing behind it can be reached, and
// Escape leaves without an answer.
func TestDialogKeepsTheFocus(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader("dialog"), article}})
	v := visit(t, site, options{})
	v.open("/")
	v.enhanced()
	v.await(`document.querySelector("#kelisim dialog:modal")`)
	v.await(`document.activeElement.id === "k-title"`)
	for range 14 {
		v.press("\t")
		if got := ask[string](v, `document.activeElement.closest("#kelisim dialog") || document.activeElement === document.body ? "" : document.activeElement.outerHTML`); got != "" {
			t.Fatalf("the focus left for %s", got)
		}
	}
	if ask[bool](v, `!!document.elementFromPoint(30, 20).closest("header")`) {
		t.Error("the page behind can be clicked")
	}
	v.press("\x1b")
	v.hidden(panel)
	v.shown(reopen)
	v.wantJar()
	v.click(reopen)
	v.shown(panel)
	v.await(`document.querySelector("#kelisim dialog:modal")`)
	v.click(reject)
	v.hidden(panel)
	v.await(`document.activeElement.matches(".k-reopen")`)
	v.wantJar("cookie_consent")
}

// On 320 pixels, which is a page at 400 % zoom, nothing is cut off and nothing scrolls sideways.
func TestEveryFormFitsOnSmallScreens(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/box": {loader(""), article}, "/bar": {loader("bar"), article}, "/dialog": {loader("dialog"), article}})
	for _, form := range []string{"/box", "/bar", "/dialog"} {
		for _, height := range []int64{640, 256} {
			v := visit(t, site, options{})
			v.screen(320, height, "light")
			v.open(form)
			v.enhanced()
			if wide := ask[int](v, `document.documentElement.scrollWidth`); wide > 320 {
				t.Errorf("%s, %d high: the page is %d pixels wide", form, height, wide)
			}
			for _, button := range []string{accept, reject, more} {
				ask[bool](v, `(document.querySelector("`+button+`").scrollIntoView(), true)`)
				if !ask[bool](v, `(b => b.left >= 0 && b.right <= 320 && b.top >= -1 && b.bottom <= innerHeight + 1)(document.querySelector("`+button+`").getBoundingClientRect())`) {
					t.Errorf("%s, %d high: %s cannot be seen whole", form, height, button)
				}
			}
		}
	}
}

// In a language written from right to left the question stands on the other side.
func TestQuestionMirrors(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {loader(""), article}})
	v := visit(t, site, options{})
	v.screen(1280, 800, "light")
	v.open("/")
	v.enhanced()
	left := ask[float64](v, `document.querySelector("#kelisim form").getBoundingClientRect().left`)
	ask[bool](v, `(document.getElementById("kelisim").dir = "rtl", true)`)
	right := ask[float64](v, `document.documentElement.clientWidth - document.querySelector("#kelisim form").getBoundingClientRect().right`)
	if left != 16 || right != 16 {
		t.Errorf("%g pixels from the left, mirrored %g from the right; want 16", left, right)
	}
	v.click(more)
	v.await(`document.querySelector("#kelisim details").open`)
	if !ask[bool](v, `document.querySelector("#k-p-marketing").getBoundingClientRect().right < document.querySelector("#k-n-marketing").getBoundingClientRect().left`) {
		t.Error("the switches are not on the left")
	}
}

// Without motion for those who do not want it, and gone from paper.
func TestQuestionKeepsStillAndOffPaper(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.media("", "prefers-reduced-motion", "reduce")
	v.open("/")
	v.enhanced()
	if got := ask[string](v, `getComputedStyle(document.querySelector("#k-p-marketing")).transitionDuration`); got != "0s" {
		t.Errorf("a switch takes %s to move", got)
	}
	v.media("print", "prefers-reduced-motion", "reduce")
	v.hidden(panel)
}
