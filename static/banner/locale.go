package banner

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Locale is the words of one language. It is read-only and safe for concurrent use.
type Locale struct {
	Tag   string
	texts map[string]string
	tag   language.Tag
}

// Languages lists the built-in languages: Kazakh, Russian and English first, the others by tag.
func Languages() []string { return slices.Clone(locales().order) }

// For returns the words of a language or of the one that [Spoken] finds for it, else those of English.
func For(lang string) *Locale {
	all := locales()
	if load, ok := all.byTag[lang]; ok {
		return load()
	}
	if spoken := Spoken(lang); spoken != "" {
		return all.byTag[spoken]()
	}
	return all.byTag["en"]()
}

// Text returns the words for key, with each {name} of pairs ("name", "value", …) filled in. A key
// that does not exist gives the key itself, so that a slip is seen and breaks nothing.
func (l *Locale) Text(key string, pairs ...string) string {
	text, ok := l.texts[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// Has says whether the language has words for key.
func (l *Locale) Has(key string) bool {
	_, ok := l.texts[key]
	return ok
}

// Count returns the words for key with n filled in, in the form that n takes in the language: "key.one",
// "key.few", "key.many" or "key.other" (CLDR cardinals).
func (l *Locale) Count(key string, n int) string {
	form := forms[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]
	if !l.Has(key + form) {
		form = ".other"
	}
	return l.Text(key+form, "n", strconv.Itoa(n))
}

// Period names a length of time: "6 months". The zero Period is the browser session.
func (l *Locale) Period(p Period) string {
	if p.N == 0 {
		return l.Text("session")
	}
	return l.Count(p.Unit, p.N)
}

// List joins names by the comma of the language's script.
func (l *Locale) List(names []string) string {
	comma := ", "
	switch script, _ := l.tag.Script(); script.String() {
	case "Arab":
		comma = "، "
	case "Hans", "Hant", "Jpan":
		comma = "、"
	}
	return strings.Join(names, comma)
}

// Direction is "rtl" for languages written from right to left, else "ltr".
func (l *Locale) Direction() string {
	if l.Has("dir") {
		return l.Text("dir")
	}
	return "ltr"
}

var forms = map[plural.Form]string{
	plural.Zero: ".zero", plural.One: ".one", plural.Two: ".two",
	plural.Few: ".few", plural.Many: ".many", plural.Other: ".other",
}
