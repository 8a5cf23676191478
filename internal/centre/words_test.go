package centre_test

import (
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// A language for which the policy has few words has those of the banner for standard purposes, and of the policy's first
// language for the rest: never those of a third.
func TestWhatThePolicyLeavesOutIsSaidInItsFirstLanguage(t *testing.T) {
	s := newSite(t, func(p *consent.Policy) { p.Languages = append(p.Languages, "ar", "de") })
	for lang, words := range map[string][]string{
		"de": {`lang="de" dir="ltr"`, "Statistik", "Datenschutz", ">Deutsch<"},
		"ar": {`lang="ar" dir="rtl"`, "الإحصاءات", ">العربية<"},
	} {
		for _, path := range []string{"/consent/?lang=", "/consent/notice?lang="} {
			text := visit(t, s).do("GET", path+lang, "", "").Body.String()
			for _, word := range words {
				if !strings.Contains(text, word) {
					t.Errorf("%s%s lacks %q: %.1500s", path, lang, word, text)
				}
			}
		}
	}
}
