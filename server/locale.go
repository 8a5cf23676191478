package server

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed locales/*.json
var localeFiles embed.FS

// known are the languages of the dashboard, the house's first language first.
var known = []string{"kk", "ru", "en"}

// locale holds the texts and habits of one language. They are read when they are first asked for; a fault in them is one of the
// build, and is found by any test.
type locale struct {
	lang  string
	texts func() map[string]string
	names func() names // of countries and languages
}

// loadLocale makes the locale of a known language.
func loadLocale(lang string) *locale {
	return &locale{
		lang: lang,
		texts: sync.OnceValue(func() map[string]string {
			data, err := localeFiles.ReadFile("locales/" + lang + ".json")
			if err != nil {
				panic(fmt.Sprintf("server: no texts for %q: %v", lang, err))
			}
			var texts map[string]string
			if err := json.Unmarshal(data, &texts); err != nil {
				panic(fmt.Sprintf("server: texts for %q: %v", lang, err))
			}
			return texts
		}),
		names: sync.OnceValue(func() names { return loadNames(lang) }),
	}
}

// T returns the text under key with {0}, {1} … replaced. A key that is not there is returned itself,
// so that plain words handed in by others stand as they are.
func (l *locale) T(key string, args ...any) string {
	text, ok := l.texts()[key]
	if !ok {
		return clean(key, valueMax)
	}
	for i, arg := range args {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), fmt.Sprint(arg))
	}
	return text
}

// word returns the text under prefix + name, or under name itself.
func (l *locale) word(prefix, name string) string {
	if l.Has(prefix + name) {
		return l.T(prefix + name)
	}
	return l.T(name)
}

// Has reports whether there is a text under key.
func (l *locale) Has(key string) bool {
	_, ok := l.texts()[key]
	return ok
}
