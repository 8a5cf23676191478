package centre

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
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

// cookieRow is a line of the cookie table.
type cookieRow struct{ Name, Text, Purpose, Lifetime, Who string }

func cookieRows(policy consent.Policy, lang string) []cookieRow {
	locale := banner.For(lang)
	var rows []cookieRow
	for _, c := range cookies(policy) {
		who := locale.Text("centre.own")
		if c.Service.Name != "" {
			who = c.Service.Name
		}
		rows = append(rows, cookieRow{
			Name: c.Name, Text: in(policy, c.Text, lang), Purpose: purposeNames(policy, []consent.Purpose{c.Purpose}, lang),
			Lifetime: locale.Period(period(c.Lifetime)), Who: who,
		})
	}
	return rows
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
