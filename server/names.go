package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kelisim/kelisim/static/dashboard"
)

// names are the names of countries and languages in one language.
type names struct {
	Regions   map[string]string `json:"regions"`   // by ISO 3166-1 alpha-2
	Languages map[string]string `json:"languages"` // by primary subtag
}

func loadNames(lang string) names {
	var all map[string]names
	if err := json.Unmarshal(dashboard.Names(), &all); err != nil {
		panic(fmt.Sprintf("server: names of countries: %v", err))
	}
	n, ok := all[lang]
	if !ok {
		panic(fmt.Sprintf("server: no names of countries in %q: run go generate ./internal/mapgen", lang))
	}
	return n
}

// Country returns the name of a country, or its code where it has none.
func (n names) Country(code string) string {
	if name, ok := n.Regions[strings.ToUpper(code)]; ok {
		return name
	}
	return clean(code, valueMax)
}

// Language returns the name of a language, or its tag where it has none.
func (n names) Language(tag string) string {
	if name, ok := n.Languages[strings.ToLower(tag)]; ok {
		return name
	}
	return clean(tag, valueMax)
}
