package consent_test

import (
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestDecide(t *testing.T) {
	const provisional, deny, observe = consent.Provisional, consent.Deny, consent.Observe
	books := map[consent.Unclassified]*consent.Rulebook{
		provisional: compile(t), deny: compile(t, mode(deny)), observe: compile(t, mode(observe)),
	}
	const none, all, some = "undecided", "accepted", "refused"
	choices := func(b *consent.Rulebook) map[string]consent.Choice {
		return map[string]consent.Choice{none: visitor(b, plain), all: visitor(b, plain, accept), some: visitor(b, plain, reject)}
	}
	for _, row := range []struct {
		mode   consent.Unclassified
		choice string
		line   string
		allow  bool
		reason consent.Reason
	}{
		{provisional, none, "cart=1", true, consent.ReasonNecessary},
		{provisional, some, "cart=1; Max-Age=60", true, consent.ReasonNecessary},
		{provisional, none, "lang=kk", false, consent.ReasonUndecided},
		{provisional, some, "lang=kk", false, consent.ReasonRefused},
		{provisional, all, "lang=kk", true, consent.ReasonGranted},
		{provisional, none, "_ga=1; HttpOnly", false, consent.ReasonUndecided}, // declared: HttpOnly changes nothing
		{provisional, none, "_ga_XYZ=1", false, consent.ReasonUndecided},
		{provisional, none, "_gat=1", false, consent.ReasonUnclassified},
		{provisional, some, "lang=; Max-Age=0", true, consent.ReasonDeletion},
		{deny, none, "anything=; Max-Age=0", true, consent.ReasonDeletion},
		{deny, none, "=; Max-Age=0", true, consent.ReasonDeletion},
		{deny, none, "cookie_consent=x", true, consent.ReasonHouse},
		{deny, none, "__Host-consent_proof=x", true, consent.ReasonHouse},
		{deny, none, "__Host-consent_track=x", false, consent.ReasonUnclassified},
		{provisional, none, "PHPSESSID=1", true, consent.ReasonWellKnown},
		{provisional, some, "csrftoken=1; Max-Age=31449600", true, consent.ReasonWellKnown},
		{provisional, none, "__Host-session=1", true, consent.ReasonWellKnown},
		{provisional, none, "__Secure-next-auth.session-token=1", true, consent.ReasonWellKnown},
		{provisional, none, "_shop_session=1", true, consent.ReasonWellKnown},
		{provisional, none, "SSESS0123456789abcdef0123456789abcdef=1", true, consent.ReasonWellKnown},
		{provisional, none, "SESSION_ad=1", false, consent.ReasonUnclassified},
		{provisional, none, "phpsessid=1", false, consent.ReasonUnclassified}, // names are case-sensitive
		{provisional, none, "mine=1; HttpOnly", true, consent.ReasonSession},
		{provisional, none, "mine=1; HttpOnly; Max-Age=60", false, consent.ReasonUnclassified},
		{provisional, none, "mine=1", false, consent.ReasonUnclassified},
		{provisional, all, "mine=1", false, consent.ReasonUnclassified},
		{provisional, all, "=_ga", false, consent.ReasonMalformed},
		{provisional, all, "_ga; HttpOnly", false, consent.ReasonMalformed},
		{deny, all, "PHPSESSID=1; HttpOnly", false, consent.ReasonUnclassified},
		{deny, all, "mine=1; HttpOnly", false, consent.ReasonUnclassified},
		{deny, all, "lang=kk", true, consent.ReasonGranted},
		{observe, none, "mine=1; Max-Age=60", true, consent.ReasonObserved},
		{observe, none, "=x", true, consent.ReasonMalformed},
		{observe, none, "lang=kk", false, consent.ReasonUndecided}, // a trial is about what is not declared
		{provisional, all, "ad_choices=1", true, consent.ReasonGranted},
	} {
		b := books[row.mode]
		d := b.Decide(choices(b)[row.choice], consent.ParseSetCookie(row.line, noon))
		if d.Allow != row.allow || d.Reason != row.reason {
			t.Errorf("%s, %s, %q: got %v because of %v, want %v because of %v", row.mode, row.choice, row.line, d.Allow, d.Reason, row.allow, row.reason)
		}
		unclassified := d.Reason >= consent.ReasonWellKnown
		if d.Unclassified != unclassified {
			t.Errorf("%s, %s, %q: Unclassified is %v", row.mode, row.choice, row.line, d.Unclassified)
		}
	}
}

func TestDecideRequest(t *testing.T) {
	for _, row := range []struct {
		mode   consent.Unclassified
		answer []consent.Submission
		name   string
		allow  bool
		reason consent.Reason
	}{
		{consent.Provisional, nil, "cart", true, consent.ReasonNecessary},
		{consent.Provisional, nil, "_ga", false, consent.ReasonUndecided},
		{consent.Provisional, []consent.Submission{reject}, "_ga", false, consent.ReasonRefused},
		{consent.Provisional, []consent.Submission{accept}, "_ga", true, consent.ReasonGranted},
		{consent.Provisional, nil, "mine", true, consent.ReasonUnclassified},
		{consent.Provisional, nil, "", true, consent.ReasonUnclassified},
		{consent.Provisional, nil, "JSESSIONID", true, consent.ReasonWellKnown},
		{consent.Deny, nil, "mine", false, consent.ReasonUnclassified},
		{consent.Deny, nil, "JSESSIONID", false, consent.ReasonUnclassified},
		{consent.Deny, nil, "cookie_consent", true, consent.ReasonHouse},
		{consent.Deny, nil, "__Host-consent_proof", true, consent.ReasonHouse},
		{consent.Observe, nil, "mine", true, consent.ReasonObserved},
	} {
		b := compile(t, mode(row.mode))
		d := b.DecideRequest(visitor(b, plain, row.answer...), row.name)
		if d.Allow != row.allow || d.Reason != row.reason {
			t.Errorf("%s, %q: got %v because of %v, want %v because of %v", row.mode, row.name, d.Allow, d.Reason, row.allow, row.reason)
		}
	}
}

// S1-3.3.1: the site may not work without some cookies: these always pass.
func TestS1_3_3_1_NecessaryAlwaysPasses(t *testing.T) {
	b := compile(t)
	for _, c := range []consent.Choice{{}, visitor(b, plain), visitor(b, gpc), visitor(b, plain, reject), visitor(b, plain, accept, withdraw)} {
		if !b.Decide(c, consent.SetCookie{Name: "cart", Persistent: true}).Allow || !b.DecideRequest(c, "cart").Allow {
			t.Errorf("a necessary cookie is held back from %+v", c)
		}
	}
}

// S4-4.2: nothing passes before the visitor has said so.
func TestS4_4_2_NothingBeforeTheChoice(t *testing.T) {
	b := compile(t)
	for _, c := range []consent.Choice{{}, visitor(b, plain)} {
		for _, ck := range b.Cookies() {
			if ck.Purpose != consent.Necessary && b.Decide(c, consent.SetCookie{Name: ck.Name}).Allow {
				t.Errorf("%s passes undecided", ck.Name)
			}
		}
	}
}

// The most specific rule decides: an exact name, then the pattern with most characters of its own.
func TestMostSpecificRuleWins(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Services = nil
		p.Transfers.ThirdParties = consent.No
		p.Cookies = []consent.CookieRule{
			{Name: "ab*", Purpose: consent.Marketing}, {Name: "abc*", Purpose: consent.Statistics},
			{Name: "abcd", Purpose: consent.Necessary}, {Name: "a?c?", Purpose: consent.Preferences},
			{Name: "*-*-*x", Purpose: consent.Preferences},
		}
	})
	for name, want := range map[string]consent.Purpose{
		"ab": consent.Marketing, "abx": consent.Marketing, "abc": consent.Statistics, "abce": consent.Statistics,
		"abcd": consent.Necessary, "axcx": consent.Preferences, "axc": "", "xab": "", "a-b-x": consent.Preferences,
		"--x": consent.Preferences, "-x": "", "a-b-xy": "",
	} {
		if got := b.DecideRequest(consent.Choice{}, name).Purpose; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestDecisionsDoNotAllocate(t *testing.T) {
	b := compile(t)
	c := visitor(b, plain, choose(consent.Statistics))
	other := visitor(compile(t), plain, accept)
	lines := []string{
		"cart=1", "_ga=1; Max-Age=60", "_ga_1=1; Expires=Sun, 01 Jan 2045 00:00:00 GMT; HttpOnly", "mine=1; HttpOnly", "PHPSESSID=1",
		"ad_1=2", "__Secure-unknown=1; Max-Age=60", "SESS0123456789abcdef0123456789abcdef=1", "lang=; Max-Age=0",
	}
	for name, f := range map[string]func(){
		"Decide": func() {
			for _, line := range lines {
				b.Decide(c, consent.ParseSetCookie(line, noon))
				b.Decide(other, consent.ParseSetCookie(line, noon))
			}
		},
		"DecideRequest": func() {
			for _, name := range []string{"cart", "_ga", "ad_1", "mine", "PHPSESSID"} {
				b.DecideRequest(c, name)
				b.DecideRequest(other, name)
			}
		},
		"Effective": func() { b.Effective(c, gpc); b.Effective(consent.Choice{}, plain); b.Effective(other, plain) },
		"Choice":    func() { c.Allows(consent.Marketing); c.Counts(); c.Refuses("telepathy") },
		"Expire":    func() { b.Expire(c, "cart"); b.Expire(c, "_ga"); b.Expire(c, "ad_1") },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	book := compile(b)
	c := visitor(book, plain, accept)
	for _, bench := range []struct{ name, line string }{
		{"exact", "_ga=1; Path=/; Max-Age=63072000; Secure; HttpOnly"},
		{"glob", "_ga_ABCDEF=1; Path=/; Expires=Sun, 01 Jan 2045 00:00:00 GMT"},
		{"unknown", "something=1; Path=/; Max-Age=60"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book.Decide(c, consent.ParseSetCookie(bench.line, noon))
			}
		})
	}
}

func BenchmarkDecideRequest(b *testing.B) {
	book := compile(b)
	c := visitor(book, plain, accept)
	b.ReportAllocs()
	for b.Loop() {
		book.DecideRequest(c, "_ga_ABCDEF")
	}
}
