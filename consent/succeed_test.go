package consent_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// S1-9, S4-10: what visitors were not asked about needs asking again; what changes little does not.
func TestS4_10_MinorChangesAddNothing(t *testing.T) {
	en := func(s string) consent.Text { return consent.Text{"en": s} }
	minor := func(p *consent.Policy) {
		p.Revision = consent.Revision{Number: 3, Since: 2, Date: "2026-02-01", Change: consent.Minor, Text: en("Something.")}
	}
	for _, row := range []struct {
		field  string // that the one fault names; "" for none
		change func(*consent.Policy)
	}{
		{"", func(*consent.Policy) {}},
		{"", func(p *consent.Policy) { p.Purposes[0].Text = en("Said in other words.") }},
		{"", func(p *consent.Policy) { p.Controller.Contact = "other@shop.example" }},
		{"", func(p *consent.Policy) {
			p.Cookies = append(p.Cookies, consent.CookieRule{Name: "new", Purpose: consent.Marketing})
		}},
		{"", func(p *consent.Policy) { p.Services[0].Notice = "https://ads.example/privacy" }},
		{"", func(p *consent.Policy) {
			p.Services = append(p.Services, consent.Service{ID: "pay", Name: "Pay", Purpose: consent.Necessary})
		}},
		{"", func(p *consent.Policy) { p.Lifetimes.Choice = consent.Period{N: 3, Unit: consent.Months} }},
		{"", func(p *consent.Policy) { p.Purposes = p.Purposes[1:]; p.Services[0].Cookies, p.Cookies = nil, nil }}, // another shape: asked anyway
		{"", func(p *consent.Policy) { p.Cookies[0].Purpose = consent.Statistics }},                                // was necessary: can only be refused now
		{"revision.number", func(p *consent.Policy) {
			p.Revision = consent.Revision{Number: 1, Date: "2026-02-01", Change: consent.Material}
		}},
		{"controller", func(p *consent.Policy) { p.Controller.Name = "Another operator" }},
		{"data_region", func(p *consent.Policy) {
			p.Region, p.DataRegion, p.Services[0].Country = "KG", "KG", ""
			p.Services[0].Recipient, p.Transfers = "", consent.Transfers{CrossBorder: consent.No}
		}},
		{"lifetimes.choice", func(p *consent.Policy) { p.Lifetimes.Choice = consent.Period{N: 1, Unit: consent.Years} }},
		{"transfers.publication", func(p *consent.Policy) { p.Transfers.Publication = consent.Yes }},
		{"data[1]", func(p *consent.Policy) { more := p.Data[0]; more.ID = "more"; p.Data = append(p.Data, more) }},
		{"", func(p *consent.Policy) {
			more := p.Data[0]
			more.ID, more.Purposes = "more", []consent.Purpose{consent.Necessary}
			p.Data = append(p.Data, more)
		}},
		{"data[0].purposes[1]", func(p *consent.Policy) { p.Data[0].Purposes = []consent.Purpose{consent.Statistics, consent.Marketing} }},
		{"data[0].retention", func(p *consent.Policy) { p.Data[0].Retention = consent.Period{N: 3, Unit: consent.Years} }},
		{"services[1]", func(p *consent.Policy) {
			p.Services = append(p.Services, consent.Service{ID: "x", Name: "X", Purpose: consent.Marketing})
		}},
		{"services[0].purpose", func(p *consent.Policy) { p.Services[0].Purpose = consent.Statistics; p.Services[0].Cookies = nil }},
		{"services[0].recipient", func(p *consent.Policy) { p.Services[0].Recipient = "Somebody else" }},
		{"services[0].cookies[0]", func(p *consent.Policy) { p.Services[0].Cookies[0].Purpose = consent.Necessary }},
		{"cookies[1]", func(p *consent.Policy) { p.Cookies[1].Purpose = consent.Necessary }},
	} {
		old, next := compile(t), compile(t, minor, row.change)
		var faults consent.Faults
		errors.As(next.Succeeds(old), &faults)
		switch {
		case row.field == "" && len(faults) > 0, row.field != "" && (len(faults) != 1 || faults[0].Field != row.field):
			t.Errorf("got %v, want %q", faults, row.field)
		case row.field != "" && row.field != "revision.number" && !strings.Contains(faults[0].Text, "asked again"):
			t.Errorf("%s: does not say what to do: %s", row.field, faults[0].Text)
		}
		material := compile(t, row.change, func(p *consent.Policy) {
			p.Revision = consent.Revision{Number: 3, Date: "2026-02-01", Change: consent.Material}
		})
		if err := material.Succeeds(old); err != nil {
			t.Errorf("%s: as a material change: %v", row.field, err)
		}
	}
}

// The country of a recipient, and what it is given, are part of what was agreed to.
func TestSucceedsComparesRecipients(t *testing.T) {
	given := func(ids ...string) func(*consent.Policy) {
		return func(p *consent.Policy) {
			more := p.Data[0]
			more.ID = "more"
			p.Data = append(p.Data, more)
			p.Services[0].Data = ids
		}
	}
	abroad := func(p *consent.Policy) { p.Services[0].Country, p.Transfers.CrossBorder = "KG", consent.Yes }
	if err := compile(t, given("counts", "more")).Succeeds(compile(t, given("counts"))); err == nil || !strings.Contains(err.Error(), "services[0].data[1]") {
		t.Errorf("more data for a recipient: %v", err)
	}
	if err := compile(t, given("counts")).Succeeds(compile(t, given())); err != nil {
		t.Errorf("data named for the first time: %v", err)
	}
	if err := compile(t, abroad).Succeeds(compile(t)); err == nil || !strings.Contains(err.Error(), "services[0].country") {
		t.Errorf("another country: %v", err)
	}
	if err := compile(t).Succeeds(compile(t)); err != nil {
		t.Errorf("the same: %v", err)
	}
}
