package consent_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// perService gives the shop three services that visitors answer for, and a necessary one.
func perService(p *consent.Policy) {
	p.PerService = true
	p.Services = append(p.Services,
		consent.Service{ID: "pay", Name: "Pay", Purpose: consent.Necessary, Cookies: []consent.CookieRule{{Name: "pay_id"}}},
		consent.Service{ID: "video", Name: "Video", Purpose: consent.Marketing, Cookies: []consent.CookieRule{{Name: "video_id"}}},
		consent.Service{ID: "counter", Name: "Counter", Purpose: consent.Statistics, Cookies: []consent.CookieRule{
			{Name: "counter_id"}, {Name: "counter_csrf", Purpose: consent.Necessary},
		}},
	)
}

func chooseEach(services []string, purposes ...consent.Purpose) consent.Submission {
	return consent.Submission{Action: consent.Choose, Purposes: purposes, Services: services}
}

func TestServiceStances(t *testing.T) {
	b, out := compile(t, perService), compile(t, perService, model(consent.ModelOptOut))
	const stat, mark = consent.Statistics, consent.Marketing
	const und, yes, no, gone, opt, pre = consent.Undecided, consent.Granted, consent.Refused, consent.Withdrawn, consent.OptedOut, consent.Presumed
	allow := func(services ...string) consent.Submission {
		return consent.Submission{Action: consent.Allow, Services: services}
	}
	back := func(services ...string) consent.Submission {
		return consent.Submission{Action: consent.Withdraw, Services: services}
	}
	for _, row := range []struct {
		name                      string
		c                         consent.Choice
		mark, ads, video, counter consent.Stance
	}{
		{"zero choice", consent.Choice{}, und, und, und, und},
		{"undecided", visitor(b, plain), und, und, und, und},
		{"gpc", visitor(b, gpc), opt, opt, opt, opt},
		{"accepted", visitor(b, plain, accept), yes, yes, yes, yes},
		{"rejected", visitor(b, plain, reject), no, no, no, no},
		{"a purpose, services not asked", visitor(b, plain, choose(mark)), yes, yes, yes, no},
		{"a purpose and one of its services", visitor(b, plain, chooseEach([]string{"video"}, mark)), yes, no, yes, no},
		{"a purpose and none of its services", visitor(b, plain, chooseEach([]string{}, mark)), yes, no, no, no},
		{"a service without its purpose", visitor(b, plain, chooseEach([]string{"video"})), no, no, yes, no},
		{"one allowed at its place", visitor(b, plain, allow("video")), no, no, yes, no},
		{"one allowed after a refusal", visitor(b, plain, reject, allow("counter")), no, no, no, yes},
		{"one allowed beside others", visitor(b, plain, chooseEach([]string{"ads"}, stat), allow("video")), no, yes, yes, no},
		{"a service taken back", visitor(b, plain, accept, back("ads")), yes, gone, yes, yes},
		{"a purpose taken back", visitor(b, plain, accept, takeBack(mark)), gone, gone, gone, yes},
		{"everything taken back", visitor(b, plain, chooseEach([]string{"video"}), withdraw), no, no, gone, no},
		{"granted again", visitor(b, plain, accept, back("ads"), allow("ads")), yes, yes, yes, yes},
		{"accepted, then gpc", b.Effective(visitor(b, plain, accept), gpc), opt, opt, opt, opt},
		{"one granted, then gpc", b.Effective(visitor(b, plain, chooseEach([]string{"video"})), gpc), no, no, opt, no},
		{"gpc, then one granted", visitor(b, gpc, chooseEach([]string{"video"})), no, no, yes, no},
		{"presumed", visitor(out, plain), pre, pre, pre, pre},
		{"presumed, objected to one", visitor(out, plain, chooseEach([]string{"video", "counter"}, stat, mark)), yes, no, yes, yes},
	} {
		if got := row.c.Stance(mark); got != row.mark {
			t.Errorf("%s: marketing is %v, want %v", row.name, got, row.mark)
		}
		for id, want := range map[string]consent.Stance{"ads": row.ads, "video": row.video, "counter": row.counter} {
			if got := row.c.ServiceStance(id); got != want {
				t.Errorf("%s: %s is %v, want %v", row.name, id, got, want)
			}
			if allows := want == yes || want == pre; row.c.AllowsService(id) != allows {
				t.Errorf("%s: AllowsService(%s) is %v", row.name, id, !allows)
			}
		}
		if row.c != (consent.Choice{}) && !row.c.AllowsService("pay") {
			t.Errorf("%s: the necessary service is not allowed", row.name)
		}
		if row.c.AllowsService("telepathy") {
			t.Errorf("%s: an undeclared service is allowed", row.name)
		}
	}
}

// Policies that do not ask for each service let services follow their purposes, and seal what they
// always sealed.
func TestServicesFollowPurposes(t *testing.T) {
	b := compile(t, perService, func(p *consent.Policy) { p.PerService = false })
	c := visitor(b, plain, choose(consent.Marketing))
	if !c.AllowsService("ads") || c.AllowsService("counter") || !c.AllowsService("pay") || b.PerService() {
		t.Errorf("allowed are %v", c.Services())
	}
	if fields := strings.Split(keys(t).SealState(c, b), "."); len(fields) != 8 {
		t.Errorf("the state has %d fields, want 8", len(fields))
	}
	if _, r := b.Apply(accept, c, noon); r.Services != nil {
		t.Errorf("the record lists services: %v", r.Services)
	}
	for _, s := range b.Services() {
		if s.Bit() != -1 {
			t.Errorf("%s has bit %d", s.ID, s.Bit())
		}
	}
}

// Cookies that a service declares follow the service's choice.
func TestServiceCookies(t *testing.T) {
	b := compile(t, perService)
	one := visitor(b, plain, chooseEach([]string{"video"}, consent.Marketing))
	alone := visitor(b, plain, chooseEach([]string{"ads"}))
	for _, row := range []struct {
		who    string
		c      consent.Choice
		cookie string
		want   bool
	}{
		{"one of marketing", one, "ad_1", false},
		{"one of marketing", one, "video_id", true},
		{"one of marketing", one, "counter_id", false},
		{"one of marketing", one, "counter_csrf", true}, // necessary
		{"one of marketing", one, "pay_id", true},
		{"one of marketing", one, "lang", false}, // the site's own follow their purpose
		{"a service alone", alone, "ad_1", true},
		{"a service alone", alone, "ad_choices", false}, // has a purpose of its own, too
		{"a service alone", alone, "video_id", false},
		{"everything", visitor(b, plain, accept), "ad_choices", true},
		{"preferences, not the service", visitor(b, plain, chooseEach([]string{}, consent.Preferences)), "ad_choices", false},
		{"everything, then gpc", b.Effective(visitor(b, plain, accept), gpc), "video_id", false},
		{"undecided", visitor(b, plain), "video_id", false},
	} {
		if d := b.Decide(row.c, consent.SetCookie{Name: row.cookie, Persistent: true}); d.Allow != row.want {
			t.Errorf("%s: %s: got %v (%v)", row.who, row.cookie, d.Allow, d.Reason)
		}
		if d := b.DecideRequest(row.c, row.cookie); d.Allow != row.want {
			t.Errorf("%s: request %s: got %v", row.who, row.cookie, d.Allow)
		}
		if _, expired := b.Expire(row.c, row.cookie); expired == row.want {
			t.Errorf("%s: %s: expired %v", row.who, row.cookie, expired)
		}
		same := compile(t, perService) // as after a reload: searched by name
		if d := same.Decide(row.c, consent.SetCookie{Name: row.cookie, Persistent: true}); d.Allow != row.want {
			t.Errorf("%s: %s: under another rulebook: got %v", row.who, row.cookie, d.Allow)
		}
	}
	if n := testing.AllocsPerRun(100, func() { b.DecideRequest(one, "video_id") }); n != 0 {
		t.Errorf("DecideRequest allocates %v times", n)
	}
}

func TestTooManyServices(t *testing.T) {
	p := shop()
	perService(&p)
	for i := range consent.MaxServices {
		p.Services = append(p.Services, consent.Service{ID: fmt.Sprintf("s-%d", i), Name: "S", Purpose: consent.Marketing})
	}
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "at most 40") {
		t.Errorf("got %v", err)
	}
	p.PerService = false
	if err := p.Validate(); err != nil {
		t.Errorf("not per service: %v", err)
	}
}
