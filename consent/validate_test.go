package consent_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestValidate(t *testing.T) {
	en := func(s string) consent.Text { return consent.Text{"en": s} }
	cookie := func(ck consent.CookieRule) func(*consent.Policy) {
		return func(p *consent.Policy) { p.Cookies = append(p.Cookies[:0:0], ck) }
	}
	service := func(change func(*consent.Service)) func(*consent.Policy) {
		return func(p *consent.Policy) { change(&p.Services[0]) }
	}
	for _, row := range []struct {
		field  string // that the one fault names; "" for none
		change func(*consent.Policy)
	}{
		{"", func(*consent.Policy) {}},
		{"site.name", func(p *consent.Policy) { p.Site.Name = " " }},
		{"site.domains[0]", func(p *consent.Policy) { p.Site.Domains = []string{"Shop.example"} }},
		{"site.notice", func(p *consent.Policy) { p.Site.Notice = "//evil.example" }},
		{"region", func(p *consent.Policy) { p.Region = "Kz"; p.Transfers.CrossBorder = "" }},
		{"data_region", func(p *consent.Policy) { p.DataRegion = "" }},
		{"controller.name", func(p *consent.Policy) { p.Controller.Name = "" }},
		{"controller.contact", func(p *consent.Policy) { p.Controller.Contact = "" }},
		{"languages[1]", func(p *consent.Policy) { p.Languages = []string{"en", "en"} }},
		{"revision.number", func(p *consent.Policy) { p.Revision.Number = 0 }},
		{"revision.date", func(p *consent.Policy) { p.Revision.Date = "2026-02-30" }},
		{"revision.change", func(p *consent.Policy) { p.Revision.Change = "huge" }},
		{"revision.since", func(p *consent.Policy) { p.Revision.Since = 1 }},
		{"revision.since", func(p *consent.Policy) { p.Revision.Change, p.Revision.Text = consent.Minor, en("x") }},
		{"revision.text", func(p *consent.Policy) { p.Revision.Change, p.Revision.Since = consent.Minor, 1 }},
		{"", func(p *consent.Policy) {
			p.Revision.Change, p.Revision.Since, p.Revision.Text = consent.Minor, 1, en("x")
		}},
		{"model", model("silence")},
		{"models.usa", func(p *consent.Policy) { p.Models = map[string]consent.Model{"usa": consent.ModelOptIn} }},
		{"models.US", func(p *consent.Policy) { p.Models = map[string]consent.Model{"US": ""} }},
		{"unclassified", mode("shrug")},
		{"lifetimes.choice", func(p *consent.Policy) { p.Lifetimes.Choice = consent.Period{N: 14, Unit: consent.Months} }},
		{"", func(p *consent.Policy) { p.Lifetimes.Choice = consent.Period{N: 13, Unit: consent.Months} }},
		{"lifetimes.refusal", func(p *consent.Policy) { p.Lifetimes.Refusal = consent.Period{N: 5, Unit: consent.Minutes} }},
		{"lifetimes.choice", func(p *consent.Policy) { p.Lifetimes.Choice = consent.Period{N: 90, Unit: "fortnights"} }},
		{"lifetimes.record", func(p *consent.Policy) { p.Lifetimes.Record = consent.Period{N: 5, Unit: consent.Months} }},
		{"purposes[2].id", func(p *consent.Policy) {
			p.Purposes[2].ID = "necessary"
			p.Data, p.Cookies = nil, nil
			p.Region = "KG"
			p.DataRegion = "KG"
			p.Services = nil
			p.Transfers = consent.Transfers{}
		}},
		{"purposes[0].name", func(p *consent.Policy) { p.Purposes[0].Name = nil }},
		{"purposes[0].name.en", func(p *consent.Policy) { p.Purposes[0].Name = en(strings.Repeat("x", 300)) }},
		{"purposes[0].text.en", func(p *consent.Policy) { p.Purposes[0].Text = en("a\x1bb") }},
		{"purposes[0].text.ru", func(p *consent.Policy) { p.Purposes[0].Text = consent.Text{"en": "x", "ru": "x"} }},
		{"", func(p *consent.Policy) { p.Languages = append(p.Languages, "de") }}, // standard purposes have built-in words
		{"purposes[0].name", func(p *consent.Policy) {
			p.Languages = append(p.Languages, "de")
			p.Purposes = append([]consent.PurposeInfo{{ID: "dreams", Name: en("Dreams"), Text: consent.Text{"en": "Shows dreams.", "de": "Zeigt Träume."}}}, p.Purposes...)
		}},
		{"data[0].name", func(p *consent.Policy) {
			p.Languages = append([]string{"de"}, p.Languages...)
			for i := range p.Purposes {
				p.Purposes[i].Name = consent.Text{"de": "Zweck", "en": "Purpose"}
				p.Purposes[i].Text = consent.Text{"de": "Zweck", "en": "Purpose"}
			}
			p.Revision.Text, p.Services, p.Cookies, p.Authority, p.Data = nil, nil, nil, consent.Authority{}, p.Data[:1]
			p.Transfers.ThirdParties = consent.No
		}},
		{"data[0].purposes", func(p *consent.Policy) { p.Data[0].Purposes = nil }},
		{"data[0].purposes[0]", func(p *consent.Policy) { p.Data[0].Purposes = []consent.Purpose{"films"} }},
		{"data[0].source", func(p *consent.Policy) { p.Data[0].Source = "" }},
		{"data[0].retention", func(p *consent.Policy) { p.Data[0].Retention = consent.Period{} }},
		{"services[0].id", service(func(s *consent.Service) { s.ID = "Ads!" })},
		{"services[0].name", service(func(s *consent.Service) { s.Name = "" })},
		{"services[0].purpose", service(func(s *consent.Service) { s.Purpose = "" })},
		{"services[0].country", service(func(s *consent.Service) { s.Country = "" })},
		{"services[0].notice", service(func(s *consent.Service) { s.Notice = "javascript:x" })},
		{"services[0].origins[0]", service(func(s *consent.Service) { s.Origins = []string{"ads.example"} })},
		{"services[0].origins[0]", service(func(s *consent.Service) { s.Origins = []string{"https://ads.example/"} })},
		{"services[0].origins[0]", service(func(s *consent.Service) { s.Origins = []string{"https://*.com"} })},
		{"services[0].origins[0]", service(func(s *consent.Service) { s.Origins = []string{"https://a.*.example"} })},
		{"services[0].origins[0]", service(func(s *consent.Service) { s.Origins = []string{"https://a.example 'unsafe-inline'"} })},
		{"", service(func(s *consent.Service) { s.Origins = []string{"http://127.0.0.1:8081", "https://*.ads.example:443"} })},
		{"services[0].cookies[0].name", service(func(s *consent.Service) { s.Cookies[0].Name = "lang" })},
		{"cookies[0].name", cookie(consent.CookieRule{Purpose: consent.Statistics})},
		{"cookies[0].name", cookie(consent.CookieRule{Name: "a;b", Purpose: consent.Statistics})},
		{"cookies[0].name", cookie(consent.CookieRule{Name: "*", Purpose: consent.Necessary})},
		{"cookies[0].name", cookie(consent.CookieRule{Name: "?*a", Purpose: consent.Necessary})},
		{"cookies[0].name", cookie(consent.CookieRule{Name: "cookie_consent", Purpose: consent.Marketing})},
		{"cookies[0].name", cookie(consent.CookieRule{Name: "__Host-*", Purpose: consent.Marketing})},
		{"cookies[0].purpose", cookie(consent.CookieRule{Name: "x"})},
		{"cookies[0].domains[0]", cookie(consent.CookieRule{Name: "x", Purpose: consent.Statistics, Domains: []string{"notshop.example"}})},
		{"cookies[0].domains[0]", cookie(consent.CookieRule{Name: "__Host-x", Purpose: consent.Statistics, Domains: []string{"shop.example"}})},
		{"", cookie(consent.CookieRule{Name: "x", Purpose: consent.Statistics, Domains: []string{"www.shop.example"}})},
		{"cookies[0].paths[0]", cookie(consent.CookieRule{Name: "x", Purpose: consent.Statistics, Paths: []string{"/a;b"}})},
		{"cookies[0].lifetime", cookie(consent.CookieRule{Name: "x", Purpose: consent.Statistics, Lifetime: consent.Period{N: -1, Unit: consent.Days}})},
		{"services[0].data[0]", service(func(s *consent.Service) { s.Data = []string{"dreams"} })},
		{"", service(func(s *consent.Service) { s.Data = []string{"counts"} })},
		{"authority.name", func(p *consent.Policy) { p.Authority.URL = "https://authority.example" }},
		{"authority.url", func(p *consent.Policy) { p.Authority = consent.Authority{Name: en("x"), URL: "authority.example"} }},
		{"transfers.safeguards.de", func(p *consent.Policy) { p.Transfers.Safeguards = consent.Text{"en": "x", "de": "x"} }},
		{"transfers.published", func(p *consent.Policy) { p.Transfers.Published = consent.Text{"en": ""} }},
		{"transfers.third_parties", func(p *consent.Policy) { p.Transfers.ThirdParties = consent.No }},
		{"transfers.third_parties", func(p *consent.Policy) { p.Services = nil }},
		{"transfers.cross_border", func(p *consent.Policy) { p.Services[0].Country = "US" }},
		{"transfers.cross_border", func(p *consent.Policy) { p.Transfers.CrossBorder = consent.Yes }},
		{"transfers.publication", func(p *consent.Policy) { p.Transfers.Publication = "maybe" }},
		{"opt_outs.purposes[0]", func(p *consent.Policy) { p.OptOuts.Purposes = []consent.Purpose{consent.Necessary} }},
		{"opt_outs.purposes[0]", func(p *consent.Policy) { p.OptOuts.Purposes = []consent.Purpose{"films"} }},
		{"opt_outs.purposes", func(p *consent.Policy) { p.OptOuts.Purposes = []consent.Purpose{} }},
	} {
		p := shop()
		row.change(&p)
		var faults consent.Faults
		errors.As(p.Validate(), &faults)
		var fields []string
		for _, f := range faults {
			fields = append(fields, f.Field)
			if strings.TrimSpace(f.Text) == "" {
				t.Errorf("%s: says nothing", f.Field)
			}
		}
		want := []string{row.field}
		if row.field == "" {
			want = nil
		}
		if !slices.Equal(fields, want) {
			t.Errorf("got faults %v, want %q:\n%v", fields, row.field, faults)
		}
		if _, err := consent.Compile(p); (err == nil) != (row.field == "") {
			t.Errorf("%s: Compile says %v", row.field, err)
		}
	}
}

// Law 94-V art. 8.4: what a consent must name where the region is Kazakhstan, and only there.
func TestLaw94V_8_RequiredFields(t *testing.T) {
	changes := map[string]func(*consent.Policy){
		"controller.bin":          func(p *consent.Policy) { p.Controller.BIN = "" },
		"controller.address":      func(p *consent.Policy) { p.Controller.Address = "" },
		"lifetimes.choice":        func(p *consent.Policy) { p.Lifetimes.Choice = consent.Period{} },
		"data":                    func(p *consent.Policy) { p.Data = nil },
		"transfers.third_parties": func(p *consent.Policy) { p.Transfers.ThirdParties = "" },
		"transfers.cross_border":  func(p *consent.Policy) { p.Transfers.CrossBorder = "" },
		"transfers.publication":   func(p *consent.Policy) { p.Transfers.Publication = "" },
	}
	for field, change := range changes {
		p := shop()
		change(&p)
		var faults consent.Faults
		if errors.As(p.Validate(), &faults); len(faults) != 1 || faults[0].Field != field || !strings.Contains(faults[0].Text, "94-V") {
			t.Errorf("%s: got %v", field, faults)
		}
		p.Region, p.DataRegion, p.Services[0].Country = "KG", "KG", "KG"
		if err := p.Validate(); err != nil {
			t.Errorf("%s: elsewhere: %v", field, err)
		}
	}
}

// S2-2.7: storage inside the country.
func TestS2_2_7_DataRestsInKazakhstan(t *testing.T) {
	p := shop()
	p.DataRegion, p.Transfers.CrossBorder = "DE", consent.Yes
	var faults consent.Faults
	if errors.As(p.Validate(), &faults); len(faults) != 1 || faults[0].Field != "data_region" {
		t.Errorf("got %v", faults)
	}
}

func TestBINCheckDigit(t *testing.T) {
	for _, row := range []struct {
		bin string
		ok  bool
	}{
		{"000000000000", true}, {"100000000001", true}, {"100000000002", false}, {"12345678901", false}, {"1234567890123", false},
		{"00000000000x", false}, {"050000000009", true}, {"550000000004", true},
	} {
		p := shop()
		p.Controller.BIN = row.bin
		if err := p.Validate(); (err == nil) != row.ok {
			t.Errorf("%s: %v", row.bin, err)
		}
	}
}

func TestTooManyPurposes(t *testing.T) {
	p := shop()
	for i := range consent.MaxPurposes {
		more := p.Purposes[0]
		more.ID = consent.Purpose("p" + string(rune('a'+i%26)) + string(rune('a'+i/26)))
		p.Purposes = append(p.Purposes, more)
	}
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "at most 30") {
		t.Errorf("got %v", err)
	}
}
