package banner

import (
	"slices"

	"golang.org/x/text/language"
)

// Matcher picks a page's language among those that a policy offers. It is safe for concurrent use.
type Matcher struct {
	offered []string
	matcher language.Matcher
}

// NewMatcher makes a matcher for the offered languages, the first being the one of last resort.
// Where nothing is offered, English is.
func NewMatcher(offered []string) *Matcher {
	if len(offered) == 0 {
		offered = []string{"en"}
	}
	return &Matcher{offered: slices.Clone(offered), matcher: matcherOf(offered)}
}

func matcherOf(offered []string) language.Matcher {
	tags := make([]language.Tag, len(offered))
	for i, tag := range offered {
		tags[i] = language.Make(tag)
	}
	return language.NewMatcher(tags)
}

// Match returns an offered language: what the visitor asked for by name (a ?lang parameter), else what the browser's
// Accept-Language prefers, else the first offered. Wishes longer than 256 bytes are not read.
func (m *Matcher) Match(asked, acceptLanguage string) string {
	for _, wish := range [2]string{asked, acceptLanguage} {
		if wish == "" || len(wish) > 256 {
			continue
		}
		if slices.Contains(m.offered, wish) {
			return wish
		}
		wanted, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(wanted) == 0 {
			continue
		}
		if _, index, confidence := m.matcher.Match(wanted...); confidence >= language.High {
			return m.offered[index]
		}
	}
	return m.offered[0]
}

// Offered lists the languages among which m picks.
func (m *Matcher) Offered() []string { return slices.Clone(m.offered) }

// Page returns the offered language in which a page is read that says of itself that it is in lang ("pt-BR", "zh-TW", "no");
// "" where that is none of them. It looks for the language itself, not for one that its readers may know besides.
func (m *Matcher) Page(lang string) string {
	wanted, err := language.Parse(lang)
	if err != nil || len(lang) > 35 {
		return ""
	}
	if _, index, confidence := m.matcher.Match(wanted); confidence >= language.High && akin(wanted, m.offered[index]) {
		return m.offered[index]
	}
	return ""
}
