package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// audit runs axe-core over the page and wants no violation of WCAG 2.2 AA or of its best practices.
func (v *visitor) audit(axe, what, scope string) {
	v.t.Helper()
	ask[bool](v, "(() => {"+axe+"\n})(), true")
	found := ask[string](v, fmt.Sprintf(`axe.run(%s, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => (r.passes.length ? "" : "axe found nothing to look at\n") + r.violations.map(x => x.id + ": " + x.nodes.map(n => n.target + " " + n.failureSummary).join(" | ")).join("\n"))`, scope))
	if found != "" {
		v.t.Errorf("%s: %s", what, strings.ReplaceAll(found, "\n", "\n\t"))
	}
}

// inArabicToo is the demonstration's policy with one language more, which is written from right to left and lacks texts.
func inArabicToo(t *testing.T) string {
	t.Helper()
	policy, err := os.ReadFile("../cmd/kelisim/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "policy.yaml")
	more := strings.Replace(string(policy), "languages: [kk, ru, en]", "languages: [kk, ru, en, ar]", 1)
	if err := os.WriteFile(file, []byte(more), 0o600); err != nil || more == string(policy) {
		t.Fatal("the demonstration's policy is not as this test thinks it is", err)
	}
	return file
}

// TestNoBarriers: every state of the question, the notice and the centre, in each language, light and dark.
func TestNoBarriers(t *testing.T) {
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	axe := string(source)
	p := start(t, "--policy", inArabicToo(t))
	pages := map[string][2]string{}
	for _, form := range []string{"box", "bar", "dialog"} {
		pages["/"+form] = [2]string{loader(strings.Replace(form, "box", "", 1)), article}
	}
	site := untouched(t, p, pages)
	const question, held = `{include: [["#kelisim"]]}`, `{include: [["#kelisim"], [".k-hold"]]}`
	for _, scheme := range []string{"light", "dark"} {
		for _, lang := range []string{"kk", "ru", "en", "ar"} {
			t.Run(scheme+" "+lang, func(t *testing.T) {
				v := visit(t, site, options{language: lang})
				v.screen(1280, 900, scheme)
				for form := range pages {
					v.open(form)
					ask[bool](v, `(document.documentElement.lang = "`+lang+`", true)`)
					v.enhanced()
					v.audit(axe, form, question)
					v.click(more)
					v.await(`document.querySelector("#kelisim details").open`)
					v.audit(axe, form+" with its purposes", question)
				}
				v.open("/box")
				v.enhanced()
				v.shown(".k-hold")
				v.click(reject)
				v.hidden(panel)
				v.audit(axe, "refused, a frame waiting", held)
				v.click(reopen)
				v.shown(panel)
				v.audit(axe, "preferences", question)
				v.open("/consent/?lang=" + lang)
				v.audit(axe, "centre, refused", "document")
				v.submit("button[value=accept]", "/consent/")
				v.audit(axe, "centre, granted", "document")
				v.open("/consent/notice?lang=" + lang)
				v.audit(axe, "notice", "document")
				v.open("/consent/check?lang=" + lang)
				v.audit(axe, "receipt check", "document")
			})
		}
	}
}
