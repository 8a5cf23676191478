package consent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// tidy is a shop about which there is nothing to say; each row below adds one thing.
func tidy() consent.Policy {
	text := func(s string) consent.Text { return consent.Text{"kk": s, "ru": s, "en": s} }
	p := shop()
	p.Languages, p.Controller.Officer = []string{"kk", "ru", "en"}, "The head of the shop"
	p.Authority.Name = text("The authorised body")
	p.Lifetimes.Refusal = p.Lifetimes.Choice
	for i := range p.Purposes {
		p.Purposes[i].Name, p.Purposes[i].Text = text("Purpose "+string(rune('A'+i))), text("Says in a whole sentence what is done with data.")
	}
	p.Data = []consent.DataKind{{
		ID: "visits", Name: text("Visits"), Purposes: []consent.Purpose{consent.Statistics, consent.Marketing, consent.Preferences},
		Source: consent.SourceAutomatic, Retention: consent.Period{N: 1, Unit: consent.Years},
	}}
	s := &p.Services[0]
	s.Text, s.Notice, s.Data = text("Shows what else there is to buy."), "https://ads.example/privacy", []string{"visits"}
	for _, cookies := range [][]consent.CookieRule{p.Cookies, s.Cookies} {
		for i := range cookies {
			cookies[i].Text = text("Says what it is for.")
		}
	}
	s.Cookies = s.Cookies[:1]
	return p
}

func TestLint(t *testing.T) {
	en := func(s string) consent.Text { return consent.Text{"en": s} }
	all := func(s string) consent.Text { return consent.Text{"kk": s, "ru": s, "en": s} }
	service := func(change func(*consent.Service)) func(*consent.Policy) {
		return func(p *consent.Policy) { change(&p.Services[0]) }
	}
	cookie := func(ck consent.CookieRule) func(*consent.Policy) {
		return func(p *consent.Policy) { ck.Text = all("Something."); p.Cookies = []consent.CookieRule{ck} }
	}
	const stat, mark, need = consent.Statistics, consent.Marketing, consent.Necessary
	for _, row := range []struct {
		want   string // "field code" of the one warning; "" for none
		change func(*consent.Policy)
	}{
		{"", func(*consent.Policy) {}},
		{"site.notice http", func(p *consent.Policy) { p.Site.Notice = "http://shop.example/privacy" }},
		{"", func(p *consent.Policy) { p.Site.Notice = "/privacy" }},
		{"site.domains undeletable", func(p *consent.Policy) { p.Site.Domains = nil }},
		{"", func(p *consent.Policy) { p.Site.Domains = nil; p.Cookies = p.Cookies[:1] }},
		{"controller.officer officer", func(p *consent.Policy) { p.Controller.Officer = "" }},
		{"", func(p *consent.Policy) { p.Controller.Officer = ""; p.Region = "KG" }},
		{"languages language", func(p *consent.Policy) { p.Languages = []string{"ru", "en"} }},
		{"authority.name authority", func(p *consent.Policy) { p.Authority.Name = nil }},
		{"", func(p *consent.Policy) { p.Authority.Name, p.Region = nil, "US" }},
		{"model pre-granted", func(p *consent.Policy) { p.Model = consent.ModelOptOut }},
		{"models.DE pre-granted", func(p *consent.Policy) { p.Models = map[string]consent.Model{"DE": consent.ModelOptOut} }},
		{"models.FR-75 pre-granted", func(p *consent.Policy) { p.Models = map[string]consent.Model{"FR-75": consent.ModelOptOut} }},
		{"", func(p *consent.Policy) {
			p.Models = map[string]consent.Model{"US-NY": consent.ModelOptOut, "DE": consent.ModelImplied}
		}},
		{"data implied", func(p *consent.Policy) { p.Model = consent.ModelImplied; p.Data[0].Source = consent.SourceDevice }},
		{"lifetimes.refusal nagging", func(p *consent.Policy) { p.Lifetimes.Refusal = consent.Period{N: 2, Unit: consent.Months} }},
		{"", func(p *consent.Policy) { p.Lifetimes.Refusal = consent.Period{N: 3, Unit: consent.Months} }},
		{"", func(p *consent.Policy) { p.Lifetimes = consent.Lifetimes{} }},
		{"lifetimes.refusal nagging", func(p *consent.Policy) {
			p.Lifetimes = consent.Lifetimes{Refusal: consent.Period{N: 1, Unit: consent.Days}}
		}},
		{"purposes[1] bundled", func(p *consent.Policy) { p.Purposes[1].Text = en("Keeps the basket and counts visits for statistics.") }},
		{"purposes[1] bundled", func(p *consent.Policy) { p.Purposes[1].Name = en("Необходимые и реклама") }},
		{"purposes[2].name.en bundled", func(p *consent.Policy) { p.Purposes[2].Name = en("Analytics & Advertising") }},
		{"purposes[2].name.kk bundled", func(p *consent.Policy) {
			p.Purposes[2].Name = consent.Text{"kk": "Статистика және жарнама"}
		}},
		{"", func(p *consent.Policy) { p.Purposes[2].Name = en("Statistics") }},
		{"purposes[2].text.en vague", func(p *consent.Policy) { p.Purposes[2].Text = en("Counts visits.") }},
		{"purposes[2].text.ru vague", func(p *consent.Policy) {
			p.Purposes[2].Text = consent.Text{"ru": "Для улучшения качества обслуживания посетителей."}
		}},
		{"", func(p *consent.Policy) { p.Purposes[2].Text = consent.Text{"zh": "统计页面的访问次数"} }},
		{"purposes[4] unused", func(p *consent.Policy) {
			more := p.Purposes[0]
			more.ID = "dreams"
			p.Purposes = append(p.Purposes, more)
		}},
		{"purposes[3] no-data", func(p *consent.Policy) { p.Data[0].Purposes = []consent.Purpose{stat, consent.Preferences} }},
		{"services[0].text undescribed", service(func(s *consent.Service) { s.Text = nil })},
		{"services[0].notice no-notice", service(func(s *consent.Service) { s.Notice = "" })},
		{"services[0].notice http", service(func(s *consent.Service) { s.Notice = "http://ads.example" })},
		{"services[0].data no-data", service(func(s *consent.Service) { s.Data = nil })},
		{"services[0].recipient unnamed", service(func(s *consent.Service) { s.Recipient = "" })},
		{"", service(func(s *consent.Service) { s.Recipient, s.Origins = "", []string{"https://static.shop.example"} })},
		{"", service(func(s *consent.Service) {
			s.Recipient, s.Origins = "", []string{"http://127.0.0.1:8081", "http://localhost:1"}
		})},
		{"services[0].origins[0] http", service(func(s *consent.Service) { s.Origins = []string{"http://ads.example"} })},
		{"services[0].origins[1] wide-origin", service(func(s *consent.Service) { s.Origins = append(s.Origins, "https://*.ads.example") })},
		{"services[1].origins[0] shared-origin", func(p *consent.Policy) {
			more := p.Services[0]
			more.ID, more.Purpose, more.Cookies = "more", stat, nil
			p.Services = append(p.Services, more)
		}},
		{"services[1].origins[0] shared-origin", func(p *consent.Policy) {
			more := p.Services[0]
			more.ID, more.Cookies, p.PerService = "more", nil, true
			p.Services = append(p.Services, more)
		}},
		{"", func(p *consent.Policy) {
			more := p.Services[0]
			more.ID, more.Cookies = "more", nil
			p.Services = append(p.Services, more)
		}},
		{"cookies[0].text undescribed", func(p *consent.Policy) { p.Cookies[0].Text = nil }},
		{"cookies[0].lifetime long-lived", cookie(consent.CookieRule{Name: "x", Purpose: stat, Lifetime: consent.Period{N: 2, Unit: consent.Years}})},
		{"", cookie(consent.CookieRule{Name: "x", Purpose: need, Lifetime: consent.Period{N: 2, Unit: consent.Years}})},
		{"cookies[0].purpose tracker", cookie(consent.CookieRule{Name: "_gid", Purpose: need})},
		{"cookies[0].purpose tracker", cookie(consent.CookieRule{Name: "_gcl_*", Purpose: need})},
		{"cookies[0].name wide-glob", cookie(consent.CookieRule{Name: "xy*", Purpose: stat})},
		{"cookies[0].name swallows", cookie(consent.CookieRule{Name: "sess*", Purpose: stat})},
		{"", cookie(consent.CookieRule{Name: "sess*", Purpose: need})},
		{"services[0].cookies[1].name swallows", service(func(s *consent.Service) {
			s.Cookies = append(s.Cookies, consent.CookieRule{Name: "car?", Text: all("Something.")}) // the cart
		})},
		{"services[0].cookies[1] bundled", func(p *consent.Policy) {
			p.Cookies = nil
			p.Services[0].Cookies = []consent.CookieRule{{Name: "_ga", Text: all("x")}, {Name: "_fbp", Text: all("x")}}
		}},
		{"transfers.safeguards unexplained", func(p *consent.Policy) { p.Transfers.CrossBorder = consent.Yes }},
		{"", func(p *consent.Policy) {
			p.Transfers.CrossBorder, p.Transfers.Safeguards = consent.Yes, all("A contract.")
		}},
		{"transfers.published unexplained", func(p *consent.Policy) { p.Transfers.Publication = consent.Yes }},
		{"transfers.safeguards untranslated", func(p *consent.Policy) {
			p.Transfers.CrossBorder, p.Transfers.Safeguards = consent.Yes, consent.Text{"kk": "Шарт.", "ru": "Договор."}
		}},
		{"data[0].name untranslated", func(p *consent.Policy) { p.Data[0].Name = consent.Text{"kk": "Кірулер"} }},
		{"services[0].text untranslated", service(func(s *consent.Service) {
			s.Text = consent.Text{"kk": "Тағы не сатылатынын көрсетеді."}
		})},
		{"", func(p *consent.Policy) { p.Purposes[2].Name = consent.Text{"kk": "Статистика"} }}, // there are built-in words
		{"opt_outs.ignore_dnt opt-out", func(p *consent.Policy) { p.OptOuts.IgnoreDNT = true }},
		{"opt_outs.purposes opt-out", func(p *consent.Policy) { p.OptOuts.Purposes = []consent.Purpose{mark} }},
		{"", func(p *consent.Policy) { p.OptOuts.Purposes = []consent.Purpose{mark, stat} }},
		{"unclassified observe", mode(consent.Observe)},
		{"", mode(consent.Deny)},
	} {
		p := tidy()
		row.change(&p)
		var got []string
		for _, w := range p.Lint() {
			got = append(got, w.Field+" "+w.Code)
			if !strings.Contains(w.String(), w.Text) || !strings.ContainsAny(w.Text, " ") {
				t.Errorf("%s says nothing", w)
			}
		}
		if want := strings.Split(row.want, "\n"); row.want == "" && len(got) > 0 || row.want != "" && !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

// To lint a policy changes nothing in it.
func TestLintReadsOnly(t *testing.T) {
	p := tidy()
	before := compile(t, func(q *consent.Policy) { *q = p }).Hash()
	p.Lint()
	if after := compile(t, func(q *consent.Policy) { *q = p }).Hash(); after != before || p.Models != nil {
		t.Error("the policy has changed")
	}
	if w := (consent.Policy{}).Lint(); len(w) != 0 {
		t.Errorf("of an empty policy: %v", w)
	}
}
