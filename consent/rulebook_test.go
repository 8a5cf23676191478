package consent_test

import (
	"encoding/json"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestPurposesBeginWithNecessary(t *testing.T) {
	want := []consent.Purpose{consent.Necessary, consent.Preferences, consent.Statistics, consent.Marketing}
	for i, p := range compile(t).Purposes() {
		if p.ID != want[i] || p.Bit() != i {
			t.Errorf("purpose %d is %s with bit %d, want %s", i, p.ID, p.Bit(), want[i])
		}
	}
}

func TestCompileFillsDefaults(t *testing.T) {
	p := compile(t, func(p *consent.Policy) { p.Lifetimes.Refusal = consent.Period{} }).Policy()
	for _, row := range []struct{ name, got, want string }{
		{"model", string(p.Model), "opt-in"},
		{"refusal", p.Lifetimes.Refusal.String(), "6 months"},
		{"record", p.Lifetimes.Record.String(), "3 years"},
		{"unclassified", string(p.Unclassified), "provisional"},
		{"opt-outs", string(p.OptOuts.Purposes[0]) + " " + string(p.OptOuts.Purposes[1]), "statistics marketing"},
	} {
		if row.got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, row.got, row.want)
		}
	}
}

// Whoever changes the document afterwards changes nothing.
func TestRulebookIsACopy(t *testing.T) {
	p := shop()
	b, err := consent.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	p.Cookies[1].Purpose, p.Purposes[0].Name["en"] = consent.Necessary, "changed"
	if b.DecideRequest(consent.Choice{}, "lang").Allow || b.Purposes()[1].Name["en"] == "changed" {
		t.Error("the rulebook changes with the document")
	}
}

func TestHashNamesTheContent(t *testing.T) {
	first, same := compile(t), compile(t)
	if first.Hash() != same.Hash() || len(first.Hash()) != 64 {
		t.Errorf("%s and %s", first.Hash(), same.Hash())
	}
	said := compile(t, func(p *consent.Policy) { p.Model = consent.ModelOptIn; p.Unclassified = consent.Provisional })
	if first.Hash() != said.Hash() {
		t.Error("a default that is written out changes the hash")
	}
	other := compile(t, func(p *consent.Policy) { p.Purposes[2].Text["en"] += "!" })
	if first.Hash() == other.Hash() {
		t.Error("another text has the same hash")
	}
}

func TestPolicySurvivesJSON(t *testing.T) {
	b := compile(t)
	data, err := json.Marshal(b.Policy())
	if err != nil {
		t.Fatal(err)
	}
	var p consent.Policy
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	again, err := consent.Compile(p)
	if err != nil || again.Hash() != b.Hash() {
		t.Errorf("the policy read back has another hash, %v", err)
	}
}

func TestCookiesNameTheirService(t *testing.T) {
	cookies := compile(t).Cookies()
	last := cookies[len(cookies)-2]
	if len(cookies) != 7 || cookies[0].Service != "" || last.Name != "ad_*" || last.Service != "ads" || last.Purpose != consent.Marketing {
		t.Errorf("got %+v", cookies)
	}
}

func TestShapeFollowsPurposes(t *testing.T) {
	b := compile(t)
	if b.Shape() != compile(t, mode(consent.Deny)).Shape() {
		t.Error("the shape changes with more than the purposes")
	}
	if b.Since() != 2 || b.Revision() != 2 {
		t.Errorf("revision %d since %d", b.Revision(), b.Since())
	}
}
