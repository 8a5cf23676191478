package consent_test

import (
	"slices"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestStances(t *testing.T) {
	in, out, implied := compile(t), compile(t, model(consent.ModelOptOut)), compile(t, model(consent.ModelImplied))
	const stat, mark, pref = consent.Statistics, consent.Marketing, consent.Preferences
	for _, row := range []struct {
		name             string
		c                consent.Choice
		stat, mark, pref consent.Stance
	}{
		{"zero choice", consent.Choice{}, consent.Undecided, consent.Undecided, consent.Undecided},
		{"undecided", visitor(in, plain), consent.Undecided, consent.Undecided, consent.Undecided},
		{"accepted", visitor(in, plain, accept), consent.Granted, consent.Granted, consent.Granted},
		{"refused", visitor(in, plain, reject), consent.Refused, consent.Refused, consent.Refused},
		{"chose one", visitor(in, plain, choose(stat)), consent.Granted, consent.Refused, consent.Refused},
		{"chose none", visitor(in, plain, choose()), consent.Refused, consent.Refused, consent.Refused},
		{"withdrew all", visitor(in, plain, accept, withdraw), consent.Withdrawn, consent.Withdrawn, consent.Withdrawn},
		{"withdrew one", visitor(in, plain, accept, takeBack(mark)), consent.Granted, consent.Withdrawn, consent.Granted},
		{"withdrew what was refused", visitor(in, plain, choose(stat), withdraw), consent.Withdrawn, consent.Refused, consent.Refused},
		{"withdrew undecided", visitor(in, plain, withdraw), consent.Refused, consent.Refused, consent.Refused},
		{"rejected after accepting", visitor(in, plain, accept, reject), consent.Withdrawn, consent.Withdrawn, consent.Withdrawn},
		{"granted again", visitor(in, plain, accept, withdraw, choose(stat)), consent.Granted, consent.Withdrawn, consent.Withdrawn},
		{"gpc", visitor(in, gpc), consent.OptedOut, consent.OptedOut, consent.Undecided},
		{"dnt", visitor(in, dnt), consent.OptedOut, consent.OptedOut, consent.Undecided},
		{"gpc, then accepted", visitor(in, gpc, accept), consent.Granted, consent.Granted, consent.Granted},
		{"gpc, then refused", visitor(in, gpc, reject), consent.Refused, consent.Refused, consent.Refused},
		{"accepted, then gpc", in.Effective(visitor(in, plain, accept), gpc), consent.OptedOut, consent.OptedOut, consent.Granted},
		{"accepted, gpc, accepted again", in.Effective(visitor(in, gpc, accept, accept), gpc), consent.Granted, consent.Granted, consent.Granted},
		{"gpc switched off again", in.Effective(visitor(in, gpc), plain), consent.Undecided, consent.Undecided, consent.Undecided},
		{"opt-out model", visitor(out, plain), consent.Presumed, consent.Presumed, consent.Presumed},
		{"opt-out model, objected", visitor(out, plain, reject), consent.Refused, consent.Refused, consent.Refused},
		{"opt-out model, gpc", visitor(out, gpc), consent.OptedOut, consent.OptedOut, consent.Presumed},
		{"implied model", visitor(implied, plain), consent.Undecided, consent.Undecided, consent.Undecided},
	} {
		for p, want := range map[consent.Purpose]consent.Stance{stat: row.stat, mark: row.mark, pref: row.pref, consent.Necessary: consent.Granted} {
			if got := row.c.Stance(p); got != want {
				t.Errorf("%s: %s is %v, want %v", row.name, p, got, want)
			}
			if allows := want == consent.Granted || want == consent.Presumed; row.c.Allows(p) != allows {
				t.Errorf("%s: Allows(%s) is %v", row.name, p, !allows)
			}
			if refuses := want == consent.Refused || want == consent.Withdrawn || want == consent.OptedOut; row.c.Refuses(p) != refuses {
				t.Errorf("%s: Refuses(%s) is %v", row.name, p, !refuses)
			}
		}
		if refused := row.stat != consent.Undecided && row.stat != consent.Granted && row.stat != consent.Presumed; row.c.Counts() == refused {
			t.Errorf("%s: Counts is %v", row.name, !refused)
		}
	}
}

// A purpose that the policy does not declare is never allowed, and refused by whoever refuses all.
func TestUndeclaredPurpose(t *testing.T) {
	b := compile(t)
	for _, row := range []struct {
		name string
		c    consent.Choice
		want consent.Stance
	}{
		{"zero", consent.Choice{}, consent.Undecided},
		{"accepted", visitor(b, plain, accept), consent.Undecided},
		{"refused", visitor(b, plain, reject), consent.Refused},
		{"gpc", visitor(b, gpc), consent.OptedOut},
	} {
		if got := row.c.Stance("telepathy"); got != row.want {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

// S3-6.1: the browser's own setting stops the count even where the policy knows no statistics.
func TestS3_6_1_OptOutCountsWithoutPurpose(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		*p = consent.Policy{
			Site: p.Site, Region: "DE", DataRegion: "DE", Controller: p.Controller, Languages: p.Languages, Revision: p.Revision,
			Purposes: p.Purposes[1:2],
		}
	})
	if visitor(b, gpc).Counts() {
		t.Error("a visitor with GPC is counted")
	}
	if !visitor(b, plain).Counts() {
		t.Error("an undecided visitor is not counted")
	}
}

// S0-3.1, S1-2.1, S2-1.2: consent by use of the site covers what is transmitted automatically, and no
// storage on the device.
func TestS0_3_1_ImpliedConsentStoresNothing(t *testing.T) {
	b := compile(t, model(consent.ModelImplied))
	c := visitor(b, plain)
	if !c.Counts() {
		t.Error("the cookie-less count is closed")
	}
	for _, name := range []string{"_ga", "_ga_1", "lang", "ad_1"} {
		if d := b.Decide(c, consent.SetCookie{Name: name}); d.Allow {
			t.Errorf("%s may be set", name)
		}
	}
}

// S2-2.8, S3-7.2, S4-4.5: who withdraws is not counted from then on.
func TestS2_2_8_WithdrawalStopsCounting(t *testing.T) {
	b := compile(t)
	if visitor(b, plain, accept, withdraw).Counts() {
		t.Error("counted after withdrawing everything")
	}
	if visitor(b, plain, accept, takeBack(consent.Statistics)).Counts() {
		t.Error("counted after withdrawing statistics")
	}
	if !visitor(b, plain, accept, takeBack(consent.Marketing)).Counts() {
		t.Error("not counted, though only marketing was withdrawn")
	}
}

func TestChoiceTellsOfItself(t *testing.T) {
	b := compile(t)
	c := visitor(b, gpc, choose(consent.Statistics))
	if !c.Decided() || c.Revision() != 2 || c.Method() != consent.MethodBanner || c.OptOut() != consent.GPC {
		t.Errorf("got %v %d %q %q", c.Decided(), c.Revision(), c.Method(), c.OptOut())
	}
	if got := c.At(); !got.Equal(noon.Truncate(3600e9)) {
		t.Errorf("At is %v, want the hour", got)
	}
	if want := []consent.Purpose{consent.Necessary, consent.Statistics}; !slices.Equal(c.Granted(), want) {
		t.Errorf("Granted is %v, want %v", c.Granted(), want)
	}
	var zero consent.Choice
	if zero.Decided() || !zero.At().IsZero() || !zero.Until().IsZero() || zero.Revision() != 0 || zero.Method() != "" || zero.OptOut() != "" || zero.Granted() != nil {
		t.Error("the zero Choice has decided something")
	}
}

// Visitors who decided alike in the same hour are alike: their state tells nothing of who they are.
func TestChoicesOfOneHourAreEqual(t *testing.T) {
	b := compile(t)
	first, _ := b.Apply(accept, consent.Choice{}, noon)
	second, _ := b.Apply(accept, consent.Choice{}, noon.Add(10e9))
	if first != second {
		t.Error("two choices of one hour differ")
	}
}

func TestVariant(t *testing.T) {
	b := compile(t)
	for _, row := range []struct {
		c    consent.Choice
		want string
	}{
		{visitor(b, plain), "u0"}, {visitor(b, gpc), "o0"}, {visitor(b, plain, reject), "d0"},
		{visitor(b, plain, accept), "de"}, {visitor(b, plain, choose(consent.Statistics)), "d4"},
		{b.Effective(visitor(b, plain, accept), gpc), "d2"},
		{visitor(compile(t, model(consent.ModelOptOut)), plain), "ue"},
	} {
		if got := row.c.Variant(); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

func TestStanceAndReasonHaveNames(t *testing.T) {
	for s := consent.Undecided; s <= consent.OptedOut; s++ {
		if s.String() == "" || s != consent.Undecided && s.String() == "undecided" {
			t.Errorf("stance %d has no name", s)
		}
	}
	for r := consent.ReasonNone; r <= consent.ReasonMalformed; r++ {
		if r.String() == "unknown" {
			t.Errorf("reason %d has no name", r)
		}
	}
}
