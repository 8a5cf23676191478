package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/yamldoc"
	"github.com/kelisim/kelisim/server"
)

// finding is a site that does more than it says.
func finding(c *server.Config, _ *bench) {
	c.Purposes = func() []server.Purpose {
		return []server.Purpose{{ID: "necessary"}, {ID: "preferences"}, {ID: "statistics"}, {ID: "marketing", Names: map[string]string{"en": "Advertising", "kk": "Жарнама", "ru": "Реклама"}}}
	}
	day := now.AddDate(0, 0, -9)
	c.Findings = func(context.Context) (server.Findings, error) {
		return server.Findings{
			Cookies: []server.FoundCookie{
				{Name: "_ga", Set: true, Sent: true, Count: 4211, First: day, Page: "/blog/{id}", Reason: "unclassified"},
				{Name: "PHPSESSID", Set: true, Count: 980, First: day, Page: "/", Passes: true, Reason: "well-known"},
				{Name: "_hjSessionUser_1", Sent: true, Count: 77, First: day, Page: "/kk/baghalar", Passes: true, Reason: "unclassified"},
				{Name: "zq_internal_7", Set: true, Count: 12, First: day.AddDate(0, 0, 4), Page: "/cart", Reason: "unclassified"},
			},
			Origins: []server.FoundOrigin{
				{Origin: "https://pixel.example", Directive: "img-src", Count: 310, First: day, Page: "/", Blocked: true},
				{Origin: "https://pixel.example", Directive: "script-src", Count: 12, First: day, Page: "/about"},
				{Origin: "https://maps.example", Directive: "frame-src", Service: "maps", Count: 9, First: day, Page: "/contacts"},
			},
		}, nil
	}
}

func (b *bench) declare(t *testing.T, cookie *http.Cookie, name, purpose string) *http.Response {
	t.Helper()
	return b.do("POST", "/admin/findings/declare", url.Values{"name": {name}, "purpose": {purpose}, "lifetime": {"2 years"}}, cookie)
}

func (b *bench) overlay(t *testing.T) consent.Overlay {
	t.Helper()
	o, err := consent.ParseOverlay([]byte(b.docs.docs[consent.OverlayKey]))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOneClickDeclaresACookie(t *testing.T) {
	b := newBench(t, finding)
	cookie := b.signIn(t)
	page := body(t, b.do("GET", "/admin/findings", nil, cookie))
	for _, want := range []string{"_ga", "Google Analytics", `<option value="statistics" selected>`, "/blog/{id}", "https://pixel.example", "images, scripts", "“maps”"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	b.clock = b.clock.Add(time.Minute)
	res := b.declare(t, cookie, "_ga", "statistics")
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/admin/findings?done=added&name=_ga" {
		t.Fatalf("answered %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	o := b.overlay(t)
	if len(o.Cookies) != 1 || o.Cookies[0].Name != "_ga" || o.Cookies[0].Purpose != consent.Statistics || o.Cookies[0].Lifetime.String() != "2 years" {
		t.Errorf("the overlay is %+v", o)
	}
	page = body(t, b.do("GET", res.Header.Get("Location"), nil, cookie))
	if !strings.Contains(page, "_ga is declared") || !strings.Contains(page, "not in force yet") || strings.Contains(page, `name="name" value="_ga" class`) {
		t.Error("the page does not say what was done, and from when")
	}
	if log := b.log.String(); !strings.Contains(log, "cookie rule added") || !strings.Contains(log, "cookie=_ga purpose=statistics account="+owner) {
		t.Errorf("the log does not say who declared what:\n%s", log)
	}
	var policy struct {
		Cookies []consent.CookieRule `json:"cookies"`
	}
	_, yaml, _ := strings.Cut(page, "<code>")
	yaml, _, _ = strings.Cut(yaml, "</code>")
	yaml = strings.ReplaceAll(yaml, "&#34;", `"`)
	if _, err := yamldoc.Decode([]byte(yaml), &policy); err != nil || len(policy.Cookies) != 1 || policy.Cookies[0].Name != "_ga" || policy.Cookies[0].Lifetime.N != 2 {
		t.Errorf("the snippet reads as %+v, %v:\n%s", policy, err, yaml)
	}
	if res := b.do("POST", "/admin/findings/remove", url.Values{"name": {"_ga"}}, cookie); res.StatusCode != http.StatusSeeOther || len(b.overlay(t).Cookies) != 0 {
		t.Errorf("removing answered %d, left %v", res.StatusCode, b.overlay(t))
	}
	if _, there := b.docs.docs[consent.OverlayKey]; there {
		t.Error("an empty overlay is kept")
	}
}

// TestS1_3_3_1_NecessaryNeedsASecondClick: what is necessary is set for everybody.
func TestS1_3_3_1_NecessaryNeedsASecondClick(t *testing.T) {
	b := newBench(t, finding)
	cookie := b.signIn(t)
	res := b.declare(t, cookie, "PHPSESSID", "necessary")
	if page := body(t, res); res.StatusCode != http.StatusOK || !strings.Contains(page, "is set for everybody") || len(b.overlay(t).Cookies) != 0 {
		t.Fatalf("one click answered %d and left %v", res.StatusCode, b.overlay(t))
	}
	form := url.Values{"name": {"PHPSESSID"}, "purpose": {"necessary"}, "lifetime": {"session"}, "confirm": {"yes"}}
	if res := b.do("POST", "/admin/findings/declare", form, cookie); res.StatusCode != http.StatusSeeOther || len(b.overlay(t).Cookies) != 1 {
		t.Errorf("the second click answered %d and left %v", res.StatusCode, b.overlay(t))
	}
}

func TestDeclareRefuses(t *testing.T) {
	b := newBench(t, finding)
	cookie := b.signIn(t)
	for name, form := range map[string]url.Values{
		"a cookie that nobody met": {"name": {"unmet"}, "purpose": {"statistics"}},
		"a purpose of nobody's":    {"name": {"_ga"}, "purpose": {"world-domination"}},
		"no purpose":               {"name": {"_ga"}},
		"a lifetime that is none":  {"name": {"_ga"}, "purpose": {"statistics"}, "lifetime": {"for ever"}},
		"a pattern":                {"name": {"*"}, "purpose": {"statistics"}},
	} {
		if res := b.do("POST", "/admin/findings/declare", form, cookie); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: answered %d", name, res.StatusCode)
		}
	}
	r := httptest.NewRequest("POST", base+"/admin/findings/declare", strings.NewReader("name=_ga&purpose=statistics"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(cookie)
	if res := b.send(r); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form answered %d", res.StatusCode)
	}
	for _, path := range []string{"/admin/findings/declare", "/admin/findings/remove"} {
		if res := b.do("POST", path, url.Values{"name": {"_ga"}, "purpose": {"statistics"}}); res.StatusCode < 300 || res.StatusCode == http.StatusOK {
			t.Errorf("%s signed out: answered %d", path, res.StatusCode)
		}
		if res := b.do("GET", path, nil, cookie); res.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: answered %d", path, res.StatusCode)
		}
	}
	if len(b.overlay(t).Cookies) != 0 {
		t.Errorf("something was declared: %v", b.overlay(t))
	}
}

func TestNoFindingsNoPage(t *testing.T) {
	b := newBench(t)
	cookie := b.signIn(t)
	if res := b.do("GET", "/admin/findings", nil, cookie); res.StatusCode != http.StatusNotFound {
		t.Errorf("answered %d", res.StatusCode)
	}
	if strings.Contains(body(t, b.do("GET", "/admin/", nil, cookie)), "/admin/findings") {
		t.Error("a page that is not there is in the menu")
	}
	empty := newBench(t, func(c *server.Config, _ *bench) {
		c.Findings = func(context.Context) (server.Findings, error) { return server.Findings{}, nil }
	})
	page := body(t, empty.do("GET", "/admin/findings", nil, empty.signIn(t)))
	if !strings.Contains(page, "Every cookie that was met is declared") || !strings.Contains(page, "No browser has reported") {
		t.Error("a page without findings does not say so")
	}
}

// TestHostileNamesAreInertInFindings: names of cookies and origins come from strangers.
func TestHostileNamesAreInertInFindings(t *testing.T) {
	b := newBench(t, finding, func(c *server.Config, _ *bench) {
		var found server.Findings
		for _, v := range hostile {
			found.Cookies = append(found.Cookies, server.FoundCookie{Name: v, Page: v, Reason: v, Set: true, Count: 1, First: now})
			found.Origins = append(found.Origins, server.FoundOrigin{Origin: v, Directive: v, Service: v, Page: v, Count: 1, First: now},
				server.FoundOrigin{Origin: "https://" + v, Directive: v, Page: v, Count: 1, First: now})
		}
		c.Findings = func(context.Context) (server.Findings, error) { return found, nil }
	})
	cookie := b.signIn(t)
	page := body(t, b.do("GET", "/admin/findings?done=added&name=%3Cscript%3E", nil, cookie))
	checkInert(t, "findings", page)
	if strings.Contains(page, "is declared") {
		t.Error("an address can make the page say what is not so")
	}
	for _, v := range hostile {
		res := b.do("POST", "/admin/findings/declare", url.Values{"name": {v}, "purpose": {"necessary"}}, cookie)
		checkInert(t, "confirm", body(t, res))
		b.do("POST", "/admin/findings/declare", url.Values{"name": {v}, "purpose": {"statistics"}}, cookie)
	}
	for _, ck := range b.overlay(t).Cookies {
		if strings.ContainsAny(ck.Name, "<>\"'()=;{} /\u202e") && strings.ContainsAny(ck.Name, "<>\"=;{} /\u202e") {
			t.Errorf("%q was declared", ck.Name)
		}
	}
	checkInert(t, "findings", body(t, b.do("GET", "/admin/findings", nil, cookie)))
}

// TestRulesAreInForceAtOnce where somebody takes them over, and the page says so only while it is true.
func TestRulesAreInForceAtOnce(t *testing.T) {
	var declared, calls int
	var fault error
	b := newBench(t, finding, func(c *server.Config, _ *bench) {
		found := c.Findings
		c.Findings = func(ctx context.Context) (server.Findings, error) {
			f, err := found(ctx)
			f.Declares = func(name string) bool { return name == "_ga" && declared > 0 }
			return f, err
		}
		c.Changed = func(context.Context) error {
			calls++
			if fault == nil {
				declared++
			}
			return fault
		}
	})
	cookie := b.signIn(t)
	fault = errors.New("away")
	if res := b.declare(t, cookie, "_ga", "statistics"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	if page := body(t, b.do("GET", "/admin/findings", nil, cookie)); !strings.Contains(page, "not in force yet") || !strings.Contains(b.log.String(), "not in force yet") {
		t.Error("the page does not say that the rule waits")
	}
	fault = nil
	b.declare(t, cookie, "_ga", "statistics")
	if page := body(t, b.do("GET", "/admin/findings", nil, cookie)); calls != 2 || strings.Contains(page, "not in force yet") {
		t.Errorf("after %d calls the rule still waits", calls)
	}
}

func TestHealthShowsAFaultyPolicyFile(t *testing.T) {
	b := newBench(t, func(c *server.Config, _ *bench) {
		c.Health = func(ctx context.Context) server.Health {
			h := health(ctx)
			h.PolicyFault = "policy.yaml: line 3: site.name: is <missing>"
			return h
		}
	})
	cookie := b.signIn(t)
	page := body(t, b.do("GET", "/admin/health", nil, cookie))
	if !strings.Contains(page, "The last good policy is in force") || !strings.Contains(page, "line 3: site.name: is &lt;missing&gt;") {
		t.Error("the page does not show the fault")
	}
}
