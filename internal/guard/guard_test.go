package guard_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/visit"
)

const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"

// house is a guarded site with a browser in front of it.
type house struct {
	t      *testing.T
	guard  *guard.Guard
	store  *boltstore.Store
	server *httptest.Server
	client *http.Client
	header http.Header // that the browser sends along
	now    func() time.Time
}

// early is a clock that goes as the real one does and stood at the beginning of the hour: no test that lasts for less than an
// hour runs into another hour, day or month.
func early() func() time.Time {
	begun := time.Now()
	hour := begun.Truncate(time.Hour).Add(time.Second)
	return func() time.Time { return hour.Add(time.Since(begun)) }
}

var secret = []byte("a secret of at least thirty-two bytes")

func policy(t *testing.T) consent.Policy {
	t.Helper()
	p, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// page is a site that sets a cookie for every purpose.
func page(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"demo_session", "demo_language", "demo_visitor", "demo_ad", "demo_forgotten"} {
		http.SetCookie(w, &http.Cookie{Name: name, Value: "1", Path: "/", MaxAge: 1000, HttpOnly: true})
	}
	for _, c := range r.Cookies() {
		w.Header().Add("X-Seen", c.Name)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><html><body><p>page</p></body></html>")
}

func build(t *testing.T, change func(*guard.Config)) *house {
	t.Helper()
	dir := t.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "k.db"), boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Shutdown() })
	h := &house{t: t, store: store, header: http.Header{"User-Agent": {browser}, "Accept": {"text/html"}, "Sec-Fetch-Dest": {"document"}}}
	c := guard.Config{
		Store: store, Policy: policy(t), Secret: secret, Trust: visit.TrustDirect, Dir: dir, Floors: stats.Floors{Person: 1},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour, Now: early(),
	}
	if change != nil {
		change(&c)
	}
	h.now = c.Now
	if h.guard, err = guard.New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.guard.Shutdown(context.Background()) })
	h.server = httptest.NewServer(h.guard.Handler(http.HandlerFunc(page)))
	t.Cleanup(h.server.Close)
	jar, _ := cookiejar.New(nil)
	h.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return h
}

func (h *house) do(method, path string, body url.Values) (*http.Response, string) {
	h.t.Helper()
	req, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header = h.header.Clone()
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", h.server.URL)
	}
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res, string(text)
}

func (h *house) choose(action string, purposes ...string) *http.Response {
	h.t.Helper()
	res, text := h.do(http.MethodPost, "/consent/choice", url.Values{"action": {action}, "purpose": purposes})
	if res.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("%s: status %d: %.300s", action, res.StatusCode, text)
	}
	return res
}

// jar is what the browser holds, by name.
func (h *house) jar() map[string]bool {
	at, _ := url.Parse(h.server.URL)
	held := map[string]bool{}
	for _, c := range h.client.Jar.Cookies(at) {
		held[c.Name] = true
	}
	return held
}

// totals stops the guard and adds up what the store has.
func (h *house) totals() stats.Counts {
	h.t.Helper()
	if err := h.guard.Shutdown(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	var sum stats.Counts
	today, _ := visit.DayOf(h.now(), time.UTC)
	if err := h.store.Totals(h.t.Context(), today-1, today+1, func(t stats.Total) { sum.Add(&t.Counts) }); err != nil {
		h.t.Fatal(err)
	}
	return sum
}

func TestS1_3_3_1_NothingPassesBeforeTheChoice(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	res, text := h.do("GET", "/", nil)
	if !strings.Contains(text, "/consent/choice") {
		t.Errorf("the page does not ask: %.200s", text)
	}
	if got := res.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %q: a page that asks must not be stored", got)
	}
	if held := h.jar(); len(held) != 1 || !held["demo_session"] {
		t.Errorf("the browser holds %v, want the session alone", held)
	}
}

func TestS4_4_2_1_AcceptedCookiesPassBothWays(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("accept")
	h.do("GET", "/", nil)
	res, text := h.do("GET", "/", nil)
	for _, name := range []string{"demo_session", "demo_language", "demo_visitor", "demo_ad"} {
		if !h.jar()[name] {
			t.Errorf("the browser does not hold %s", name)
		}
		if !strings.Contains(strings.Join(res.Header["X-Seen"], " "), name) {
			t.Errorf("the handler does not see %s", name)
		}
	}
	if h.jar()["demo_forgotten"] {
		t.Error("an undeclared cookie passed")
	}
	if strings.Contains(text, "<form") {
		t.Error("the page asks a visitor who has decided")
	}
}

func TestS4_4_5_WithdrawalDeletesCookies(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("accept")
	h.do("GET", "/", nil)
	h.choose("withdraw")
	res, _ := h.do("GET", "/", nil)
	for _, name := range []string{"demo_visitor", "demo_ad", "demo_language"} {
		if h.jar()[name] {
			t.Errorf("%s is still held after the withdrawal", name)
		}
		if strings.Contains(strings.Join(res.Header["X-Seen"], " "), name) {
			t.Errorf("the handler still sees %s", name)
		}
	}
}

func TestS4_4_5_WithdrawalLeavesTheStateCookieAlone(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("accept")
	h.choose("withdraw")
	if held := h.jar(); len(held) != 1 || !held[consent.StateCookie] {
		t.Errorf("the browser holds %v, want the state cookie alone", held)
	}
}

func TestS2_2_8_RefusalMeansRefusal(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Policy.Cookies = c.Policy.Cookies[1:] }) // no session cookie either
	h.choose("reject")
	for range 20 {
		h.do("GET", "/", nil)
	}
	if held := h.jar(); len(held) != 1 || !held[consent.StateCookie] {
		t.Errorf("the browser holds %v, want the state cookie alone", held)
	}
	sum := h.totals()
	if sum[stats.Refused] != 20 {
		t.Errorf("refused %d, want 20", sum[stats.Refused])
	}
	sum[stats.Refused], sum[stats.Events] = 0, 0 // the act of refusing is an outcome of asking
	if !sum.IsZero() {
		t.Errorf("a refusing visitor was counted: %v", sum)
	}
}

func TestS3_6_1_GlobalPrivacyControlIsARefusal(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.header.Set("Sec-GPC", "1")
	_, text := h.do("GET", "/", nil)
	if strings.Contains(text, "<form") {
		t.Error("a visitor whose browser has answered is asked")
	}
	sum := h.totals()
	if sum[stats.Refused] != 1 || sum[stats.Views] != 0 || sum[stats.Events] != 0 {
		t.Errorf("counted %v, want one refused and nothing else", sum)
	}
}

func TestCountsWithoutConsentAndWithoutCookies(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.client.Jar = nil
	h.do("GET", "/", nil)
	h.do("GET", "/a", nil)
	sum := h.totals()
	if sum[stats.Views] != 2 || sum[stats.Visitors] != 1 || sum[stats.Visits] != 1 || sum[stats.Bounces] != 0 || sum[stats.Events] != 1 {
		t.Errorf("counted %v, want 2 views of 1 visitor in 1 visit, asked as one", sum)
	}
}

func TestPrivacyCentreIsNotCounted(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	if res, _ := h.do("GET", "/consent/", nil); res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	if sum := h.totals(); !sum.IsZero() {
		t.Errorf("counted %v", sum)
	}
}

func TestConfigurationFaultsComeTogether(t *testing.T) {
	t.Parallel()
	_, err := guard.New(guard.Config{Secret: []byte("short"), Prefix: "consent", CookieDomain: "kz"})
	for _, part := range []string{"Store is required", "Secret must have", "Trust is required", "Prefix", "CookieDomain", "policy:"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not speak of %q: %v", part, err)
		}
	}
}

// broken is a locator with a fault of ours in it.
type broken struct{}

func (broken) Locate(netip.Addr) geo.Location { panic("broken") }
func (broken) Built() time.Time               { return time.Time{} }

func TestFaultOfOursServesThePageWithoutCookies(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Locator = broken{} })
	res, text := h.do("GET", "/", nil)
	if res.StatusCode != http.StatusOK || !strings.Contains(text, "<p>page</p>") {
		t.Errorf("status %d, page %.100q", res.StatusCode, text)
	}
	if held := h.jar(); held["demo_ad"] || held["demo_visitor"] {
		t.Errorf("the browser holds %v", held)
	}
	if h.guard.State().Faults == 0 {
		t.Error("the fault was not counted")
	}
}

// away is a store that takes nothing.
type away struct{ guard.Store }

func (away) Merge(context.Context, stats.Batch) (stats.Merged, error) {
	return stats.Merged{}, os.ErrDeadlineExceeded
}
func (away) Append(context.Context, consent.Entry) error { return os.ErrDeadlineExceeded }

func TestGrantThatCannotBeRecordedIsNotGiven(t *testing.T) {
	t.Parallel()
	var dir string
	h := build(t, func(c *guard.Config) { c.Store, dir = away{c.Store}, c.Dir })
	if err := os.RemoveAll(filepath.Join(dir, "spool")); err != nil { // the disk is gone, too
		t.Fatal(err)
	}
	res, _ := h.do(http.MethodPost, "/consent/choice", url.Values{"action": {"accept"}})
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", res.StatusCode)
	}
	if h.jar()[consent.StateCookie] {
		t.Error("the grant holds although it was not recorded")
	}
	h.choose("reject")
	if !h.jar()[consent.StateCookie] {
		t.Error("the refusal does not hold")
	}
}

func TestChoiceIsKeptWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Store = away{c.Store} })
	h.choose("accept")
	h.do("GET", "/", nil)
	if !h.jar()["demo_ad"] {
		t.Error("the choice does not hold")
	}
	if state := h.guard.State(); state.Spool.Entries != 1 {
		t.Errorf("%d consent entries wait on disk, want 1", state.Spool.Entries)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_ = h.guard.Shutdown(ctx)
}

func TestForgedStateIsNoConsent(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("reject")
	at, _ := url.Parse(h.server.URL)
	for _, c := range h.client.Jar.Cookies(at) {
		fields := strings.Split(c.Value, ".")
		fields[3] = "7" // granted: everything
		h.client.Jar.SetCookies(at, []*http.Cookie{{Name: c.Name, Value: strings.Join(fields, "."), Path: "/"}})
	}
	h.do("GET", "/", nil)
	if held := h.jar(); held["demo_ad"] || held["demo_visitor"] {
		t.Errorf("a forged state was believed: %v", held)
	}
}

func TestS0_1_3_WhatWaitsOverARestartIsSealed(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Floors = stats.Floors{Person: 5} })
	dir := filepath.Dir(h.store.Path())
	h.do("GET", "/", nil)
	h.totals()
	held, _ := filepath.Glob(filepath.Join(dir, "*.held"))
	if len(held) != 1 {
		t.Fatalf("%d files carried over, want 1", len(held))
	}
	raw, err := os.ReadFile(held[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "Chrome") {
		t.Error("the file can be read")
	}
	next, err := guard.New(guard.Config{
		Store: h.store, Policy: policy(t), Secret: secret, Trust: visit.TrustDirect, Dir: dir, Floors: stats.Floors{Person: 1},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Shutdown(t.Context())
	if held, _ := filepath.Glob(filepath.Join(dir, "*.held")); len(held) != 0 {
		t.Error("the file is still there after the start")
	}
	var browsers int
	today, _ := visit.DayOf(h.now(), time.UTC)
	next.Live().LiveRows(stats.DimBrowser, today-1, today, func(stats.Row) { browsers++ })
	if browsers != 1 {
		t.Errorf("%d browsers held after the restart, want 1", browsers)
	}
}
