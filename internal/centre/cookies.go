package centre

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/kelisim/kelisim/consent"
)

// cookie is a declared cookie with who sets it.
type cookie struct {
	consent.CookieRule
	Service consent.Service // zero: the site itself
}

// cookies lists what the policy declares, the site's own first.
func cookies(policy consent.Policy) []cookie {
	var all []cookie
	for _, rule := range policy.Cookies {
		all = append(all, cookie{CookieRule: rule})
	}
	for _, service := range policy.Services {
		for _, rule := range service.Cookies {
			if rule.Purpose == "" {
				rule.Purpose = service.Purpose
			}
			all = append(all, cookie{CookieRule: rule, Service: service})
		}
	}
	return all
}

// country names a country in a language: the code itself where nobody knows its name.
func country(code, lang string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	names := display.Regions(language.Make(lang))
	if names == nil {
		names = display.Regions(language.English)
	}
	if name := names.Name(region); name != "" {
		return name
	}
	return code
}
