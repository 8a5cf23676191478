package e2e_test

import (
	"fmt"
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
	becomes(v, "the page behind can be clicked", `!!document.elementFromPoint(30, 20).closest("header")`, false)
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
			what := fmt.Sprintf("%s, %d high: ", form, height)
			becomes(v, what+"pixels beyond the window", `Math.max(0, document.documentElement.scrollWidth - 320)`, 0)
			for _, button := range []string{accept, reject, more} {
				becomes(v, what+button+" can be seen whole", `(button => {
					button.scrollIntoView();
					const b = button.getBoundingClientRect();
					return b.left >= 0 && b.right <= 320 && b.top >= -1 && b.bottom <= innerHeight + 1;
				})(document.querySelector("`+button+`"))`, true)
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
	becomes(v, "pixels from the left", `document.querySelector("#kelisim form").getBoundingClientRect().left`, 16)
	ask[bool](v, `(document.getElementById("kelisim").dir = "rtl", true)`)
	becomes(v, "mirrored, pixels from the right", `document.documentElement.clientWidth - document.querySelector("#kelisim form").getBoundingClientRect().right`, 16)
	v.click(more)
	v.await(`document.querySelector("#kelisim details").open`)
	becomes(v, "the switches are on the left", `document.querySelector("#k-p-marketing").getBoundingClientRect().right < document.querySelector("#k-n-marketing").getBoundingClientRect().left`, true)
}

// Without motion for those who do not want it, and gone from paper.
func TestQuestionKeepsStillAndOffPaper(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.media("", "prefers-reduced-motion", "reduce")
	v.open("/")
	v.enhanced()
	becomes(v, "how long a switch takes to move", `getComputedStyle(document.querySelector("#k-p-marketing")).transitionDuration`, "0s")
	v.media("print", "prefers-reduced-motion", "reduce")
	v.hidden(panel)
}
