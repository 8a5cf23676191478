package centre

import (
	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// in is what the policy says in lang, or in its first language where it leaves that out.
func in(policy consent.Policy, t consent.Text, lang string) string {
	first := ""
	if len(policy.Languages) > 0 {
		first = policy.Languages[0]
	}
	return t.In(lang, first)
}

func purposeName(policy consent.Policy, p consent.PurposeInfo, lang string) string {
	return purposeWords(policy, p, p.Name, lang, "")
}

func purposeText(policy consent.Policy, p consent.PurposeInfo, lang string) string {
	return purposeWords(policy, p, p.Text, lang, ".text")
}

// purposeWords are the policy's own, else the built-in ones of the four standard purposes, else those of the policy's first
// language.
func purposeWords(policy consent.Policy, p consent.PurposeInfo, own consent.Text, lang, part string) string {
	if own[lang] != "" {
		return own[lang]
	}
	key := "purpose." + string(p.ID) + part
	if locale := banner.For(lang); locale.Has(key) && banner.Spoken(lang) != "" {
		return locale.Text(key)
	}
	return in(policy, own, lang)
}
