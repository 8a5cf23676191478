package server

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed locales/*.json
var localeFiles embed.FS

// known are the languages of the dashboard, the house's first language first.
var known = []string{"kk", "ru", "en"}

// locale holds the texts and habits of one language.
type locale struct {
	lang  string
	texts map[string]string
	names names // of countries and languages
}

func loadLocale(lang string) (*locale, error) {
	data, err := localeFiles.ReadFile("locales/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("server: no texts for %q: %w", lang, err)
	}
	l := &locale{lang: lang}
	if err := json.Unmarshal(data, &l.texts); err != nil {
		return nil, fmt.Errorf("server: texts for %q: %w", lang, err)
	}
	l.names, err = loadNames(lang)
	return l, err
}

// T returns the text under key with {0}, {1} … replaced. A key that is not there is returned itself,
// so that plain words handed in by others stand as they are.
func (l *locale) T(key string, args ...any) string {
	text, ok := l.texts[key]
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
	_, ok := l.texts[key]
	return ok
}
