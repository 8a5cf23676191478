package visit_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

const chromeAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"

var noon = time.Date(2024, 5, 17, 12, 0, 0, 0, almaty)

func anonymiser(t testing.TB, change ...func(*visit.Options)) *visit.Anonymiser {
	t.Helper()
	o := visit.Options{Secret: secret, Zone: almaty}
	for _, f := range change {
		f(&o)
	}
	a, err := visit.NewAnonymiser(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// browse is a GET of target by a person.
func browse(target string, pairs ...string) visit.Hit {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header = headers(pairs...)
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", chromeAgent)
	}
	return visit.Capture(r, visit.TrustDirect, noon)
}

var html = visit.Response{Status: 200, ContentType: "text/html; charset=utf-8"}

func TestPage(t *testing.T) {
	a := anonymiser(t, func(o *visit.Options) { o.Hosts, o.Tags = []string{"old.example.kz"}, []string{"ref"} })
	res := html
	res.Place = visit.Place{Country: "KZ", Region: "Almaty", City: "Almaty", Provider: "Kazakhtelecom"}
	got := a.Page(browse("https://example.kz/user/42/posts?utm_campaign=Nauryz&token=secret", "Accept-Language", "kk-KZ,ru;q=0.9", "Referer", "https://yandex.kz/search/?text=secret"), res)
	day := visit.DateOf(2024, 5, 17)
	want := visit.Pageview{
		Day: day, Hour: 12, Kind: visit.KindPage, Path: "/user/:id/posts", Section: "/user", Status: 200,
		Source: "yandex.kz", Channel: "campaign", Campaign: "nauryz", Country: "KZ", Region: "Almaty", City: "Almaty", Provider: "Kazakhtelecom",
		Browser: "Chrome", BrowserVersion: "Chrome 146", OS: "Windows", OSVersion: "Windows 10", Device: "desktop", Language: "kk",
		Step:   visit.Step{NewVisitor: true, NewVisit: true, NewOnPage: true, NewInSection: true, StartedDay: day, StartedHour: 12, StartSource: "yandex.kz", StartChannel: "campaign", StartCampaign: "nauryz", Views: 1},
		Prefix: visit.PrefixOf(netip.MustParseAddr("192.0.2.0")), Asker: true,
	}
	got.Step.Lot, got.Lot = 0, 0
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if own := a.Page(browse("https://example.kz/b", "Referer", "https://www.old.example.kz/"), html); own.Source != "" || own.Channel != "direct" || !own.Step.Second {
		t.Errorf("a host of the site's own is no referrer: %+v", own)
	}
	if declared := a.Page(browse("https://example.kz/b?ref=flyer"), html); declared.Campaign != "flyer" || declared.Channel != "campaign" {
		t.Errorf("a declared tag counts: %+v", declared)
	}
}

type fixedPlace string

func (f fixedPlace) Place(netip.Addr) visit.Place { return visit.Place{Country: string(f)} }

func TestPageLocator(t *testing.T) {
	a := anonymiser(t, func(o *visit.Options) { o.Locator = fixedPlace("KG") })
	res := html
	res.Place.Country = "KZ"
	if got := a.Page(browse("https://example.kz/"), res); got.Country != "KG" {
		t.Errorf("the Locator goes before Response.Place: %q", got.Country)
	}
}

func TestPageKinds(t *testing.T) {
	file := func(contentType string) visit.Response { return visit.Response{Status: 200, ContentType: contentType} }
	status := func(code int) visit.Response { return visit.Response{Status: code, ContentType: "text/html"} }
	for _, c := range []struct {
		why, method, target string
		header              http.Header
		res                 visit.Response
		kind                visit.Kind
		view                bool
	}{
		{"a page", "GET", "/a", nil, html, visit.KindPage, true},
		{"XHTML", "GET", "/a", nil, file("application/xhtml+xml"), visit.KindPage, true},
		{"a document", "GET", "/a", headers("Sec-Fetch-Dest", "document"), html, visit.KindPage, true},
		{"a frame", "GET", "/a", headers("Sec-Fetch-Dest", "iframe"), html, visit.KindOther, false},
		{"a fetch", "GET", "/a", headers("Sec-Fetch-Dest", "empty"), html, visit.KindOther, false},
		{"prefetched", "GET", "/a", headers("Sec-Purpose", "prefetch"), html, visit.KindOther, false},
		{"prerendered", "GET", "/a", headers("Sec-Purpose", "prefetch;prerender"), html, visit.KindOther, false},
		{"HEAD", "HEAD", "/a", nil, html, visit.KindOther, false},
		{"POST", "POST", "/a", nil, html, visit.KindOther, false},
		{"a redirect", "GET", "/a", nil, status(302), visit.KindOther, false},
		{"not modified", "GET", "/a", nil, visit.Response{Status: 304}, visit.KindPage, true},
		{"not found", "GET", "/a", nil, status(404), visit.KindPage, false},
		{"failed", "GET", "/a", nil, status(500), visit.KindPage, false},
		{"JSON", "GET", "/api", nil, file("application/json"), visit.KindOther, false},
		{"an image", "GET", "/a.png", nil, file("image/png"), visit.KindFile, false},
		{"an image not modified", "GET", "/a.png", nil, visit.Response{Status: 304}, visit.KindFile, false},
		{"a style sheet without extension", "GET", "/css", nil, file("text/css"), visit.KindFile, false},
		{"a download", "GET", "/price.pdf", nil, file("application/pdf"), visit.KindFile, false},
		{"nothing said", "GET", "/a", nil, visit.Response{Status: 200}, visit.KindOther, false},
		{"a bot", "GET", "/a", headers("User-Agent", "Googlebot/2.1"), html, visit.KindPage, false},
	} {
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Header = http.Header{"User-Agent": {chromeAgent}}
		for name, values := range c.header {
			r.Header[name] = values
		}
		hit := visit.Capture(r, visit.TrustDirect, noon)
		got := anonymiser(t).Page(hit, c.res)
		if visit.IsView(hit, c.res) != (c.view || got.Bot != "") {
			t.Errorf("%s: IsView disagrees", c.why)
		}
		if got.Kind != c.kind || got.View() != c.view || got.Step.NewVisit != c.view {
			t.Errorf("%s: kind %d, view %v, step %+v", c.why, got.Kind, got.View(), got.Step)
		}
	}
}

func TestPageFromLog(t *testing.T) {
	a := anonymiser(t)
	for _, c := range []struct {
		method, target string
		status         int
		kind           visit.Kind
	}{
		{"GET", "/blog", 200, visit.KindPage}, {"GET", "/blog/?flav=rss20", 200, visit.KindPage}, {"GET", "/index.html", 200, visit.KindPage}, {"GET", "/a.php?b", 304, visit.KindPage},
		{"GET", "/logo.png", 200, visit.KindFile}, {"GET", "/logstash-1.4.0", 200, visit.KindPage}, {"GET", "/a.tar.gz", 206, visit.KindFile},
		{"GET", "/old", 301, visit.KindOther}, {"HEAD", "/", 200, visit.KindOther}, {"POST", "/login", 200, visit.KindOther}, {"GET", "/gone", 404, visit.KindPage},
	} {
		hit := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("198.51.100.7"), Time: noon, Method: c.method, Target: c.target, UserAgent: chromeAgent})
		if got := a.Page(hit, visit.Response{Status: c.status}); got.Kind != c.kind {
			t.Errorf("%s %s %d: kind %d, want %d", c.method, c.target, c.status, got.Kind, c.kind)
		}
	}
}

// TestLiveAndLoggedPathsAgree: live and logged, one path is scrubbed to one.
func TestLiveAndLoggedPathsAgree(t *testing.T) {
	a := anonymiser(t)
	for _, c := range scrubTable {
		u, err := url.Parse(c.raw)
		if err != nil || u.Path == "" || u.Host != "" || strings.ContainsAny(c.raw, " \x00\n") {
			continue
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = u
		live := a.Page(visit.Capture(r, visit.TrustDirect, noon), html).Path
		logged := a.Page(visit.FromLog(visit.LogLine{Method: "GET", Target: c.raw, Time: noon}), visit.Response{Status: 200}).Path
		if live != logged {
			t.Errorf("%q: live %q, logged %q", c.raw, live, logged)
		}
	}
}

func TestPageLate(t *testing.T) {
	a := anonymiser(t)
	day := a.Page(browse("https://example.kz/"), html).Day
	a.Drop(day)
	got := a.Page(browse("https://example.kz/"), html)
	if got.Day != day+1 || got.Hour != 0 || !got.Late {
		t.Errorf("a hit of a dropped day goes to the next, marked: %+v", got)
	}
	if days := a.Days(); !slices.Equal(days, []visit.Day{day + 1}) {
		t.Errorf("living days %v", days)
	}
}

func TestNewAnonymiserReportsEveryFault(t *testing.T) {
	_, err := visit.NewAnonymiser(visit.Options{})
	if err == nil || !strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "time zone") {
		t.Errorf("got %v", err)
	}
}

// TestPageviewHoldsNoCanary: address and user agent appear in no byte of a page view, in any encoding.
func TestPageviewHoldsNoCanary(t *testing.T) {
	a := anonymiser(t)
	for _, addr := range []string{"198.51.100.77", "2001:db8:77:31::c0de"} {
		ip := netip.MustParseAddr(addr)
		for _, ua := range []string{canaryAgent, canaryAgent + " (compatible; CanaryBot/7731; +https://canary.example)", "CanaryTool/7731"} {
			target := "/of/" + addr + "/" + url.PathEscape(addr) + "/" + hex.EncodeToString(ip.AsSlice()) + "?utm_campaign=" + addr + "&utm_source=" + addr
			for _, hit := range []visit.Hit{
				visit.FromLog(visit.LogLine{Addr: ip, Time: noon, Method: "GET", Target: target, Referrer: "https://" + addr + "/" + ua, UserAgent: ua, Language: ua}),
				visit.FromLog(visit.LogLine{Addr: ip, Time: noon, Method: "GET", Target: "/", Referrer: "https://user:" + addr + "@other.kz/", UserAgent: ua}),
			} {
				for range 3 {
					searchCanary(t, a.Page(hit, visit.Response{Status: 200}), ip, ua)
				}
			}
		}
	}
}

func searchCanary(t *testing.T, pv visit.Pageview, ip netip.Addr, ua string) {
	t.Helper()
	text, err := json.Marshal(pv)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, fmt.Sprintf("%+v", pv)...)
	raw := ip.AsSlice()
	needles := []string{
		ip.String(), hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw), base32.StdEncoding.EncodeToString(raw),
		string(raw), url.QueryEscape(ip.String()), base64.StdEncoding.EncodeToString([]byte(ip.String())), ua, base64.StdEncoding.EncodeToString([]byte(ua)), "7731", "/77.31",
	}
	if ip.Is4() {
		needles = append(needles, fmt.Sprint(binary.BigEndian.Uint32(raw)), fmt.Sprint(binary.LittleEndian.Uint32(raw)))
	}
	for _, needle := range needles {
		if bytes.Contains(bytes.ToLower(text), bytes.ToLower([]byte(needle))) {
			t.Errorf("%q is in %s", needle, text)
		}
	}
}

func TestRepeatVisitorAllocatesNothing(t *testing.T) {
	a := anonymiser(t)
	hit := browse("https://example.kz/blog/tags/puppet", "Accept-Language", "kk-KZ,ru;q=0.9", "Referer", "https://example.kz/", "Sec-CH-UA", `"Chromium";v="146", "Google Chrome";v="146"`, "Sec-CH-UA-Platform", `"Windows"`)
	for range 3 {
		a.Page(hit, html)
	}
	if n := testing.AllocsPerRun(100, func() { a.Page(hit, html) }); n != 0 {
		t.Errorf("Page allocates %v times", n)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if n := testing.AllocsPerRun(100, func() { visit.Capture(r, visit.TrustDirect, noon) }); n != 0 {
		t.Errorf("Capture allocates %v times", n)
	}
}

func TestLanguages(t *testing.T) {
	a := anonymiser(t)
	for _, c := range []struct{ header, want string }{
		{"kk", "kk"}, {"kk-KZ,ru;q=0.9,en;q=0.8", "kk"}, {"RU", "ru"}, {"en;q=0.5, kk;q=0.9", "kk"}, {"*", ""}, {"", ""}, {"zz", ""}, {"<script>", ""}, {"fil-PH", "fil"},
		{"x-secret", ""}, {"english", ""}, {"en;q=0", ""}, {"ru_RU", "ru"}, {"q=,;;=,kk", "kk"}, {"xyz, kk;q=0.1", "kk"}, {"aa", "aa"}, {"zu", "zu"}, {"szl", "szl"}, {"u fi", ""},
	} {
		if got := a.Page(browse("https://example.kz/", "Accept-Language", c.header), html).Language; got != c.want {
			t.Errorf("%q gives %q, want %q", c.header, got, c.want)
		}
	}
}
