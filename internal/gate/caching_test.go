package gate_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

var sharedMarkup = gate.NewMarkup([]byte(`<div id="s">?</div>`))

// answer runs one exchange and returns what the client gets.
func answer(p gate.Plan, r *http.Request, h http.HandlerFunc) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	mount(h, p).ServeHTTP(rec, r)
	return rec
}

func respond(header map[string]string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for key, value := range header {
			if value != "" {
				w.Header().Set(key, value)
			}
		}
		_, _ = io.WriteString(w, body)
	}
}

// TestPrivate lists how the directives of the site and those of the gate go together.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ site, cookie, want string }{
		{"", "", ""},
		{"public, max-age=60", "", "public, max-age=60"},
		{"public, max-age=60", "sid=1", "public, max-age=60"}, // a necessary cookie is the site's own affair
		{"", "_ga=1", "private"},
		{"public, max-age=60", "_ga=1", "private, max-age=60"},
		{"PUBLIC,S-MaxAge=9 , immutable", "_ga=1", "private, immutable"},
		{"no-store", "_ga=1", "private, no-store"},
		{"no-cache=\"Set-Cookie, X\", max-age=1", "_ga=1", "private, no-cache=\"Set-Cookie, X\", max-age=1"},
		{"private=\"X-A\", must-revalidate", "_ga=1", "private, must-revalidate"},
		{"must-understand, no-store", "_ga=1", "private, must-understand, no-store"},
	} {
		p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now}
		rec := answer(p, request(nil), respond(map[string]string{
			"Cache-Control": c.site, "Set-Cookie": c.cookie, "CDN-Cache-Control": "max-age=9", "Surrogate-Control": "max-age=9",
			"Vary": "Accept-Encoding", "Content-Type": "text/plain",
		}, "x"))
		h := rec.Result().Header
		if got := h.Get("Cache-Control"); got != c.want {
			t.Errorf("%q with %q: Cache-Control %q, want %q", c.site, c.cookie, got, c.want)
		}
		private := c.cookie == "_ga=1"
		if (h.Get("CDN-Cache-Control") == "") != private || (h.Get("Surrogate-Control") == "") != private {
			t.Errorf("%q with %q: the shared cache's own headers: %v", c.site, c.cookie, h)
		}
		if got := strings.Join(h["Vary"], ", "); (got == "Accept-Encoding, Cookie") != private {
			t.Errorf("%q with %q: Vary %q", c.site, c.cookie, got)
		}
	}
}

// TestGrantedCookieIsNotShared: a shared cache that kept it would hand it to those who refuse.
func TestGrantedCookieIsNotShared(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	p := gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[0].Choice, Now: gatetest.Now}
	h := answer(p, request(nil), respond(map[string]string{"Cache-Control": "public", "Set-Cookie": "_ga=1"}, "x")).Result().Header
	if h.Get("Cache-Control") != "private" || h.Get("Vary") != "Cookie" || h.Get("Set-Cookie") != "_ga=1" {
		t.Errorf("header %v", h)
	}
}

// TestCacheablePages says which markup goes into what the site marks cacheable, and for whom.
func TestCacheablePages(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, c := range []struct {
		cache  string
		shared bool
	}{
		{"public", true}, {"max-age=60", true}, {"s-maxage=60, max-age=0", true}, {"public, no-cache", true},
		{"", false}, {"max-age=0", false}, {"no-cache, max-age=60", false}, {"private, max-age=60", false}, {"public, no-store", false},
	} {
		for _, v := range gatetest.Visitors(rules) {
			p := gate.Plan{Rules: rules, Choice: v.Choice, Now: gatetest.Now, Markup: bannerMarkup, Shared: sharedMarkup, SharedVary: "Accept-Language"}
			rec := answer(p, request(browser), respond(map[string]string{"Cache-Control": c.cache, "Content-Type": "text/html; charset=utf-8"}, gatetest.Page))
			h, body := rec.Result().Header, rec.Body.String()
			if got := strings.Contains(body, `id="s"`); got != c.shared {
				t.Errorf("%q × %s: shared markup %v, want %v", c.cache, v.Name, got, c.shared)
			}
			if got := strings.Join(h["Vary"], ", "); got != map[bool]string{true: "Sec-Fetch-Dest, Accept-Language", false: "Cookie"}[c.shared] {
				t.Errorf("%q × %s: Vary %q", c.cache, v.Name, got)
			}
			if got := h.Get("Cache-Control"); c.shared && got != c.cache || !c.shared && !v.Choice.Decided() && !strings.HasPrefix(got, "private") {
				t.Errorf("%q × %s: Cache-Control %q", c.cache, v.Name, got)
			}
		}
	}
}

// TestScriptCopyOfSharedPage: a cache must not show as the page what a script fetched without markup.
func TestScriptCopyOfSharedPage(t *testing.T) {
	t.Parallel()
	p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup, Shared: sharedMarkup}
	rec := answer(p, request(map[string]string{"Sec-Fetch-Dest": "empty"}), respond(map[string]string{
		"Cache-Control": "public", "Content-Type": "text/html; charset=utf-8",
	}, gatetest.Page))
	if rec.Body.String() != gatetest.Page || rec.Header().Get("Vary") != "Sec-Fetch-Dest" {
		t.Errorf("%v\n%s", rec.Header(), rec.Body)
	}
}

// TestRevalidation goes through the life of a page in a browser's cache: with markup, revalidated,
// with other markup, and written back.
func TestRevalidation(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	other := gate.NewMarkup([]byte("<i>other</i>"))
	for _, etag := range []string{`"v1"`, `W/"v1"`, `""`} {
		p := gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[1].Choice, Now: gatetest.Now, Markup: bannerMarkup}
		var asked http.Header
		page := func(w http.ResponseWriter, r *http.Request) {
			asked = r.Header.Clone()
			w.Header().Set("ETag", etag)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			http.ServeContent(w, r, "", gatetest.Now, strings.NewReader(gatetest.Page))
		}
		first := answer(p, request(browser), page)
		tag := first.Header().Get("ETag")
		if first.Code != 200 || !strings.HasPrefix(tag, "W/") || !strings.Contains(tag, bannerMarkup.Tag()) || first.Header().Get("Last-Modified") != "" {
			t.Fatalf("first: %d %v", first.Code, first.Header())
		}
		again := request(browser)
		again.Header.Set("If-None-Match", `"x", `+tag)
		again.Header.Set("If-Modified-Since", "Mon, 23 Nov 2026 08:00:00 GMT")
		if rec := answer(p, again, page); rec.Code != 304 || rec.Header().Get("ETag") != tag || asked.Get("If-None-Match") != etag || asked["If-Modified-Since"] != nil {
			t.Errorf("%s revalidated: %d %v, asked %v", etag, rec.Code, rec.Header(), asked)
		}
		p.Markup = other
		if rec := answer(p, again, page); rec.Code != 200 || !strings.Contains(rec.Body.String(), "<i>other</i>") {
			t.Errorf("%s with other markup: %d", etag, rec.Code)
		}
		plain := request(browser)
		plain.Header.Set("If-None-Match", etag)
		if rec := answer(p, plain, page); rec.Code != 200 {
			t.Errorf("%s, a page from before there was markup: %d", etag, rec.Code)
		}
		put := request(nil)
		put.Method = http.MethodPut
		put.Header.Set("If-Match", tag+`, "y"`)
		if answer(p, put, page); asked.Get("If-Match") != etag+`, "y"` {
			t.Errorf("%s written back: If-Match %q", etag, asked.Get("If-Match"))
		}
	}
}

// TestAssetsAreAskedAsTheyWere: only navigations are rewritten.
func TestAssetsAreAskedAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header map[string]string
		want   string
	}{
		{map[string]string{"Sec-Fetch-Dest": "document"}, "identity"},
		{map[string]string{"Sec-Fetch-Dest": "style"}, "gzip"},
		{map[string]string{"Accept": "text/html,*/*"}, "identity"},
		{map[string]string{"Accept": "text/css,*/*;q=0.1"}, "gzip"},
		{map[string]string{}, "gzip"},
	} {
		r := request(c.header)
		r.Header.Set("Accept-Encoding", "gzip")
		p := gate.Plan{Rules: gatetest.Rules(t), Choice: consent.Choice{}, Now: gatetest.Now, Markup: bannerMarkup}
		if got := gate.Hide(r, &p).Header.Get("Accept-Encoding"); got != c.want || r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("%v: %q, want %q", c.header, got, c.want)
		}
	}
}

// Where the header of a page depends on the choice, no validator may bring an old header back.
func TestDocumentsAreAskedForWhole(t *testing.T) {
	for _, row := range []struct {
		dest, accept string
		whole        bool
	}{
		{"document", "text/html", true}, {"iframe", "text/html", true}, {"worker", "*/*", true}, {"empty", "*/*", true},
		{"image", "image/*", false}, {"style", "text/css", false}, {"script", "*/*", false},
		{"", "text/html,*/*", true}, {"", "image/*", false}, {"", "", false},
	} {
		r := request(map[string]string{"If-None-Match": `"a"`, "If-Modified-Since": "Mon, 23 Nov 2026 09:00:00 GMT"})
		if row.dest != "" {
			r.Header.Set("Sec-Fetch-Dest", row.dest)
		}
		if row.accept != "" {
			r.Header.Set("Accept", row.accept)
		}
		for _, on := range []bool{true, false} {
			p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Whole: on}
			h := gate.Hide(r, &p).Header
			if asked := h.Get("If-None-Match") == "" && h.Get("If-Modified-Since") == ""; asked != (on && row.whole) {
				t.Errorf("%q %q with Whole %v: the handler sees %v", row.dest, row.accept, on, h)
			}
			if r.Header.Get("If-None-Match") == "" {
				t.Fatal("the request itself was changed")
			}
		}
	}
}
