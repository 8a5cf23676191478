package guard_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/internal/csp"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/visit"
)

// violation is a report of Chromium about a page with a name and an address in its own address.
func violation(blocked, page string) string {
	return fmt.Sprintf(`{"csp-report":{"document-uri":"https://shop.example%s","blocked-uri":%q,"effective-directive":"img-src","disposition":"enforce"}}`, page, blocked)
}

// deliver posts a report from an address.
func (h *house) deliver(method, media, body, from string, header ...string) int {
	r := httptest.NewRequest(method, "/consent/report", strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	r.RemoteAddr = from + ":4242"
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.guard.Centre().ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		h.t.Errorf("Cache-Control %q", got)
	}
	return w.Code
}

// clocked is a house whose clock, in seconds, the test moves; the janitor reads it, too.
func clocked(t *testing.T) (*house, *atomic.Int64) {
	t.Helper()
	clock := new(atomic.Int64)
	clock.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Unix())
	return build(t, func(c *guard.Config) { c.Now = func() time.Time { return time.Unix(clock.Load(), 0).UTC() } }), clock
}

func TestReportsAreGathered(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for range 3 {
		h.deliver("POST", csp.TypeURI, violation("https://pixel.example/p?id=1", "/orders/8812345/anna@mail.example?x=1"), "192.0.2.1")
	}
	h.deliver("POST", csp.TypeURI, violation("http://127.0.0.1:8081/tracker.js", "/"), "192.0.2.1")
	h.deliver("POST", csp.TypeReports, `[{"type":"csp-violation","body":{"blockedURL":"chrome-extension","effectiveDirective":"img-src"}}]`, "192.0.2.1")
	state := h.guard.State()
	if len(state.ThirdParties) != 1 || state.Reports.Taken != 5 {
		t.Fatalf("%+v, %+v", state.ThirdParties, state.Reports)
	}
	got := state.ThirdParties[0]
	if got.Origin != "https://pixel.example" || got.Directive != "img-src" || got.Count != 3 || got.Service != "" || !got.Blocked || got.First.IsZero() {
		t.Errorf("%+v", got)
	}
	if strings.Contains(got.Page, "anna") || strings.Contains(got.Page, "8812345") || !strings.HasPrefix(got.Page, "/orders") {
		t.Errorf("the page is kept as %q", got.Page)
	}
	if want := map[string]int64{"third-party": 3, "injected": 1, "nearby": 1}; fmt.Sprint(state.Reports.Classes) != fmt.Sprint(want) {
		t.Errorf("classes %v, want %v", state.Reports.Classes, want)
	}
}

func TestReportsNameTheDeclaredService(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Policy.Services[0].Origins = []string{"https://*.ads.example"} })
	h.deliver("POST", csp.TypeURI, violation("https://eu.ads.example/x", "/"), "192.0.2.1")
	if got := h.guard.State().ThirdParties; len(got) != 1 || got[0].Service != "demo-third-party" {
		t.Errorf("%+v", got)
	}
}

func TestReportsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for _, row := range []struct {
		name, method, media, body string
		header                    []string
		status                    int
	}{
		{"read", "GET", "", "", nil, 405},
		{"other type", "POST", "application/json", "{}", nil, 415},
		{"malformed", "POST", csp.TypeURI, "{", nil, 400},
		{"from another site's policy", "POST", csp.TypeURI, violation("https://a.example", "/"), []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"of this site", "POST", csp.TypeURI, violation("https://a.example", "/"), []string{"Sec-Fetch-Site", "same-origin"}, 204},
		{"of nothing", "POST", csp.TypeReports, "[]", nil, 204},
	} {
		if got := h.deliver(row.method, row.media, row.body, "192.0.2.1", row.header...); got != row.status {
			t.Errorf("%s: %d, want %d", row.name, got, row.status)
		}
	}
}

// TestReportsAreBounded: one network fills its share alone, and when all is full pages ask for no more.
func TestReportsAreBounded(t *testing.T) {
	t.Parallel()
	h, clock := clocked(t)
	asks := func() bool {
		res, _ := h.do("GET", "/", nil)
		return res.Header.Get("Content-Security-Policy-Report-Only") != ""
	}
	taken := map[int]int{}
	for i := range 100 {
		taken[h.deliver("POST", csp.TypeURI, violation(fmt.Sprintf("https://a%d.example", i), "/"), fmt.Sprintf("192.0.2.%d", i))]++
	}
	if taken[204] != 60 || taken[429] != 40 {
		t.Errorf("one network: %v, want 60 taken", taken)
	}
	if !asks() {
		t.Error("pages ask for no reports though there is room")
	}
	clear(taken)
	for i := range 1000 {
		taken[h.deliver("POST", csp.TypeURI, violation(fmt.Sprintf("https://b%d.example", i), "/"), fmt.Sprintf("10.%d.%d.1", i/250, i%250))]++
	}
	if taken[204] != 540 {
		t.Errorf("all: %v, want 540 more taken", taken)
	}
	if asks() {
		t.Error("pages ask for reports that nobody is going to read")
	}
	if n := len(h.guard.State().ThirdParties); n != 500 {
		t.Errorf("%d third parties are kept, want 500", n)
	}
	if clock.Add(60); !asks() {
		t.Error("pages ask for no reports in the next minute")
	}
}

// TestFloodDisplacesItsOwnKind: what is met often stays when made-up names come.
func TestFloodDisplacesItsOwnKind(t *testing.T) {
	t.Parallel()
	h, clock := clocked(t)
	for range 3 {
		h.deliver("POST", csp.TypeURI, violation("https://real.example", "/"), "192.0.2.1")
	}
	for i := range 700 {
		clock.Add(2)
		h.deliver("POST", csp.TypeURI, violation(fmt.Sprintf("https://x%d.example", i), "/"), "192.0.2.1")
	}
	if got := h.guard.State().ThirdParties; got[0].Origin != "https://real.example" || len(got) != 500 {
		t.Errorf("%d kept, first %+v", len(got), got[0])
	}
}

func TestWhatWasMetOutlivesARestart(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Floors = stats.Floors{Person: 3} })
	handler := h.guard.Handler(http.HandlerFunc(page))
	for i := range 4 {
		from := fmt.Sprintf("192.0.2.%d", i+1)
		h.deliver("POST", csp.TypeURI, violation("https://pixel.example", "/a"), from)
		r := httptest.NewRequest(http.MethodGet, "/met/first", nil)
		r.RemoteAddr, r.Header = from+":1234", h.header.Clone()
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	for range 9 { // one visitor, however often: a name that they alone carry may tell who they are
		h.deliver("POST", csp.TypeURI, violation("https://rare.example", "/a"), "192.0.2.1")
		r := httptest.NewRequest(http.MethodGet, "/met/first", nil)
		r.RemoteAddr, r.Header = "192.0.2.1:1234", h.header.Clone()
		r.Header.Set("Cookie", "rare_user_4711=1")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if err := h.guard.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"met/cookies", "met/origins"} {
		doc, err := h.store.Get(t.Context(), key)
		if err != nil || strings.Contains(string(doc), "rare") || strings.Contains(string(doc), "192.0.2") {
			t.Errorf("%s: %s, %v", key, doc, err)
		}
	}
	again := build(t, func(c *guard.Config) { c.Store, c.Floors = h.store, stats.Floors{Person: 3} })
	if err := again.guard.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	again.deliver("POST", csp.TypeURI, violation("https://pixel.example", "/b"), "192.0.2.1")
	state := again.guard.State()
	if len(state.ThirdParties) != 1 || state.ThirdParties[0].Count != 5 || state.ThirdParties[0].Page != "/a" {
		t.Errorf("third parties %+v", state.ThirdParties)
	}
	if len(state.Undeclared) != 1 || state.Undeclared[0].Name != "demo_forgotten" || !state.Undeclared[0].Set || state.Undeclared[0].Page != "/met/first" {
		t.Errorf("cookies %+v", state.Undeclared)
	}
}

func TestUndeclaredCookiesTellTheirSide(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.header.Set("Cookie", "demo_stray=1")
	h.do("GET", "/shop/8812345", nil)
	sides := map[string]string{}
	for _, c := range h.guard.State().Undeclared {
		sides[c.Name] = fmt.Sprint(c.Set, c.Sent, " ", c.Page)
		if c.First.IsZero() || c.First.Hour() != 0 {
			t.Errorf("%s was met first at %v: want a day", c.Name, c.First)
		}
	}
	if sides["demo_forgotten"] != "true false /shop/:id" || sides["demo_stray"] != "false true /shop/:id" {
		t.Errorf("%v", sides)
	}
}

func TestS4_4_5_EnforcedPolicyFollowsTheChoice(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) {
		c.CSP.Mode = guard.CSPEnforce
		c.Policy.Services[0].Origins = []string{"https://ads.example"}
	})
	check := func(when string, listed bool) {
		t.Helper()
		res, text := h.do("GET", "/", nil)
		policy := res.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'self' ") || strings.Contains(policy, "https://ads.example") != listed {
			t.Errorf("%s: %q", when, policy)
		}
		if !strings.Contains(res.Header.Get("Cache-Control"), "private") || !strings.Contains(res.Header.Get("Vary"), "Cookie") {
			t.Errorf("%s: %v", when, res.Header)
		}
		if off := strings.Contains(res.Header.Get("Permissions-Policy"), "browsing-topics=()"); off == listed {
			t.Errorf("%s: Permissions-Policy %q", when, res.Header.Get("Permissions-Policy"))
		}
		if !strings.Contains(text, " data-reload") {
			t.Errorf("%s: the page does not know that a choice must reload it", when)
		}
	}
	check("undecided", false)
	h.choose("accept")
	check("accepted", true)
	h.choose("withdraw")
	check("withdrawn", false)
	h.choose("choose", string(consent.Statistics))
	check("statistics alone", false)
}

// TestFaultOfOursKeepsThePolicy: the page of a guard that failed is restricted like nobody's.
func TestFaultOfOursKeepsThePolicy(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Locator, c.CSP.Mode = broken{}, guard.CSPEnforce })
	res, _ := h.do("GET", "/", nil)
	if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self' ") || strings.Contains(policy, "8081") {
		t.Errorf("%q", policy)
	}
}

func TestCentreHasItsOwnPolicy(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.CSP.Mode = guard.CSPEnforce })
	res, _ := h.do("GET", "/consent/", nil)
	if lines := res.Header["Content-Security-Policy"]; len(lines) != 1 || !strings.HasPrefix(lines[0], "default-src 'none'") {
		t.Errorf("%q", lines)
	}
}

func TestFaultyCSPIsToldWithTheRest(t *testing.T) {
	t.Parallel()
	_, err := guard.New(guard.Config{CSP: guard.CSP{Mode: "strict", Allow: []string{"'none'"}}})
	for _, part := range []string{"Store is required", `mode "strict"`, `"'none'" is no source`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not speak of %q: %v", part, err)
		}
	}
}

func demo(t testing.TB) consent.Policy {
	t.Helper()
	p, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzReportEndpoint: whatever is posted, the answer is one of ours, and nothing but plain values is kept.
func FuzzReportEndpoint(f *testing.F) {
	f.Add("POST", csp.TypeURI, violation("https://pixel.example", "/a"), "same-origin")
	f.Add("POST", csp.TypeReports, `[{"type":"csp-violation","url":"https://a/b","body":{"blockedURL":"https://c","effectiveDirective":"x"}}]`, "")
	f.Add("PUT", "text/plain", "x", "none")
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Unix())
	store, err := boltstore.Open(filepath.Join(f.TempDir(), "k.db"), boltstore.Options{Site: "test"})
	if err != nil {
		f.Fatal(err)
	}
	g, err := guard.New(guard.Config{
		Store: store, Policy: demo(f), Secret: secret, Trust: visit.TrustDirect, Dir: f.TempDir(), FlushEvery: time.Hour,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: func() time.Time { return time.Unix(clock.Load(), 0) },
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = errors.Join(g.Shutdown(context.Background()), store.Shutdown()) })
	f.Fuzz(func(t *testing.T, method, media, body, site string) {
		clock.Add(1)
		r := httptest.NewRequest("POST", "/consent/report", io.LimitReader(strings.NewReader(body), 1<<20))
		r.Method = method
		r.Header["Content-Type"], r.Header["Sec-Fetch-Site"] = []string{media}, []string{site}
		w := httptest.NewRecorder()
		g.Centre().ServeHTTP(w, r)
		switch w.Code {
		case http.StatusNoContent, http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusTooManyRequests:
		default:
			t.Fatalf("status %d", w.Code)
		}
		for _, p := range g.State().ThirdParties {
			if strings.ContainsAny(p.Origin+p.Directive+p.Page, "<>\"\n\r\x00") || len(p.Page) > 256 || len(p.Origin) > 160 {
				t.Fatalf("kept %+v", p)
			}
		}
	})
}
