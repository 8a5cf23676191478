package gatetest

import (
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// Now is the time of every exchange of the matrix.
var Now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// Cookies of the matrix, by what the policy says of them.
const (
	Session   = "sid"     // necessary
	Analytics = "_ga"     // statistics
	Advert    = "fr"      // marketing, HttpOnly
	Unknown   = "mystery" // declared by no rule, persistent
)

// RequestCookies is the Cookie header of every request of the matrix.
const RequestCookies = "sid=S1; _ga=G1; fr=F1; mystery=M1"

// Policy returns the policy of the matrix.
func Policy() consent.Policy {
	text := func(s string) consent.Text { return consent.Text{"en": s} }
	purpose := func(id consent.Purpose) consent.PurposeInfo {
		return consent.PurposeInfo{ID: id, Name: text(string(id)), Text: text("for " + string(id))}
	}
	return consent.Policy{
		Site:       consent.Site{Name: "matrix", Domains: []string{"example.test"}},
		Region:     "DE",
		DataRegion: "DE",
		Controller: consent.Controller{Name: "Matrix", Contact: "mailto:privacy@example.test"},
		Languages:  []string{"en"},
		Revision:   consent.Revision{Number: 1, Date: "2026-01-01", Change: consent.Material},
		Purposes: []consent.PurposeInfo{
			purpose(consent.Necessary), purpose(consent.Preferences), purpose(consent.Statistics), purpose(consent.Marketing),
		},
		Cookies: []consent.CookieRule{
			{Name: Session, Purpose: consent.Necessary, Text: text("keeps you logged in")},
			{Name: Analytics, Purpose: consent.Statistics, Text: text("counts")},
			{Name: Advert, Purpose: consent.Marketing, Text: text("advertises")},
		},
	}
}

// Rules compiles [Policy].
func Rules(tb testing.TB) *consent.Rulebook {
	tb.Helper()
	rules, err := consent.Compile(Policy())
	if err != nil {
		tb.Fatalf("gatetest: %v", err)
	}
	return rules
}

// Visitor is one column of the matrix.
type Visitor struct {
	Name   string // "granted", "denied", "nochoice"
	Choice consent.Choice
}

// Visitors returns the three columns.
func Visitors(rules *consent.Rulebook) []Visitor {
	apply := func(a consent.Action) consent.Choice {
		c, _ := rules.Apply(consent.Submission{Action: a, Method: consent.MethodBanner}, consent.Choice{}, Now)
		return c
	}
	return []Visitor{
		{"granted", apply(consent.Accept)},
		{"denied", apply(consent.Reject)},
		{"nochoice", consent.Choice{}},
	}
}
