package consent_test

import (
	"net/http"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// S3-6.1: the user can forbid it by the settings of their own device.
func TestS3_6_1_OptOutHeaders(t *testing.T) {
	honours, ignores := compile(t), compile(t, func(p *consent.Policy) { p.OptOuts.IgnoreDNT = true })
	for _, row := range []struct {
		b    *consent.Rulebook
		h    http.Header
		want consent.OptOut
	}{
		{honours, http.Header{}, consent.NoOptOut},
		{honours, http.Header{"Sec-Gpc": {"1"}}, consent.GPC},
		{honours, http.Header{"Sec-Gpc": {"0"}}, consent.NoOptOut},
		{honours, http.Header{"Sec-Gpc": {"true"}}, consent.NoOptOut},
		{honours, http.Header{"Sec-Gpc": {" 1"}}, consent.NoOptOut},
		{honours, http.Header{"Sec-Gpc": {"1, 1"}}, consent.NoOptOut},
		{honours, http.Header{"Sec-Gpc": {"0", "1"}}, consent.GPC},
		{honours, http.Header{"Dnt": {"1"}}, consent.DNT},
		{honours, http.Header{"Dnt": {"0"}}, consent.NoOptOut},
		{honours, http.Header{"Dnt": {"1"}, "Sec-Gpc": {"1"}}, consent.GPC},
		{ignores, http.Header{"Dnt": {"1"}}, consent.NoOptOut},
		{ignores, http.Header{"Sec-Gpc": {"1"}}, consent.GPC},
	} {
		if got := row.b.OptOut(row.h); got != row.want {
			t.Errorf("%v: got %q, want %q", row.h, got, row.want)
		}
		if got := row.b.Effective(consent.Choice{}, row.h).OptOut(); got != row.want {
			t.Errorf("%v: Effective says %q, want %q", row.h, got, row.want)
		}
	}
}

func TestHeaderNamesAreCanonical(t *testing.T) {
	h := http.Header{}
	h.Set("Sec-GPC", "1")
	if compile(t).OptOut(h) != consent.GPC {
		t.Error("Sec-GPC as net/http spells it is not seen")
	}
	h = http.Header{}
	h.Set("DNT", "1")
	if compile(t).OptOut(h) != consent.DNT {
		t.Error("DNT as net/http spells it is not seen")
	}
}

// What the browser asks is never written into the state as a choice.
func TestOptOutIsNotPersisted(t *testing.T) {
	b, k := compile(t), keys(t)
	if got := k.SealState(visitor(b, gpc), b); got != "" {
		t.Errorf("an opt-out became the state %q", got)
	}
}

// It is remembered that the browser had asked when the visitor decided: the decision is the later word.
func TestExplicitChoiceAfterOptOutSurvivesTheCookie(t *testing.T) {
	b, k := compile(t), keys(t)
	c, err := k.OpenState(k.SealState(visitor(b, gpc, accept), b), b, noon)
	if err != nil {
		t.Fatal(err)
	}
	if !b.Effective(c, gpc).Allows(consent.Marketing) {
		t.Error("an explicit choice made under GPC is overridden by it")
	}
	c, err = k.OpenState(k.SealState(visitor(b, plain, accept), b), b, noon)
	if err != nil {
		t.Fatal(err)
	}
	if b.Effective(c, gpc).Allows(consent.Marketing) {
		t.Error("GPC switched on after the choice is ignored")
	}
}

func TestOptOutPurposesAreThePolicys(t *testing.T) {
	b := compile(t, func(p *consent.Policy) { p.OptOuts.Purposes = []consent.Purpose{consent.Marketing} })
	c := visitor(b, gpc)
	if !c.Refuses(consent.Marketing) || c.Refuses(consent.Statistics) {
		t.Error("the opt-out refuses other purposes than the policy says")
	}
}

func TestModelsByRegion(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Models = map[string]consent.Model{"US": consent.ModelOptOut, "US-CA": consent.ModelOptIn, "KZ": consent.ModelImplied}
	})
	for _, row := range []struct {
		region string
		want   consent.Model
		allows bool
	}{
		{"", consent.ModelOptIn, false}, {"DE", consent.ModelOptIn, false}, {"US", consent.ModelOptOut, true},
		{"US-NY", consent.ModelOptOut, true}, {"US-CA", consent.ModelOptIn, false}, {"KZ", consent.ModelImplied, false},
		{"KZ-ALA", consent.ModelImplied, false}, {"U", consent.ModelOptIn, false},
	} {
		if got := b.Model(row.region); got != row.want {
			t.Errorf("%q: model %q, want %q", row.region, got, row.want)
		}
		if got := b.EffectiveIn(row.region, consent.Choice{}, plain).Allows(consent.Marketing); got != row.allows {
			t.Errorf("%q: allows is %v", row.region, got)
		}
	}
}

// A choice read under the policy before a reload holds under the next if the purposes are the same.
func TestEffectiveAdoptsChoicesOfAnEqualRulebook(t *testing.T) {
	before, same := compile(t), compile(t, mode(consent.Deny))
	fewer := compile(t, func(p *consent.Policy) { p.Purposes = p.Purposes[1:]; p.Cookies, p.Services[0].Cookies = nil, nil })
	c := visitor(before, plain, accept)
	if !same.Effective(c, plain).Allows(consent.Marketing) {
		t.Error("the choice is lost, though the purposes are the same")
	}
	if fewer.Effective(c, plain).Decided() {
		t.Error("the choice is kept, though its bits mean something else")
	}
}
