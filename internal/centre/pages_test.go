package centre_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"golang.org/x/net/html"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/static/banner"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var hashed = regexp.MustCompile(`\.[\w-]{8}\.(js|css)`)

func TestPagesAreAsRecorded(t *testing.T) {
	for _, lang := range []string{"kk", "ru", "en"} {
		b := visit(t, newSite(t, nil))
		golden(t, "undecided."+lang+".html", b.get("/consent/?lang="+lang).Body.Bytes())
		golden(t, "notice."+lang+".html", b.get("/consent/notice?lang="+lang).Body.Bytes())
		golden(t, "check."+lang+".html", b.get("/consent/check?lang="+lang).Body.Bytes())
		b.post("action=choose&purpose=statistics&method=centre")
		golden(t, "some."+lang+".html", b.get("/consent/?saved=1&lang="+lang).Body.Bytes())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	got = hashed.ReplaceAll(got, []byte(".$1"))
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is shown; look at the change, then: go test ./internal/centre -update", file)
	}
}

// TestS4_4_5_WithdrawalIsOneClick: from the centre, without JavaScript, everything granted is taken back by one button.
func TestS4_4_5_WithdrawalIsOneClick(t *testing.T) {
	s := newSite(t, nil)
	b := visit(t, s)
	b.post("action=accept&method=centre")
	page := b.get("/consent/?lang=en").Body.String()
	if !strings.Contains(page, "You allow all purposes.") || !strings.Contains(page, `name="action" value="withdraw"`) {
		t.Fatalf("no withdrawal offered:\n%s", page)
	}
	w := b.post("action=withdraw&method=centre&language=en&return=/consent/%3Fsaved=1%26lang=en")
	page = b.get(w.Header().Get("Location")).Body.String()
	if !strings.Contains(page, "You allow nothing beyond what is necessary.") || !strings.Contains(page, "Your choice has been saved.") {
		t.Errorf("after withdrawal:\n%s", page)
	}
	if strings.Contains(page, `value="withdraw"`) {
		t.Error("withdrawal is offered to someone who grants nothing")
	}
	if got := s.Choice(request(b)).Stance(consent.Statistics); got != consent.Withdrawn {
		t.Errorf("statistics is %v", got)
	}
}

// TestS3_6_1_BrowserOptOutIsShown: the visitor sees that the browser's wish is kept, or that their own later word overrides it.
func TestS3_6_1_BrowserOptOutIsShown(t *testing.T) {
	for _, row := range []struct{ key, name string }{{"Sec-GPC", "Global Privacy Control"}, {"DNT", "Do Not Track"}} {
		b := visit(t, newSite(t, nil))
		b.header.Set(row.key, "1")
		if page := b.get("/consent/?lang=en").Body.String(); !strings.Contains(page, "Your browser asked us not to ("+row.name+")") {
			t.Errorf("%s: not shown", row.key)
		}
		b.post("action=accept")
		if page := b.get("/consent/?lang=en").Body.String(); !strings.Contains(page, "Your word counts.") {
			t.Errorf("%s: the visitor's later word is not shown", row.key)
		}
	}
}

// TestS4_9_1_OwnRecordIsDownloaded: free of charge, at once, by whoever holds the proof and nobody else.
func TestS4_9_1_OwnRecordIsDownloaded(t *testing.T) {
	s := newSite(t, nil)
	b := visit(t, s)
	if w := b.get("/consent/record"); w.Code != http.StatusNotFound {
		t.Errorf("without a record: %d", w.Code)
	}
	b.post("action=accept")
	if page := b.get("/consent/").Body.String(); !strings.Contains(page, recordID) {
		t.Error("the centre does not show the record's number")
	}
	w := b.get("/consent/record")
	var record consent.Record
	if err := json.Unmarshal(w.Body.Bytes(), &record); err != nil || record.ID != recordID || record.Event != consent.EventGiven {
		t.Errorf("got %+v, %v", record, err)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="consent-`+recordID+`.json"` {
		t.Errorf("Content-Disposition %q", got)
	}
	if w := visit(t, s).get("/consent/record"); w.Code != http.StatusNotFound {
		t.Errorf("somebody else's browser: %d", w.Code)
	}
	s.down = errDisk
	if w := b.get("/consent/record"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("store down: %d", w.Code)
	}
	if w := b.get("/consent/"); w.Code != http.StatusOK {
		t.Errorf("the centre fails with its store: %d", w.Code)
	}
}

func TestState(t *testing.T) {
	b := visit(t, newSite(t, nil))
	w := b.get("/consent/state")
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Body.String(), `"decided":false`) {
		t.Errorf("undecided: %d %s", w.Code, w.Body)
	}
	b.post("action=choose&purpose=marketing")
	if got := b.get("/consent/state").Body.String(); !strings.Contains(got, `"granted":["necessary","marketing"]`) {
		t.Errorf("decided: %s", got)
	}
}

// TestEveryAnswerIsProtected: all security headers on every kind of answer, and no inline script, style or handler on a page.
func TestEveryAnswerIsProtected(t *testing.T) {
	b := visit(t, newSite(t, hostile))
	b.post("action=accept")
	core := strings.TrimPrefix(banner.Path("", "core.js"), "/")
	for _, target := range []string{"/consent/", "/consent/notice", "/consent/panel", "/consent/state", "/consent/record", "/consent/" + core, "/consent/page", "/consent/mode.js", "/consent/kelisim.js", "/consent/kelisim.d.ts", "/consent/nothing", "/consent/a/b"} {
		w := b.get(target)
		resources := "same-origin"
		if w.Header().Get("Access-Control-Allow-Origin") == "*" { // files, the same for everybody
			resources = "same-site"
		}
		for key, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": resources, "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := w.Header().Get(key); !strings.HasPrefix(got, want) || strings.Contains(got, "unsafe") {
				t.Errorf("%s: %s is %q", target, key, got)
			}
		}
		for _, want := range []string{"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} { // default-src is no substitute
			if !strings.Contains(w.Header().Get("Content-Security-Policy"), want) {
				t.Errorf("%s: the policy lacks %s", target, want)
			}
		}
		if w.Header().Get("Cache-Control") == "" {
			t.Errorf("%s says nothing about caching", target)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			checkSafe(t, target, w.Body.Bytes())
		}
	}
}

const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`

// hostile puts markup into every text of a policy that a page shows.
func hostile(p *consent.Policy) {
	bad := text(evil, evil, evil)
	p.Site.Name, p.Controller.Name, p.Controller.Address = evil, evil, evil
	for i := range p.Purposes {
		p.Purposes[i].Name, p.Purposes[i].Text = bad, bad
	}
	p.Data[0].Name = bad
	p.Services[0].Name, p.Services[0].Recipient, p.Services[0].Text = evil, evil, bad
	p.Cookies[0].Text = bad
}

func checkSafe(t *testing.T, name string, page []byte) {
	t.Helper()
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for node := range document.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		if node.Data == "img" || node.Data == "style" || node.Data == "script" && node.FirstChild != nil {
			t.Errorf("%s: unwanted <%s>", name, node.Data)
		}
		for _, a := range node.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("%s: <%s> carries %s=%q", name, node.Data, a.Key, a.Val)
			}
		}
	}
}

func TestAssetsAreKeptForGood(t *testing.T) {
	b := visit(t, newSite(t, nil))
	target := banner.Path("/consent", "banner.css")
	w := b.get(target)
	if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	b.header.Set("If-None-Match", w.Header().Get("ETag"))
	if again := b.get(target); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("with its ETag: %d, %d bytes", again.Code, again.Body.Len())
	}
}

func TestAssetsComeCompressed(t *testing.T) {
	b := visit(t, newSite(t, nil))
	target := banner.Path("/consent", "core.js")
	plain := b.get(target).Body.Bytes()
	for _, row := range []struct {
		accept string
		br     bool
	}{{"", false}, {"gzip", false}, {"gzip, deflate, br, zstd", true}, {"br;q=0", false}, {"br;q=0.0, gzip", false}, {"br;q=0.5", true}, {"brr", false}} {
		b.header.Set("Accept-Encoding", row.accept)
		w := b.get(target)
		if got := w.Header().Get("Content-Encoding") == "br"; got != row.br || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: headers %v", row.accept, w.Header())
		}
		content := w.Body.Bytes()
		if row.br {
			var err error
			if content, err = io.ReadAll(brotli.NewReader(w.Body)); err != nil {
				t.Errorf("%q: %v", row.accept, err)
			}
		}
		if !bytes.Equal(content, plain) {
			t.Errorf("%q: another content", row.accept)
		}
	}
}

func TestLanguageOfThePage(t *testing.T) {
	for _, row := range []struct{ target, accept, want string }{
		{"/consent/", "", "kk"}, {"/consent/", "ru-KZ,ru;q=0.9", "ru"}, {"/consent/?lang=en", "ru", "en"}, {"/consent/?lang=%22%3E", "", "kk"},
		{"/consent/notice", "en", "en"}, {"/consent/nothing", "ru", "ru"}, {"/consent/panel?lang=ru", "en", ""},
	} {
		b := visit(t, newSite(t, nil))
		b.header.Set("Accept-Language", row.accept)
		w := b.get(row.target)
		if got := w.Header().Get("Content-Language"); got != row.want {
			t.Errorf("%s with %q: %q, want %q", row.target, row.accept, got, row.want)
		}
		if row.want != "" && !strings.Contains(w.Body.String(), `<html lang="`+row.want+`"`) {
			t.Errorf("%s: the page does not say its language", row.target)
		}
	}
}

func TestPresumedPurposesAreSaid(t *testing.T) {
	b := visit(t, newSite(t, func(p *consent.Policy) { p.Model = consent.ModelOptOut }))
	if page := b.get("/consent/?lang=en").Body.String(); !strings.Contains(page, "Unless you object, this is in use: Statistics, Marketing.") {
		t.Error("a visitor under the opt-out model is not told what is in use")
	}
}

func TestNewRefusesBadConfiguration(t *testing.T) {
	s := newSite(t, nil)
	for _, row := range []struct {
		name   string
		config centre.Config
		ok     bool
	}{
		{"nothing", centre.Config{}, false},
		{"defaults", centre.Config{Consents: s}, true},
		{"trailing slash", centre.Config{Consents: s, Mount: "/privacy/"}, true},
		{"no leading slash", centre.Config{Consents: s, Mount: "privacy"}, false},
		{"pattern", centre.Config{Consents: s, Mount: "/{x}"}, false},
	} {
		if _, err := centre.New(row.config); (err == nil) != row.ok {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

// TestPolicyIsFollowedWhenItChanges: the same handler shows the policy in force, not the one it started with.
func TestPolicyIsFollowedWhenItChanges(t *testing.T) {
	s := newSite(t, nil)
	b := visit(t, s)
	b.get("/consent/")
	s.rules = newSite(t, func(p *consent.Policy) { p.Site.Name = "New name" }).rules
	if !strings.Contains(b.get("/consent/").Body.String(), "New name") {
		t.Error("the page shows the old policy")
	}
}
