package csp_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/csp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// rules is a policy with services for three purposes.
func rules(t testing.TB, change func(*consent.Policy)) *consent.Rulebook {
	t.Helper()
	text := consent.Text{"en": "text"}
	p := consent.Policy{
		Site: consent.Site{Name: "Shop", Domains: []string{"shop.example"}}, Region: "DE", DataRegion: "DE",
		Controller: consent.Controller{Name: "Shop", Contact: "privacy@shop.example"}, Languages: []string{"en"},
		Revision: consent.Revision{Number: 1, Date: "2026-11-23", Change: consent.Material},
		Services: []consent.Service{
			{ID: "pay", Name: "Pay", Purpose: consent.Necessary, Origins: []string{"https://pay.example"}},
			{ID: "count", Name: "Count", Purpose: consent.Statistics, Origins: []string{"https://count.example", "https://*.count.example"}},
			{ID: "ads", Name: "Ads", Purpose: consent.Marketing, Origins: []string{"https://ads.example", "http://pixel.example:8080"}},
			{ID: "video", Name: "Video", Purpose: consent.Marketing, Origins: []string{"https://video.example", "https://ads.example"}},
			{ID: "mail", Name: "Mail", Purpose: consent.Marketing},
		},
	}
	for _, id := range []consent.Purpose{consent.Necessary, consent.Preferences, consent.Statistics, consent.Marketing} {
		p.Purposes = append(p.Purposes, consent.PurposeInfo{ID: id, Name: text, Text: text})
	}
	if change != nil {
		change(&p)
	}
	b, err := consent.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func book(t testing.TB, o csp.Options) *csp.Book {
	t.Helper()
	b, err := csp.New(rules(t, nil), o, csp.Site{Hosts: []string{"static.shop-cdn.example"}, Report: "/consent/report"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chosen is a visitor who granted the given purposes; "undecided" is nobody yet.
func chosen(t testing.TB, purposes ...consent.Purpose) consent.Choice {
	t.Helper()
	c, _ := rules(t, nil).Apply(consent.Submission{Action: consent.Choose, Purposes: purposes, Method: consent.MethodBanner}, consent.Choice{}, now)
	return c
}

func get(dest string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://shop.example/a", nil)
	if dest != "" {
		r.Header.Set("Sec-Fetch-Dest", dest)
	}
	return r
}

func page(t testing.TB, purposes ...consent.Purpose) csp.Response {
	return csp.Response{Request: get("document"), Status: 200, Choice: chosen(t, purposes...), Secure: true, Reporting: true}
}

func html() http.Header { return http.Header{"Content-Type": {"text/html; charset=utf-8"}} }

// TestHeaders compares every header that goes out with golden files, for all modes and choices.
func TestHeaders(t *testing.T) {
	for _, mode := range []csp.Mode{csp.ReportOnly, csp.Enforce, csp.Off} {
		var got strings.Builder
		for _, visitor := range []struct {
			name string
			csp.Response
		}{
			{"undecided", csp.Response{Request: get("document"), Status: 200, Secure: true, Reporting: true}},
			{"refused", page(t)},
			{"statistics", page(t, consent.Statistics)},
			{"marketing", page(t, consent.Marketing)},
			{"everything", page(t, consent.Preferences, consent.Statistics, consent.Marketing)},
			{"everything, plain http", func() csp.Response {
				r := page(t, consent.Preferences, consent.Statistics, consent.Marketing)
				r.Secure = false
				return r
			}()},
			{"refused, cacheable page", func() csp.Response { r := page(t); r.Shared = true; return r }()},
			{"refused, no reports wanted", func() csp.Response { r := page(t); r.Reporting = false; return r }()},
		} {
			h := html()
			private := book(t, csp.Options{Mode: mode}).Apply(h, visitor.Response)
			got.WriteString("# " + visitor.name + "\n")
			if private {
				got.WriteString("private\n")
			}
			_ = h.WriteSubset(&got, map[string]bool{"Content-Type": true})
			got.WriteString("\n")
		}
		golden(t, "headers-"+string(mode)+".txt", strings.ReplaceAll(got.String(), "\r\n", "\n"))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew); got:\n%s", name, got)
	}
}

// TestSitePolicyStands: whatever the site sends goes out as it was, before ours, in lines of its own.
func TestSitePolicyStands(t *testing.T) {
	for _, row := range []struct{ name, header, site string }{
		{"nonce", "Content-Security-Policy", "script-src 'nonce-abc' 'strict-dynamic'; object-src 'none'"},
		{"hash", "Content-Security-Policy", "script-src 'sha256-AAAA='"},
		{"none", "Content-Security-Policy", "default-src 'none'"},
		{"two in a line", "Content-Security-Policy", "img-src a.example, img-src b.example"},
		{"malformed", "Content-Security-Policy", ";;\x00 , script-src"},
		{"its own reports", "Content-Security-Policy-Report-Only", "default-src 'self'; report-to csp"},
		{"its own endpoints", "Reporting-Endpoints", `csp="/own"`},
		{"features", "Permissions-Policy", "camera=(), browsing-topics=(self)"},
	} {
		for _, mode := range []csp.Mode{csp.ReportOnly, csp.Enforce, csp.Off} {
			h := html()
			own := []string{row.site}
			h[row.header] = own[:1:1]
			book(t, csp.Options{Mode: mode}).Apply(h, page(t))
			if lines := h[row.header]; lines[0] != row.site || len(own) != 1 {
				t.Errorf("%s, %s: the site's line became %q", row.name, mode, lines)
			}
			if lines := h[row.header]; len(lines) > 2 {
				t.Errorf("%s, %s: %d lines", row.name, mode, len(lines))
			}
		}
	}
}

// TestNothingSwitchesTheListOff: none of the sources that change what the others mean (CSP3 section 8.2).
func TestNothingSwitchesTheListOff(t *testing.T) {
	for _, o := range []csp.Options{{}, {Mode: csp.Enforce}, {Mode: csp.Enforce, NoInline: true, Free: []string{"img-src"}}} {
		b := book(t, o)
		for _, c := range []consent.Choice{{}, chosen(t), chosen(t, consent.Statistics), chosen(t, consent.Statistics, consent.Marketing)} {
			policy := b.Policy(c)
			for _, word := range []string{"nonce-", "sha256", "sha384", "strict-dynamic", "'none'", ",", "\n", "report-sample"} {
				if strings.Contains(policy, word) {
					t.Errorf("%+v: %q holds %q", o, policy, word)
				}
			}
			if inline := strings.Contains(policy, "default-src 'self' 'unsafe-inline' 'unsafe-eval' "); inline == o.NoInline {
				t.Errorf("%+v: %q", o, policy)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	for _, row := range []struct {
		name      string
		o         csp.Options
		c         consent.Choice
		has, lack string
	}{
		{"own source", csp.Options{Allow: []string{"https://cdn.example.kz"}}, chosen(t), " https://cdn.example.kz", "ads"},
		{"site's hosts", csp.Options{}, chosen(t), " shop.example wss://shop.example *.shop.example", "count"},
		{"other hosts", csp.Options{}, chosen(t), " static.shop-cdn.example ", "video"},
		{"necessary service", csp.Options{}, chosen(t), " https://pay.example wss://pay.example", "ads.example"},
		{"granted", csp.Options{}, chosen(t, consent.Statistics), " https://*.count.example wss://*.count.example", "pixel"},
		{"plain http", csp.Options{}, chosen(t, consent.Marketing), " http://pixel.example:8080 ws://pixel.example:8080", "count"},
		{"one kind free", csp.Options{Free: []string{"img-src"}}, chosen(t), "; img-src * data: blob:", "font-src"},
		{"lenient, refused", csp.Options{Lenient: true}, chosen(t), "default-src", "ads"},
		{"lenient, granted", csp.Options{Lenient: true}, chosen(t, consent.Statistics, consent.Marketing), "", "default-src"},
		{"off", csp.Options{Mode: csp.Off}, chosen(t), "", "default-src"},
	} {
		if got := book(t, row.o).Policy(row.c); !strings.Contains(got, row.has) || strings.Contains(got, row.lack) {
			t.Errorf("%s: %q: want %q and not %q", row.name, got, row.has, row.lack)
		}
	}
	faulty := csp.Options{Mode: "strict", Allow: []string{"'none'", "https://a; b", "*", "a,b", "https://a/path", ""}, Free: []string{"form-action"}}
	_, err := csp.New(rules(t, nil), faulty, csp.Site{})
	if err == nil || strings.Count(err.Error(), "csp: ") != 8 {
		t.Errorf("faults: %v", err)
	}
}

// TestServicesOneByOne: where visitors answer for each service, each brings its own origins.
func TestServicesOneByOne(t *testing.T) {
	each := rules(t, func(p *consent.Policy) { p.PerService = true })
	b, err := csp.New(each, csp.Options{}, csp.Site{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		services  []string
		has, lack string
	}{
		{nil, "pay.example", "video"},
		{[]string{"video"}, "https://video.example", "pixel"},
		{[]string{"ads"}, "pixel", "video"},
		{[]string{"count"}, "count.example", "ads"},
	} {
		c, _ := each.Apply(consent.Submission{Action: consent.Choose, Services: row.services, Method: consent.MethodBanner}, consent.Choice{}, now)
		if got := b.Policy(c); !strings.Contains(got, row.has) || strings.Contains(got, row.lack) {
			t.Errorf("%v: %q", row.services, got)
		}
	}
}

// TestTrackerOnTheSitesOwnDomain: a name of the site that leads to somebody else is no part of the site.
func TestTrackerOnTheSitesOwnDomain(t *testing.T) {
	for _, row := range []struct{ origin, has, lack string }{
		{"https://stats.shop.example", " shop.example ", "*.shop.example"},
		{"https://*.stats.shop.example", " shop.example ", "*.shop.example"},
		{"https://shop.example:8443", " *.shop.example", " shop.example"},
		{"https://stats.otherwise-shop.example", " *.shop.example", "otherwise"},
	} {
		b, err := csp.New(rules(t, func(p *consent.Policy) { p.Services[1].Origins = []string{row.origin} }), csp.Options{}, csp.Site{})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Policy(chosen(t)); !strings.Contains(got, row.has) || strings.Contains(got, row.lack) {
			t.Errorf("%s: %q", row.origin, got)
		}
	}
}

func TestWhichResponses(t *testing.T) {
	for _, row := range []struct {
		name, dest, media string
		status            int
		has               bool
	}{
		{"page", "document", "text/html", 200, true},
		{"page in odd case", "", "TEXT/HTML;charset=x", 200, true},
		{"error page", "document", "text/html", 500, true},
		{"frame", "iframe", "application/xhtml+xml", 200, true},
		{"prefetched page", "empty", "text/html", 200, true},
		{"page without a type", "document", "", 200, true},
		{"drawing as a page", "document", "image/svg+xml", 200, true},
		{"drawing as an image", "image", "image/svg+xml", 200, false},
		{"worker", "worker", "text/javascript", 200, true},
		{"service worker", "serviceworker", "application/javascript; charset=utf-8", 200, true},
		{"script", "script", "text/javascript", 200, false},
		{"image", "image", "image/png", 200, false},
		{"data", "empty", "application/json", 200, false},
		{"download without a type", "image", "", 200, false},
		{"redirect", "document", "text/html", 302, false},
		{"nothing", "document", "text/html", 204, false},
	} {
		h := http.Header{}
		if row.media != "" {
			h.Set("Content-Type", row.media)
		}
		r := page(t)
		r.Request, r.Status = get(row.dest), row.status
		book(t, csp.Options{Mode: csp.Enforce}).Apply(h, r)
		if has := h.Get("Content-Security-Policy") != ""; has != row.has {
			t.Errorf("%s: %v, want %v", row.name, has, row.has)
		}
	}
}

// TestRevalidation: what a 304 says replaces what a cache holds, so that ours never goes alone.
func TestRevalidation(t *testing.T) {
	b, r := book(t, csp.Options{Mode: csp.Enforce}), page(t)
	r.Status = http.StatusNotModified
	h := http.Header{"Etag": {`"a"`}}
	b.Apply(h, r)
	if !reflect.DeepEqual(h, http.Header{"Etag": {`"a"`}}) {
		t.Errorf("a 304 without a policy of the site became %v", h)
	}
	h = http.Header{"Content-Security-Policy": {"img-src 'self'"}, "Permissions-Policy": {"camera=()"}}
	b.Apply(h, r)
	if len(h["Content-Security-Policy"]) != 2 || len(h["Permissions-Policy"]) != 2 {
		t.Errorf("a 304 with policies of the site became %v", h)
	}
	h, r.Status = html(), 200
	h["Etag"], h["Last-Modified"] = []string{`"a"`}, []string{"Mon, 23 Nov 2026 09:00:00 GMT"}
	if private := b.Apply(h, r); !private || h.Get("Etag") != "" || h.Get("Last-Modified") != "" {
		t.Errorf("an enforced page is private %v and keeps validators: %v", private, h)
	}
}

func TestCacheablePages(t *testing.T) {
	everything := book(t, csp.Options{Mode: csp.Enforce}).Policy(chosen(t, consent.Statistics, consent.Marketing))
	for _, row := range []struct {
		name            string
		o               csp.Options
		private, common bool
	}{
		{"report-only", csp.Options{}, false, true},
		{"enforced", csp.Options{Mode: csp.Enforce}, true, false},
		{"enforced, kept", csp.Options{Mode: csp.Enforce, KeepShared: true}, false, true},
		{"off", csp.Options{Mode: csp.Off}, false, false},
	} {
		h, r := html(), page(t)
		r.Shared = true
		private := book(t, row.o).Apply(h, r)
		policy := h.Get("Content-Security-Policy") + h.Get("Content-Security-Policy-Report-Only")
		if private != row.private || strings.HasPrefix(policy, everything) != row.common {
			t.Errorf("%s: private %v, %q", row.name, private, policy)
		}
		if h.Get("Permissions-Policy") == "" {
			t.Errorf("%s: advertising features are on for whoever the cache serves", row.name)
		}
	}
}

func TestAdvertisingFeaturesFollowMarketing(t *testing.T) {
	for _, row := range []struct {
		name string
		o    csp.Options
		c    consent.Choice
		off  bool
	}{
		{"undecided", csp.Options{}, consent.Choice{}, true},
		{"refused", csp.Options{Mode: csp.Off}, chosen(t), true},
		{"statistics", csp.Options{}, chosen(t, consent.Statistics), true},
		{"marketing", csp.Options{}, chosen(t, consent.Marketing), false},
		{"left alone", csp.Options{KeepFeatures: true}, chosen(t), false},
	} {
		h, r := html(), page(t)
		r.Choice = row.c
		book(t, row.o).Apply(h, r)
		got := h.Get("Permissions-Policy")
		if off := strings.Contains(got, "browsing-topics=()") && strings.Contains(got, "run-ad-auction=()"); off != row.off {
			t.Errorf("%s: %q", row.name, got)
		}
	}
}

// TestFeaturesByBrowser: a Chromium that has lost a feature complains of its name on every page.
func TestFeaturesByBrowser(t *testing.T) {
	for _, row := range []struct {
		agent       string
		shared, all bool
	}{
		{"", false, true},
		{"Mozilla/5.0 Chrome/155.0.0.0 Safari/537.36", false, true},
		{"Mozilla/5.0 Chrome/156.0.0.0 Safari/537.36", false, false},
		{"Mozilla/5.0 Chrome/1560.0 Edg/1560.0", false, false},
		{"Mozilla/5.0 Chrome/156.0.0.0 Safari/537.36", true, true},
		{"Mozilla/5.0 Gecko/20100101 Firefox/150.0", false, true},
		{"Chrome/x", false, true},
	} {
		h, r := html(), page(t)
		r.Request.Header.Set("User-Agent", row.agent)
		r.Shared = row.shared
		book(t, csp.Options{}).Apply(h, r)
		if got := h.Get("Permissions-Policy"); strings.Contains(got, "run-ad-auction=()") != row.all || !strings.Contains(got, "browsing-topics=()") {
			t.Errorf("%q, shared %v: %q", row.agent, row.shared, got)
		}
	}
}

func TestService(t *testing.T) {
	b := book(t, csp.Options{})
	for _, row := range []struct{ origin, id string }{
		{"https://ads.example", "ads"}, {"wss://ads.example", "ads"}, {"http://ads.example", ""},
		{"https://eu.count.example", "count"}, {"https://a.b.count.example", "count"}, {"https://xcount.example", ""},
		{"http://pixel.example:8080", "ads"}, {"https://pixel.example:8080", "ads"}, {"http://pixel.example", ""},
		{"https://count.example.evil", ""}, {"", ""},
	} {
		if id, ok := b.Service(row.origin); id != row.id || ok != (row.id != "") {
			t.Errorf("%s: %q %v, want %q", row.origin, id, ok, row.id)
		}
	}
}

// TestBudget: once a policy is made, answering with it costs no memory but for the header map.
func TestBudget(t *testing.T) {
	for _, mode := range []csp.Mode{csp.ReportOnly, csp.Enforce} {
		b, r, h := book(t, csp.Options{Mode: mode}), page(t, consent.Statistics), html()
		if n := testing.AllocsPerRun(200, func() {
			delete(h, "Content-Security-Policy")
			delete(h, "Content-Security-Policy-Report-Only")
			delete(h, "Permissions-Policy")
			delete(h, "Reporting-Endpoints")
			b.Apply(h, r)
		}); n > 0 {
			t.Errorf("%s: %v allocations", mode, n)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	k, r, h := book(b, csp.Options{}), page(b, consent.Statistics), html()
	b.ReportAllocs()
	for b.Loop() {
		clear(h)
		h["Content-Type"] = htmlType
		k.Apply(h, r)
	}
}

var htmlType = []string{"text/html; charset=utf-8"}
