package e2e_test

import (
	"strings"
	"testing"
)

// A single-page application draws its views by itself: what waits in a new view is held back or started without a word to
// us, and the question stays where it is.
func TestSinglePageApplications(t *testing.T) {
	t.Parallel()
	ads := advertise(t)
	h := furnish(t, ads, pages{"/{$}": `<main id="view"><h1>One</h1></main>`}, nil)
	v := visit(t, h.site, options{})
	draw := func(path string) {
		ask[bool](v, `(path => {
			history.pushState(null, "", path);
			const view = document.createElement("main"), part = (name, more) => view.appendChild(Object.assign(document.createElement(name), more));
			view.id = "view";
			for (const name of ["first", "second"]) {
				const script = part("script", {type: "text/plain"});
				script.dataset.consent = "marketing";
				script.dataset.src = "`+ads.origin+`" + path + "-" + name + ".js";
			}
			const frame = part("iframe", {title: "Film", width: 400, height: 240}), dot = part("img", {alt: ""});
			for (const [waits, what] of [[frame, "frame"], [dot, "pixel.gif"]]) {
				waits.dataset.consent = "marketing";
				waits.dataset.src = "`+ads.origin+`" + path + "-" + what;
			}
			document.getElementById("view").replaceWith(view);
			return true;
		})("`+path+`")`)
	}
	v.open("/")
	v.shown(panel)
	draw("/two")
	v.shown(".k-hold")
	v.shown(panel)
	ads.wantNothing(t, "undecided, in a view drawn later")

	v.click(reject)
	v.hidden(panel)
	draw("/three")
	v.shown(".k-hold")
	v.shown(reopen)
	v.settled()
	ads.wantNothing(t, "refused, in a view drawn later")

	v.click(reopen)
	v.shown(panel)
	v.click(accept)
	v.hidden(".k-hold")
	ads.wantAsked(t, "accepted", []string{"/three-first.js", "/three-second.js", "/three-frame", "/three-pixel.gif"})
	v.await(`window.ran?.join() === "three-first,three-second"`)

	ads.forget()
	draw("/four")
	ads.wantAsked(t, "a view drawn after the acceptance", []string{"/four-first.js", "/four-second.js", "/four-frame", "/four-pixel.gif"})
	v.await(`window.ran?.join() === "three-first,three-second,four-first,four-second"`)
	v.shown("iframe")
	if n := ask[int](v, `document.querySelectorAll("#kelisim").length`); n != 1 {
		t.Errorf("there are %d of us in the page", n)
	}
	if got := ask[string](v, `location.pathname`); !strings.HasSuffix(got, "/four") {
		t.Errorf("the application stands at %s: something reloaded it", got)
	}
}
