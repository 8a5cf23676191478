package banner

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// library is every built-in language. The words of one are read when somebody first asks for it, so that a site pays for
// the languages of its policy alone.
type library struct {
	byTag   map[string]func() *Locale
	order   []string
	matcher func() language.Matcher // of order
}

var locales = sync.OnceValue(newLibrary)

func newLibrary() library {
	entries, err := files.ReadDir("locales")
	if err != nil {
		panic(fmt.Sprintf("banner: %v", err))
	}
	lib := library{byTag: make(map[string]func() *Locale, len(entries)), order: []string{"kk", "ru", "en"}}
	for _, entry := range entries {
		tag := strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))
		lib.byTag[tag] = sync.OnceValue(func() *Locale { return loadLocale(tag) })
		if !slices.Contains(lib.order, tag) {
			lib.order = append(lib.order, tag)
		}
	}
	lib.matcher = sync.OnceValue(func() language.Matcher { return matcherOf(lib.order) })
	return lib
}

// loadLocale cannot fail on what the compiler embedded; a fault is one of the build and is found by any test.
func loadLocale(tag string) *Locale {
	content, err := files.ReadFile("locales/" + tag + ".json")
	if err != nil {
		panic(fmt.Sprintf("banner: %v", err))
	}
	l := &Locale{Tag: tag, tag: language.MustParse(tag)}
	if err := json.Unmarshal(content, &l.texts); err != nil {
		panic(fmt.Sprintf("banner: locales/%s.json: %v", tag, err))
	}
	return l
}

// Spoken is the built-in language in which a page in lang is worded: lang itself, or the one whose readers read it as
// their own ("zh-Hant" for "zh-TW", "nb" for "no", "he" for "iw"). It is "" where there is none, and [For] speaks English.
func Spoken(lang string) string {
	lib := locales()
	if _, ok := lib.byTag[lang]; ok {
		return lang
	}
	wanted, err := language.Parse(lang)
	if err != nil {
		return ""
	}
	if _, index, confidence := lib.matcher().Match(wanted); confidence >= language.High && akin(wanted, lib.order[index]) {
		return lib.order[index]
	}
	base, _, _ := strings.Cut(lang, "-")
	if _, ok := lib.byTag[base]; ok {
		return base
	}
	return ""
}

// akin keeps out what CLDR offers to those who have no better: English for Icelandic, Russian for Belarusian.
func akin(wanted language.Tag, have string) bool {
	a, _ := wanted.Base()
	b, _ := language.Make(have).Base()
	return a == b || family(a.String()) == family(b.String())
}

// family joins the codes that name one language.
func family(base string) string {
	switch base {
	case "no", "nb", "nn":
		return "nb"
	case "sh", "sr", "bs", "hr":
		return "sr"
	case "zh", "cmn":
		return "zh"
	}
	return base
}
