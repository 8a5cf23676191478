package consent_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// A grant that cannot be recorded stays denied; a refusal always holds.
func TestUnrecorded(t *testing.T) {
	b := compile(t)
	const stat, mark, pref = consent.Statistics, consent.Marketing, consent.Preferences
	for _, row := range []struct {
		name   string
		before []consent.Submission
		now    consent.Submission
		want   string // what is granted then, "-" where nothing of it holds
	}{
		{"accept", nil, accept, "-"},
		{"accept again", []consent.Submission{accept}, accept, "-"},
		{"reject", []consent.Submission{accept}, reject, "[necessary]"},
		{"withdraw one", []consent.Submission{accept}, takeBack(mark), "[necessary preferences statistics]"},
		{"choose, undecided", nil, choose(stat), "[necessary]"},
		{"choose fewer", []consent.Submission{accept}, choose(stat), "[necessary statistics]"},
		{"choose others", []consent.Submission{choose(stat, pref)}, choose(stat, mark), "[necessary statistics]"},
		{"choose none", []consent.Submission{accept}, choose(), "[necessary]"},
	} {
		before := visitor(b, plain, row.before...)
		got := "-"
		if s, ok := b.Unrecorded(row.now, before); ok {
			c, _ := b.Apply(s, before, noon)
			got = fmt.Sprint(c.Granted())
		}
		if got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

// What the opt-out model presumed was never granted, so that nothing of it outlives a failed record.
func TestUnrecordedKeepsNothingPresumed(t *testing.T) {
	b := compile(t, model(consent.ModelOptOut))
	s, ok := b.Unrecorded(choose(consent.Statistics), visitor(b, plain))
	if !ok || len(s.Purposes) != 0 {
		t.Errorf("got %v, %v", s.Purposes, ok)
	}
}

// A choice made under another policy is no ground for a withdrawal under this one.
func TestApplyForgetsChoicesOfOtherPolicies(t *testing.T) {
	b := compile(t)
	fewer := compile(t, func(p *consent.Policy) { p.Purposes = p.Purposes[1:]; p.Cookies, p.Services[0].Cookies = nil, nil })
	_, r := b.Apply(reject, visitor(fewer, gpc, accept), noon)
	if r.Event != consent.EventRefused || r.OptOut != consent.GPC {
		t.Errorf("got %s with %q", r.Event, r.OptOut)
	}
}

func TestApplyKnowsItsMethods(t *testing.T) {
	c, r := compile(t).Apply(consent.Submission{Action: consent.Accept, Method: "telepathy"}, consent.Choice{}, noon)
	if c.Method() != consent.MethodAPI || r.Method != consent.MethodAPI {
		t.Errorf("got %q and %q", c.Method(), r.Method)
	}
}

// Who takes one purpose back does not thereby overrule the browser on the others.
func TestPartialWithdrawalDoesNotOverruleTheBrowser(t *testing.T) {
	b := compile(t)
	c := b.Effective(visitor(b, plain, accept), gpc)
	c, _ = b.Apply(takeBack(consent.Preferences), c, noon)
	if got := b.Effective(c, gpc).Stance(consent.Marketing); got != consent.OptedOut {
		t.Errorf("marketing is %v, want %v", got, consent.OptedOut)
	}
}

func allowMore(purposes ...consent.Purpose) consent.Submission {
	return consent.Submission{Action: consent.Allow, Purposes: purposes}
}

// S3-6.1: who was opted out by the browser and then has one film shown says nothing of statistics.
func TestS3_6_1_AllowingOneThingOverridesTheBrowserForItAlone(t *testing.T) {
	for _, b := range []*consent.Rulebook{compile(t), compile(t, func(p *consent.Policy) { p.PerService = true })} {
		before := b.Effective(visitor(b, plain, accept), gpc)
		c, record := b.Apply(allowMore(consent.Marketing), before, noon)
		c = b.Effective(c, gpc)
		if !c.Allows(consent.Marketing) || c.Allows(consent.Statistics) || !c.Allows(consent.Preferences) || record.Event != consent.EventGiven {
			t.Errorf("per service %v: granted is %v by %s", b.PerService(), c.Granted(), record.Event)
		}
		for _, s := range b.Services() {
			if c.AllowsService(s.ID) != c.Allows(s.Purpose) {
				t.Errorf("per service %v: service %s for %s: %v", b.PerService(), s.ID, s.Purpose, c.ServiceStance(s.ID))
			}
		}
	}
}

// S2-2.7: what was granted once does not last longer because something else is allowed later.
func TestAllowRenewsNothing(t *testing.T) {
	b := compile(t)
	later := noon.AddDate(0, 5, 0)
	c, record := b.Apply(allowMore(consent.Marketing), visitor(b, plain, choose(consent.Statistics)), later)
	if want := visitor(b, plain, accept).Until(); !c.Until().Equal(want) || !record.Until.Equal(want) {
		t.Errorf("statistics are granted until %v, the record says %v; want %v", c.Until(), record.Until, want)
	}
	fresh, _ := b.Apply(allowMore(consent.Marketing), visitor(b, plain, reject), later)
	if fresh.At().Before(later.Add(-time.Hour)) {
		t.Errorf("of a visitor who had refused everything: granted at %v", fresh.At())
	}
}
