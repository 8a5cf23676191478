package consent_test

import (
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// A site must not break on its first day: sessions, logins, CSRF tokens and load balancers of frameworks
// in wide use pass provisionally, under whatever prefix; whatever only looks like them does not.
func TestWellKnownNames(t *testing.T) {
	b := compile(t, mode(consent.Provisional), func(p *consent.Policy) { p.Cookies, p.Services[0].Cookies = nil, nil })
	hex := strings.Repeat("0a", 16)
	for _, row := range []struct {
		known bool
		names string
	}{
		{true, "PHPSESSID JSESSIONID connect.sid connect.sid laravel_session _myapp_session scs_session ASP.NET_SessionId"},
		{true, ".AspNetCore.Session .AspNetCore.Cookies .AspNetCore.CookiesC1 ASPSESSIONIDABCD wordpress_logged_in_" + hex + " wp-postpass_" + hex},
		{true, "SESS" + hex + " SSESS" + hex + " remember_web_" + hex + " sb-access-token"},
		{true, "csrftoken XSRF-TOKEN _csrf __RequestVerificationToken .AspNetCore.Antiforgery.abc authjs.csrf-token"},
		{true, "AWSALB AWSALBCORS AWSALBTG BIGipServer~pool GCLB __cf_bm cf_clearance"},
		{true, "__Host-session __Secure-next-auth.session-token __Host-authjs.csrf-token"},
		{false, "_ga _fbp IDE sessions my_session _session_x SESS SESSabc SESS" + strings.Repeat("zz", 16) + " phpsessid token2 csrf2 AWS cf_ __Host-_ga visitor_session"},
	} {
		for _, name := range strings.Fields(row.names) {
			d := b.Decide(consent.Choice{}, consent.SetCookie{Name: name, Persistent: true})
			if d.Allow != row.known || !d.Unclassified || (d.Reason == consent.ReasonWellKnown) != row.known {
				t.Errorf("%s: got %+v", name, d)
			}
			if d := b.DecideRequest(consent.Choice{}, name); !d.Allow || (d.Reason == consent.ReasonWellKnown) != row.known {
				t.Errorf("request %s: got %+v", name, d)
			}
		}
	}
}

// A rule of the policy goes before what is well known.
func TestRulesOverrideWellKnownNames(t *testing.T) {
	b := compile(t, mode(consent.Provisional), func(p *consent.Policy) {
		p.Cookies = []consent.CookieRule{{Name: "session", Purpose: consent.Statistics}}
	})
	if d := b.Decide(consent.Choice{}, consent.SetCookie{Name: "session"}); d.Allow || d.Unclassified {
		t.Errorf("got %+v", d)
	}
	for _, m := range []consent.Unclassified{consent.Deny, consent.Observe} {
		d := compile(t, mode(m)).Decide(consent.Choice{}, consent.SetCookie{Name: "PHPSESSID", HTTPOnly: true})
		if d.Allow != (m == consent.Observe) {
			t.Errorf("%s: got %+v", m, d)
		}
	}
}
