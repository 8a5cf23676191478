package gate_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

const scripted = `<div><link rel="stylesheet" href="/c.css"><script src="/b.js" defer></script><b>&lt;script </b></div>`

// underPolicies answers a navigation with a page under the given policies of the site.
func underPolicies(t testing.TB, policies ...string) *httptest.ResponseRecorder {
	t.Helper()
	p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: gate.NewMarkup([]byte(scripted))}
	r, rec := request(browser), httptest.NewRecorder()
	inner := gate.Hide(r, &p)
	var w gate.Writer
	w.Reset(rec, inner, p)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header()["Content-Security-Policy"] = policies
	const page = "<!doctype html><body><p>page</p></body>"
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	if _, err := w.Write([]byte(page)); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return rec
}

// TestMarkupCarriesTheSitesNonce: a policy that trusts by nonce would block the banner's own files.
func TestMarkupCarriesTheSitesNonce(t *testing.T) {
	for _, row := range []struct {
		name          string
		policies      []string
		script, style string
	}{
		{"no policy", nil, "", ""},
		{"hosts", []string{"script-src 'self'"}, "", ""},
		{"strict", []string{"script-src 'nonce-abc+/=' 'strict-dynamic'; object-src 'none'"}, "abc+/=", ""},
		{"both", []string{"script-src 'nonce-a'; style-src 'nonce-b'"}, "a", "b"},
		{"by default", []string{"default-src 'nonce-d'"}, "d", "d"},
		{"not by default", []string{"default-src 'nonce-d'; style-src 'self'"}, "d", ""},
		{"elements", []string{"script-src 'nonce-a'; script-src-elem 'nonce-e'"}, "e", ""},
		{"second policy", []string{"img-src *, script-src 'nonce-x'"}, "x", ""},
		{"second line", []string{"img-src *", "SCRIPT-SRC 'NONCE-y'"}, "y", ""},
		{"first of two", []string{"script-src 'nonce-a'; script-src 'nonce-b'"}, "a", ""},
		{"odd", []string{`script-src 'nonce-"><img>'`}, "", ""},
		{"empty", []string{"script-src 'nonce-' nonce-a 'nonce-a"}, "", ""},
		{"long", []string{"script-src 'nonce-" + strings.Repeat("a", 200) + "'"}, "", ""},
	} {
		rec := underPolicies(t, row.policies...)
		want := scripted
		if row.script != "" {
			want = strings.Replace(want, "<script src", `<script nonce="`+row.script+`" src`, 1)
		}
		if row.style != "" {
			want = strings.Replace(want, "<link rel", `<link nonce="`+row.style+`" rel`, 1)
		}
		if body := rec.Body.String(); !strings.Contains(body, "<body>"+want+"<p>page") {
			t.Errorf("%s: %s", row.name, body)
		}
		if length := rec.Header().Get("Content-Length"); length != strconv.Itoa(rec.Body.Len()) {
			t.Errorf("%s: Content-Length %s of %d bytes", row.name, length, rec.Body.Len())
		}
	}
}

// FuzzNonce: no policy, however odd, gets anything but a plain nonce into the page.
func FuzzNonce(f *testing.F) {
	for _, s := range []string{"script-src 'nonce-a' 'strict-dynamic'", "default-src 'nonce-\"x'", ";,;script-src\t'nonce-b'", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, policy string) {
		rec := underPolicies(t, policy)
		body := rec.Body.String()
		for _, tag := range []string{"<script ", "<link "} {
			body = cutNonceAttribute(body, tag)
		}
		if body != "<!doctype html><body>"+scripted+"<p>page</p></body>" {
			t.Errorf("%q: %s", policy, rec.Body)
		}
		if rec.Code != http.StatusOK {
			t.Errorf("status %d", rec.Code)
		}
	})
}

func cutNonceAttribute(body, tag string) string {
	before, rest, ok := strings.Cut(body, tag+`nonce="`)
	if !ok {
		return body
	}
	nonce, after, _ := strings.Cut(rest, `" `)
	if strings.Trim(nonce, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") != "" {
		return body
	}
	return before + tag + after
}
