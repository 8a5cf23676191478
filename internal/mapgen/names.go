package main

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// names are the names of countries and languages in one language.
type names struct {
	Regions   map[string]string `json:"regions"`
	Languages map[string]string `json:"languages"`
}

// newer are names that have changed since the tables of golang.org/x/text (CLDR 32), and short forms
// where the long one does not fit a list.
var newer = map[string]map[string]string{
	"kk": {"SZ": "Эсватини", "MK": "Солтүстік Македония", "US": "АҚШ", "HK": "Гонконг", "MO": "Макао", "XK": "Косово"},
	"ru": {"SZ": "Эсватини", "MK": "Северная Македония", "US": "США", "HK": "Гонконг", "MO": "Макао", "XK": "Косово"},
	"en": {"SZ": "Eswatini", "MK": "North Macedonia", "TR": "Türkiye", "HK": "Hong Kong", "MO": "Macao", "XK": "Kosovo"},
}

func collectNames() map[string]names {
	all := make(map[string]names)
	for _, lang := range []string{"kk", "ru", "en"} {
		tag := language.MustParse(lang)
		n := names{Regions: make(map[string]string), Languages: make(map[string]string)}
		regions, languages := display.Regions(tag), display.Languages(tag)
		for code := range pairs('A') {
			region, err := language.ParseRegion(code)
			if err == nil && region.IsCountry() && region.Canonicalize() == region && region.String() == code {
				n.Regions[code] = capital(regions.Name(region))
			}
		}
		for code, name := range newer[lang] {
			n.Regions[code] = name
		}
		for code := range pairs('a') {
			if base, err := language.ParseBase(code); err == nil && base.String() == code {
				if name := languages.Name(base); name != "" {
					n.Languages[code] = capital(name)
				}
			}
		}
		for code, name := range n.Regions {
			if name == "" {
				delete(n.Regions, code)
			}
		}
		all[lang] = n
	}
	return all
}

// pairs yields all pairs of letters from the given first one.
func pairs(first rune) func(func(string) bool) {
	return func(yield func(string) bool) {
		for a := range rune(26) {
			for b := range rune(26) {
				if !yield(string([]rune{first + a, first + b})) {
					return
				}
			}
		}
	}
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
