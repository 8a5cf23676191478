package guard_test

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

var tokenOf = regexp.MustCompile(`<script src="/consent/beaconfull\.[\w-]+\.js"(?: data-k="([\w-]*)")?( data-w)? defer></script>`)

// visitPage asks for a page and returns the token in it; ok is false where there is no script.
func (h *house) visitPage(path string) (token string, ok bool) {
	h.t.Helper()
	_, text := h.do(http.MethodGet, path, nil)
	m := tokenOf.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// tell posts as the script does.
func (h *house) tell(fields ...string) (status int, answer string) {
	h.t.Helper()
	body := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		body.Add(fields[i], fields[i+1])
	}
	res, text := h.do(http.MethodPost, "/consent/beacon", body)
	return res.StatusCode, text
}

// rows are what waits in memory and may leave it.
func (h *house) rows(dim stats.Dimension) map[string]stats.Counts {
	h.t.Helper()
	got := map[string]stats.Counts{}
	h.guard.Live().LiveRows(dim, 0, 1<<20, func(r stats.Row) {
		c := got[r.Value]
		c.Add(&r.Counts)
		got[r.Value] = c
	})
	return got
}

func (h *house) live() (sum stats.Counts) {
	h.guard.Live().LiveTotals(0, 1<<20, func(t stats.Total) { sum.Add(&t.Counts) })
	return sum
}

func (h *house) fate(t *testing.T, name string, want int64) {
	t.Helper()
	if got := h.guard.State().Beacon.Fates[name]; got != want {
		t.Errorf("%d deliveries were %s, want %d", got, name, want)
	}
}

func TestPagesTell(t *testing.T) {
	h := build(t, nil)
	token, ok := h.visitPage("/articles/aport")
	if !ok || token == "" {
		t.Fatal("the page has no token")
	}
	status, answer := h.tell("k", token, "n", "0", "p", "/articles/aport", "s", "0", "t", "Апорт", "d", "60", "l", "1200", "c", "30",
		"o", "example.org", "f", "cdn.example/list.pdf", "e", "signup\tplan=free", "w", "5")
	if status != http.StatusNoContent || answer != "" {
		t.Fatalf("status %d, %q", status, answer)
	}
	for dim, value := range map[stats.Dimension]string{
		stats.DimTitle: "Апорт", stats.DimOutbound: "cdn.example/list.pdf", stats.DimEvent: "signup: plan=free", stats.DimLCP: "1500",
		stats.DimCLS: "50", stats.DimScroll: "75", stats.DimEngaged: "1",
	} {
		if rows := h.rows(dim); rows[value][stats.Events] != 1 {
			t.Errorf("%v: %v, want one %q", dim, rows, value)
		}
	}
	if rows := h.rows(stats.DimScreen); len(rows) != 0 {
		t.Errorf("the screen of a visitor who has not agreed is told: %v", rows)
	}
	if sum := h.live(); sum[stats.Views] != 1 || sum[stats.Beacons] != 1 || sum[stats.Scrolled] != 60 {
		t.Errorf("totals %v", sum)
	}
	h.fate(t, "signed", 1)
}

// TestNobodySpeaksForAnotherPage: what comes twice, of another page, or without a token, is shown apart and adds to nothing.
func TestNobodySpeaksForAnotherPage(t *testing.T) {
	h := build(t, nil)
	token, _ := h.visitPage("/a")
	h.tell("k", token, "p", "/a", "t", "A")
	before := h.live()
	h.tell("k", token, "p", "/a", "t", "A again")
	h.tell("k", token, "n", "1", "p", "/b", "t", "B")
	h.tell("p", "/c", "t", "C", "o", "example.org", "e", "signup")
	h.header.Set("User-Agent", strings.Replace(browser, "146", "145", 1))
	h.tell("k", token, "n", "2", "p", "/a", "t", "Stolen")
	if after := h.live(); after != before {
		t.Errorf("totals grew from %v to %v", before, after)
	}
	if rows := h.rows(stats.DimTitle); len(rows) != 1 || rows["A"][stats.Events] != 1 {
		t.Errorf("titles: %v", rows)
	}
	if rows := h.rows(stats.DimUnsigned); rows["page /c"][stats.Events] != 1 || rows["outbound example.org"][stats.Events] != 1 || rows["event signup"][stats.Events] != 1 {
		t.Errorf("apart: %v", rows)
	}
	h.fate(t, "open", 4)
}

// TestS4_4_5_WhoRefusesTellsNothing: no script is sent to visitors who refuse or whose browser asks, and what one sends all
// the same is not counted.
func TestS4_4_5_WhoRefusesTellsNothing(t *testing.T) {
	for name, refuse := range map[string]func(*house){
		"refused": func(h *house) { h.choose("reject") },
		"GPC":     func(h *house) { h.header.Set("Sec-Gpc", "1") },
	} {
		h := build(t, nil)
		token, _ := h.visitPage("/a")
		refuse(h)
		if _, ok := h.visitPage("/a"); ok {
			t.Errorf("%s: the page has the script", name)
		}
		before := h.live()
		if status, _ := h.tell("k", token, "p", "/a", "t", "A", "e", "signup"); status != http.StatusNoContent {
			t.Errorf("%s: status %d", name, status)
		}
		if after := h.live(); after != before || len(h.rows(stats.DimTitle))+len(h.rows(stats.DimEvent))+len(h.rows(stats.DimUnsigned)) != 0 {
			t.Errorf("%s: something is counted: %v, then %v", name, before, after)
		}
		h.fate(t, "refused", 1)
	}
}

func TestScreensAreToldByConsentAlone(t *testing.T) {
	h := build(t, nil)
	h.choose("accept")
	token, _ := h.visitPage("/a")
	h.tell("k", token, "p", "/a", "w", "5")
	if rows := h.rows(stats.DimScreen); rows["wide"][stats.Visitors] != 1 {
		t.Errorf("screens: %v", rows)
	}
}

func TestBeaconOnlyWithConsent(t *testing.T) {
	h := build(t, func(c *guard.Config) { c.Beacon.Consent = true })
	if _, ok := h.visitPage("/a"); ok {
		t.Error("an undecided visitor's page has the script")
	}
	h.choose("accept")
	if token, ok := h.visitPage("/a"); !ok || token == "" {
		t.Error("the page of a visitor who agreed has none")
	}
}

// TestVirtualPages: a document that changes is a page view, with a token of its own, once for each token.
func TestVirtualPages(t *testing.T) {
	h := build(t, func(c *guard.Config) { c.Beacon.Routes = []string{"/b"} })
	token, _ := h.visitPage("/a")
	status, next := h.tell("k", token, "p", "/a", "t", "A", "v", "/b")
	if status != http.StatusOK || next == "" || next == token {
		t.Fatalf("status %d, token %q", status, next)
	}
	if status, again := h.tell("k", token, "p", "/a", "v", "/b"); status != http.StatusNoContent || again != "" {
		t.Errorf("the same change twice: status %d, token %q", status, again)
	}
	if status, _ := h.tell("k", next, "p", "/b", "t", "B"); status != http.StatusNoContent {
		t.Errorf("status %d", status)
	}
	if sum := h.live(); sum[stats.Views] != 2 || sum[stats.Visits] != 1 || sum[stats.Beacons] != 2 {
		t.Errorf("totals %v, want two page views of one visit", sum)
	}
	if rows := h.rows(stats.DimPage); rows["/b"][stats.Views] != 1 {
		t.Errorf("pages: %v", rows)
	}
}

// TestOneChangeForEachToken: a token is good for one page in place of its own, whatever the number of the delivery.
func TestOneChangeForEachToken(t *testing.T) {
	h := build(t, func(c *guard.Config) { c.Beacon.Routes = []string{"/b", "/c"} })
	token, _ := h.visitPage("/a")
	h.tell("k", token, "p", "/a", "v", "/b")
	if _, again := h.tell("k", token, "n", "1", "p", "/a", "v", "/c"); again != "" {
		t.Error("one token changes the document twice")
	}
	if sum := h.live(); sum[stats.Views] != 2 {
		t.Errorf("%d page views, want the page and one in its place", sum[stats.Views])
	}
}

// TestNobodyMakesPagesUp: one page load is good for no page that the server never answered with, for no goal, and for so many
// events; what comes beyond is shown apart.
func TestNobodyMakesPagesUp(t *testing.T) {
	plan, err := visit.NewPlan([]visit.Goal{{Name: "order", Aim: visit.Aim{Page: "/done"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := build(t, func(c *guard.Config) { c.Plan, c.Beacon.Routes = plan, []string{"/app/**"} })
	h.header.Set("User-Agent", strings.Replace(browser, "146", "145", 1))
	h.visitPage("/done") // of somebody who ordered
	h.header.Set("User-Agent", browser)
	token, _ := h.visitPage("/a")
	path := "/a"
	for _, next := range []string{"/made/up", "/done", "/app/b"} {
		_, token = h.tell("k", token, "p", path, "v", next)
		path = next
	}
	if rows := h.rows(stats.DimPage); rows["/made/up"][stats.Views] != 0 || rows["/done"][stats.Views] != 2 || rows["/app/b"][stats.Views] != 1 {
		t.Errorf("pages %v: want none that was made up, the one that was served to another, and the declared one", rows)
	}
	if rows := h.rows(stats.DimUnsigned); rows["page /made/up"][stats.Events] != 1 {
		t.Errorf("apart: %v", rows)
	}
	if rows := h.rows(stats.DimGoal); rows["order"][stats.Visits] != 1 {
		t.Errorf("goals %v: want that of the visitor who was answered alone", rows)
	}
	before := h.live()[stats.Views]
	for i := range 30 {
		next := "/app/" + string(rune('a'+i%26))
		path, token = next, h.next(t, token, path, next)
	}
	if after := h.live()[stats.Views]; after-before > 12 {
		t.Errorf("%d page views of a document that moves on before anybody can look", after-before)
	}
	events := []string{"k", token, "p", path}
	for range 16 {
		events = append(events, "e", "play", "o", "example.org")
	}
	for n := range 8 {
		h.tell(append(slices.Clone(events), "n", strconv.Itoa(n+1))...)
	}
	if rows := h.rows(stats.DimEvent); rows["play"][stats.Events]+h.rows(stats.DimOutbound)["example.org"][stats.Events] != 48 {
		t.Errorf("one page told of %v, want 48 events and links", rows)
	}
}

// next tells that a document shows another page and returns the token of it.
func (h *house) next(t *testing.T, token, from, to string) string {
	t.Helper()
	status, next := h.tell("k", token, "p", from, "v", to)
	if status != http.StatusOK || next == "" {
		t.Fatalf("%s after %s: status %d, token %q", to, from, status, next)
	}
	return next
}

// TestPagesFetchedAheadCountWhenShown: a page that the browser fetches before anybody looks is no page view. Its script
// says when it is shown, once, and then it tells like any other.
func TestPagesFetchedAheadCountWhenShown(t *testing.T) {
	for _, purpose := range []string{"prefetch", "prefetch;prerender"} {
		h := build(t, nil)
		h.header.Set("Sec-Purpose", purpose)
		_, text := h.do(http.MethodGet, "/a", nil)
		h.header.Del("Sec-Purpose")
		m := regexp.MustCompile(`data-k="([\w-]+)" data-a="1" defer`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("%s: the page does not know that it was fetched ahead", purpose)
		}
		if sum := h.live(); sum[stats.Views] != 0 || sum[stats.Visits] != 0 {
			t.Fatalf("%s: counted before anybody looked: %v", purpose, sum)
		}
		status, next := h.tell("k", m[1], "p", "/a", "v", "/a", "t", "A", "s", "0", "d", "50", "l", "90", "c", "1")
		if status != http.StatusOK || next == "" || next == m[1] {
			t.Fatalf("%s: status %d, token %q", purpose, status, next)
		}
		if _, again := h.tell("k", m[1], "n", "1", "p", "/a", "v", "/a"); again != "" {
			t.Errorf("%s: shown twice under one token", purpose)
		}
		sum := h.live()
		if sum[stats.Views] != 1 || sum[stats.Visits] != 1 || sum[stats.Beacons] != 0 || len(h.rows(stats.DimTitle))+len(h.rows(stats.DimLCP))+len(h.rows(stats.DimScroll)) != 0 {
			t.Errorf("%s: being shown counts as %v, %v", purpose, sum, h.rows(stats.DimTitle))
		}
		if asked := h.rows(stats.DimConsent)["banner/shown"]; asked[stats.Events] != 1 {
			t.Errorf("%s: the question on the page was put %d times", purpose, asked[stats.Events])
		}
		h.tell("k", next, "p", "/a", "t", "A")
		if sum := h.live(); sum[stats.Views] != 1 || sum[stats.Beacons] != 1 || h.rows(stats.DimTitle)["A"][stats.Events] != 1 {
			t.Errorf("%s: it tells of itself as %v, %v", purpose, sum, h.rows(stats.DimTitle))
		}
	}
	h := build(t, nil)
	if _, text := h.do(http.MethodGet, "/a", nil); strings.Contains(text, "data-a") {
		t.Error("a page that somebody asked for says that it was fetched ahead")
	}
	h.tell("p", "/a", "v", "/a")
	if sum := h.live(); sum[stats.Views] != 1 || len(h.rows(stats.DimUnsigned)) != 0 {
		t.Errorf("being shown without a token counts: %v", sum)
	}
}

// TestPagesShownAgainCount: back and forward may bring a page whole out of the browser's memory; that is a page view, of the
// visit that goes on.
func TestPagesShownAgainCount(t *testing.T) {
	h := build(t, nil)
	token, _ := h.visitPage("/a")
	h.tell("k", token, "p", "/a", "t", "A")
	h.visitPage("/b")
	_, next := h.tell("k", token, "n", "1", "p", "/a", "v", "/a")
	h.tell("k", next, "p", "/a", "t", "A")
	if sum := h.live(); sum[stats.Views] != 3 || sum[stats.Visits] != 1 || sum[stats.Beacons] != 2 {
		t.Errorf("totals %v, want three page views of one visit", sum)
	}
	if rows := h.rows(stats.DimPage); rows["/a"][stats.Views] != 2 || rows["/a"][stats.Entries] != 1 {
		t.Errorf("pages: %v", rows)
	}
	h.header.Set("User-Agent", "curl/8.5.0")
	if _, more := h.tell("k", next, "n", "1", "p", "/a", "v", "/a"); more != "" {
		t.Error("another browser shows the page again")
	}
}

func TestBeaconRefuses(t *testing.T) {
	h := build(t, func(c *guard.Config) { c.Beacon.Events = []string{"signup"} })
	for _, row := range []struct {
		name, method, site, kind string
		want                     int
	}{
		{"to read", http.MethodGet, "same-origin", "", http.StatusMethodNotAllowed},
		{"another site", http.MethodPost, "cross-site", "application/x-www-form-urlencoded", http.StatusForbidden},
		{"a sister site", http.MethodPost, "same-site", "application/x-www-form-urlencoded", http.StatusForbidden},
		{"JSON", http.MethodPost, "same-origin", "application/json", http.StatusUnsupportedMediaType},
		{"nothing", http.MethodPost, "same-origin", "application/x-www-form-urlencoded", http.StatusBadRequest},
	} {
		req, err := http.NewRequest(row.method, h.server.URL+"/consent/beacon", strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"User-Agent": {browser}, "Sec-Fetch-Site": {row.site}, "Content-Type": {row.kind}}
		res, err := h.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != row.want {
			t.Errorf("%s: status %d, want %d", row.name, res.StatusCode, row.want)
		}
	}
	token, _ := h.visitPage("/a")
	h.tell("k", token, "p", "/a", "e", "signup", "e", "made-up")
	if rows := h.rows(stats.DimEvent); len(rows) != 1 || rows["signup"][stats.Events] != 1 {
		t.Errorf("events: %v, want the declared one alone", rows)
	}
	h.header.Set("User-Agent", "curl/8.5.0")
	h.tell("p", "/a", "e", "signup")
	h.fate(t, "bot", 1)
}

// TestAdBlockedVisitorsCount: whose browser runs no script of ours is counted all the same, by the server.
func TestAdBlockedVisitorsCount(t *testing.T) {
	h := build(t, nil)
	for range 3 {
		h.do(http.MethodGet, "/a", nil)
	}
	if sum := h.live(); sum[stats.Views] != 3 || sum[stats.Visitors] != 1 || sum[stats.Beacons] != 0 {
		t.Errorf("totals %v", sum)
	}
}

// TestProxyHopIsNoBot: a proxy that speaks HTTP/1.1 and sends no fetch metadata does not make its visitors programs.
func TestProxyHopIsNoBot(t *testing.T) {
	h := build(t, nil)
	h.header = http.Header{"User-Agent": {browser}, "Via": {"1.1 proxy.example"}, "X-Forwarded-For": {"192.0.2.9"}, "Connection": {"close"}}
	h.do(http.MethodGet, "/a", nil)
	if sum := h.live(); sum[stats.Views] != 1 || sum[stats.Bots] != 0 {
		t.Errorf("totals %v", sum)
	}
}

// TestOwnVisitsAreLeftOut: at one's own wish, while signed in to the dashboard, and from networks that the site names.
func TestOwnVisitsAreLeftOut(t *testing.T) {
	t.Run("wish", func(t *testing.T) {
		h := build(t, nil)
		h.header.Set("Accept-Language", "kk")
		if _, text := h.do(http.MethodGet, "/consent/exclude-me", nil); !strings.Contains(text, "Мені санамау") {
			t.Errorf("the page does not offer it: %s", text)
		}
		h.do(http.MethodPost, "/consent/exclude-me", url.Values{"leave": {"1"}})
		if _, ok := h.visitPage("/a"); ok || !h.jar()["kelisim_own"] {
			t.Error("the page has the script, or the cookie is missing")
		}
		h.tell("p", "/a", "e", "signup")
		if sum := h.live(); !sum.IsZero() || h.guard.State().Own != 1 {
			t.Errorf("totals %v, %d left out", sum, h.guard.State().Own)
		}
		h.do(http.MethodPost, "/consent/exclude-me", url.Values{"count": {"1"}})
		h.do(http.MethodGet, "/a", nil)
		if sum := h.live(); sum[stats.Views] != 1 {
			t.Errorf("counted again: %v", sum)
		}
	})
	t.Run("another site cannot wish", func(t *testing.T) {
		h := build(t, nil)
		h.header.Set("Sec-Fetch-Site", "cross-site")
		if res, _ := h.do(http.MethodPost, "/consent/exclude-me", url.Values{"leave": {"1"}}); res.StatusCode != http.StatusForbidden {
			t.Errorf("status %d", res.StatusCode)
		}
	})
	t.Run("network", func(t *testing.T) {
		h := build(t, func(c *guard.Config) {
			c.Own = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
		})
		h.header.Set("Cookie", "my_kelisim_own=1")
		h.do(http.MethodGet, "/a", nil)
		if sum := h.live(); !sum.IsZero() {
			t.Errorf("totals %v", sum)
		}
	})
	t.Run("another cookie", func(t *testing.T) {
		h := build(t, nil)
		h.header.Set("Cookie", "my_kelisim_own=1; kelisim_own=")
		h.do(http.MethodGet, "/a", nil)
		if sum := h.live(); sum[stats.Views] != 1 {
			t.Errorf("totals %v", sum)
		}
	})
}

// fragile is a locator that breaks when it is told to.
type fragile struct {
	geo.Locator
	broken atomic.Bool
}

func (f *fragile) Locate(addr netip.Addr) geo.Location {
	if f.broken.Load() {
		panic("the tables are gone")
	}
	return f.Locator.Locate(addr)
}

// TestFaultOfTheBeaconIsOurs: a page that tells while something of ours breaks gets an answer.
func TestFaultOfTheBeaconIsOurs(t *testing.T) {
	tables, err := geo.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	locator := &fragile{Locator: tables}
	h := build(t, func(c *guard.Config) { c.Locator = locator })
	locator.broken.Store(true)
	if status, _ := h.tell("p", "/a"); status != http.StatusNoContent {
		t.Errorf("status %d", status)
	}
	if h.guard.State().Faults == 0 {
		t.Error("the fault is not counted")
	}
}

// TestSharedPagesTellApart: a page that a cache keeps for everybody has the script without a token, and so have pages of a
// file server by the script's lasting name.
func TestSharedPagesTellApart(t *testing.T) {
	h := build(t, nil)
	site := h.guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=600")
		_, _ = io.WriteString(w, "<!doctype html><html><body><p>page</p></body></html>")
	}))
	h.server.Config.Handler = site
	if token, ok := h.visitPage("/shared"); !ok || token != "" {
		t.Errorf("the shared page: script %v, token %q", ok, token)
	}
	res, text := h.do(http.MethodGet, "/consent/beacon.js", nil)
	if res.StatusCode != http.StatusOK || !strings.Contains(text, "sendBeacon") || res.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("the script: status %d, %v", res.StatusCode, res.Header)
	}
	h.tell("p", "/shared", "t", "Shared")
	if rows := h.rows(stats.DimUnsigned); rows["page /shared"][stats.Events] != 1 {
		t.Errorf("apart: %v", rows)
	}
}

// TestBeaconOff: no script, and no endpoint.
func TestBeaconOff(t *testing.T) {
	h := build(t, func(c *guard.Config) { c.Beacon.Mode = guard.BeaconOff })
	if _, ok := h.visitPage("/a"); ok {
		t.Error("the page has the script")
	}
	if status, _ := h.tell("p", "/a"); status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		t.Errorf("the endpoint answers %d", status)
	}
	if h.live()[stats.Beacons] != 0 || len(h.rows(stats.DimUnsigned)) != 0 {
		t.Error("something is counted")
	}
}

func TestBeaconSettingsAreChecked(t *testing.T) {
	for _, b := range []guard.Beacon{{Mode: "loud"}, {Events: []string{"Sign Up"}}, {Events: []string{""}}, {Events: []string{"a@b.example"}}, {Events: make([]string, 500)}} {
		c := guard.Config{Beacon: b, Dir: t.TempDir()}
		if _, err := guard.New(c); err == nil || !strings.Contains(err.Error(), "Beacon") {
			t.Errorf("%+v: %v", b, err)
		}
	}
}

// TestEventsReachGoals: what a page tells with its token reaches the goals and funnels of its visit; what comes without one
// does not.
func TestEventsReachGoals(t *testing.T) {
	h := build(t, func(c *guard.Config) {
		plan, err := visit.NewPlan(
			[]visit.Goal{{Name: "Account", Aim: visit.Aim{Event: "signup"}}},
			[]visit.Funnel{{Name: "Way", Steps: []visit.Aim{{Page: "/a"}, {Event: "signup"}}}},
		)
		if err != nil {
			t.Fatal(err)
		}
		c.Plan = plan
	})
	token, _ := h.visitPage("/a")
	h.tell("p", "/a", "e", "signup")
	if rows := h.rows(stats.DimGoal); len(rows) != 0 {
		t.Errorf("a made-up event reached %v", rows)
	}
	h.tell("k", token, "p", "/a", "e", "signup", "e", "signup")
	if rows := h.rows(stats.DimGoal); rows["Account"][stats.Events] != 2 || rows["Account"][stats.Visits] != 1 {
		t.Errorf("goals %v, want one visit that reached it twice", rows)
	}
	if rows := h.rows(stats.DimFunnel); rows[stats.FunnelStep("Way", 2)][stats.Visits] != 1 {
		t.Errorf("funnels %v", rows)
	}
}
