package consent_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// The tests play at one shop. Its policy is right; each test changes what it is about.
func shop() consent.Policy {
	en := func(s string) consent.Text { return consent.Text{"en": s} }
	purpose := func(id consent.Purpose) consent.PurposeInfo {
		return consent.PurposeInfo{ID: id, Name: en("Name of " + string(id)), Text: en("What " + string(id) + " is for.")}
	}
	return consent.Policy{
		Site:       consent.Site{Name: "Shop", Domains: []string{"shop.example"}},
		Region:     "KZ",
		Controller: consent.Controller{Name: "Operator of the shop", BIN: "000000000000", Address: "Almaty", Contact: "privacy@shop.example"},
		Languages:  []string{"en"},
		Revision:   consent.Revision{Number: 2, Date: "2026-01-01", Change: consent.Material},
		Lifetimes:  consent.Lifetimes{Choice: consent.Period{N: 6, Unit: consent.Months}, Refusal: consent.Period{N: 1, Unit: consent.Months}},
		Purposes: []consent.PurposeInfo{
			purpose(consent.Preferences), purpose(consent.Necessary), purpose(consent.Statistics), purpose(consent.Marketing),
		},
		Data: []consent.DataKind{{
			ID: "counts", Name: en("Counts"), Purposes: []consent.Purpose{consent.Statistics},
			Source: consent.SourceAutomatic, Retention: consent.Period{N: 2, Unit: consent.Years},
		}},
		Services: []consent.Service{{
			ID: "ads", Name: "Ads", Purpose: consent.Marketing, Recipient: "Operator of the ads", Country: "KZ",
			Origins: []string{"https://ads.example"},
			Cookies: []consent.CookieRule{{Name: "ad_*"}, {Name: "ad_choices", Purpose: consent.Preferences}},
		}},
		Cookies: []consent.CookieRule{
			{Name: "cart", Purpose: consent.Necessary},
			{Name: "lang", Purpose: consent.Preferences, Lifetime: consent.Period{N: 1, Unit: consent.Years}},
			{Name: "_ga", Purpose: consent.Statistics},
			{Name: "_ga_*", Purpose: consent.Statistics, Paths: []string{"/", "/shop"}},
			{Name: "__Host-stat", Purpose: consent.Statistics, Domains: []string{}},
		},
		Transfers:  consent.Transfers{ThirdParties: consent.Yes, CrossBorder: consent.No, Publication: consent.No},
		DataRegion: "KZ",
	}
}

// compile compiles the shop's policy after the given changes.
func compile(t testing.TB, changes ...func(*consent.Policy)) *consent.Rulebook {
	t.Helper()
	p := shop()
	for _, change := range changes {
		change(&p)
	}
	b, err := consent.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mode(m consent.Unclassified) func(*consent.Policy) {
	return func(p *consent.Policy) { p.Unclassified = m }
}

func model(m consent.Model) func(*consent.Policy) {
	return func(p *consent.Policy) { p.Model = m }
}

var noon = time.Date(2026, 11, 23, 12, 34, 56, 0, time.UTC)

func secret(n byte) []byte { return bytes.Repeat([]byte{n}, consent.MinSecret) }

func keys(t testing.TB, secrets ...[]byte) *consent.Keys {
	t.Helper()
	if len(secrets) == 0 {
		secrets = [][]byte{secret(1)}
	}
	k, err := consent.NewKeys(secrets[0], secrets[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var (
	plain = http.Header{}
	gpc   = http.Header{"Sec-Gpc": {"1"}}
	dnt   = http.Header{"Dnt": {"1"}}
)

// visitor is somebody whose browser sends the given headers and who answers one thing after another.
func visitor(b *consent.Rulebook, h http.Header, answers ...consent.Submission) consent.Choice {
	c := b.Effective(consent.Choice{}, h)
	for _, s := range answers {
		s.Method = consent.MethodBanner
		c, _ = b.Apply(s, c, noon)
		c = b.Effective(c, h)
	}
	return c
}

var (
	accept   = consent.Submission{Action: consent.Accept}
	reject   = consent.Submission{Action: consent.Reject}
	withdraw = consent.Submission{Action: consent.Withdraw}
)

func choose(purposes ...consent.Purpose) consent.Submission {
	return consent.Submission{Action: consent.Choose, Purposes: purposes}
}

func takeBack(purposes ...consent.Purpose) consent.Submission {
	return consent.Submission{Action: consent.Withdraw, Purposes: purposes}
}

func sha256Hex(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
