package e2e_test

import "testing"

// A film on a phone is low: the placeholder in its place shows both its buttons whole, in every language of the site.
func TestPlaceholderShowsItsButtonsOnAPhone(t *testing.T) {
	p := start(t)
	for _, language := range []string{"kk", "ru", "en"} {
		v := visit(t, p.site, options{language: language})
		v.look(390, 844, "light")
		v.open("/video")
		v.shown(".k-hold")
		becomes(v, language+": the buttons that are cut off", `(box => [...box.querySelectorAll("button")].filter(b => b.getBoundingClientRect().bottom > box.getBoundingClientRect().bottom).map(b => b.innerText).join())(document.querySelector(".k-hold"))`, "")
	}
}
