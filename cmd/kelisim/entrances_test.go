package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/internal/logimport"
)

// The canary: what must rest nowhere and be shown to nobody, whichever way it came in.
const (
	canaryAddr  = "203.0.113.77"
	canaryAddr6 = "2001:db8:ca:4a:77::5"
	canaryMail  = "aigerim.canary@example.kz"
	canaryAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 CanaryPart/77.4.2"
	canaryPhone = "+7 701 555 44 33"
)

// entrances is a site with its dashboard, and somebody who leaves the canary wherever something can be left.
type entrances struct {
	t       *testing.T
	site    *site
	server  *httptest.Server
	client  *http.Client
	address string
	log     bytes.Buffer
	out     bytes.Buffer
}

func openEntrances(t *testing.T, data string) *entrances {
	t.Helper()
	e := &entrances{t: t, address: canaryAddr}
	policy, err := policyfile.Parse([]byte(demoPolicy))
	if err != nil {
		t.Fatal(err)
	}
	var c struct{ siteFlags }
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"--trust", "header:X-Client@127.0.0.0/8", "--data", data, "--secret", strings.Repeat("s", 32)}); err != nil {
		t.Fatal(err)
	}
	s := streams{out: &e.out, err: &e.out, logger: slog.New(slog.NewTextHandler(&e.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if e.site, err = newSite(t.Context(), c.siteFlags, policy, choices{floor: 1}, s); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/", e.site.dashboard.Handler())
	mux.Handle("/metrics", e.site.guard.Metrics())
	mux.Handle("/", e.site.guard.Handler(http.HandlerFunc(fragile)))
	e.server = httptest.NewServer(mux)
	t.Cleanup(e.server.Close)
	e.server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(&e.log, nil), slog.LevelError)
	e.forget()
	return e
}

// fragile is a site that breaks on one of its pages.
func fragile(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/missing"):
		http.NotFound(w, r)
	case r.URL.Path == "/broken":
		http.Error(w, "it broke", http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><html><body><h1>Page</h1></body></html>")
	}
}

// forget makes the browser a new one.
func (e *entrances) forget() {
	jar, _ := cookiejar.New(nil)
	e.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (e *entrances) do(method, path, kind, body string) (status int, text string) {
	e.t.Helper()
	r, err := http.NewRequest(method, e.server.URL+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header = http.Header{
		"User-Agent": {canaryAgent}, "X-Client": {e.address}, "Referer": {"https://mail.example/inbox/" + canaryMail + "?key=canary"},
		"Accept": {"text/html"}, "Accept-Language": {"kk"},
	}
	if body != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", e.server.URL)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := e.client.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return res.StatusCode, string(all)
}

func (e *entrances) post(path string, fields url.Values) (int, string) {
	e.t.Helper()
	return e.do(http.MethodPost, path, "application/x-www-form-urlencoded", fields.Encode())
}

var pageToken = regexp.MustCompile(`data-k="([\w-]+)"`)

// visitor comes in by every entrance that is open to visitors.
func (e *entrances) visitor() {
	e.t.Helper()
	_, page := e.do(http.MethodGet, "/users/"+canaryMail+"?phone="+url.QueryEscape(canaryPhone)+"&utm_campaign="+canaryMail, "", "")
	for range 30 { // so many that rows leave memory
		e.do(http.MethodGet, "/plain?token=canary-of-a-query", "", "")
	}
	e.do(http.MethodGet, "/missing/"+canaryMail, "", "")
	e.do(http.MethodGet, "/broken", "", "")
	e.do(http.MethodGet, "/"+strings.Repeat("x", 9000), "", "")
	found := pageToken.FindStringSubmatch(page)
	if found == nil {
		e.t.Fatal("the page has no token")
	}
	told := url.Values{
		"k": {found[1]}, "p": {"/users/" + canaryMail}, "t": {"Inbox of " + canaryMail + " at " + canaryAddr + ", " + canaryPhone}, "s": {"1"},
		"o": {canaryAddr, canaryMail, "mail.example"}, "f": {"cdn.example/" + canaryMail + "/" + canaryAddr + ".pdf"},
		"e": {"write to " + canaryMail + "\tphone=" + canaryPhone + "\tfrom=" + canaryAddr6, canaryAgent},
	}
	if status, _ := e.post("/consent/beacon", told); status != http.StatusNoContent {
		e.t.Errorf("the beacon answered %d", status)
	}
	told.Del("k")
	e.post("/consent/beacon", told)
	e.post("/consent/beacon", url.Values{"p": {"/"}, "what": {canaryMail}})
	report := `{"csp-report":{"document-uri":"https://example.kz/` + canaryMail + `?q=canary-of-a-query","blocked-uri":"https://pixel.example/` + canaryMail + `","violated-directive":"img-src","effective-directive":"img-src","script-sample":"` + canaryMail + `"}}`
	e.do(http.MethodPost, "/consent/report", "application/csp-report", report)
	e.do(http.MethodPost, "/consent/report", "application/csp-report", "{"+canaryMail)
	e.post("/consent/choice", url.Values{"action": {canaryMail}, "language": {canaryAddr}})
	e.post("/consent/choice", url.Values{"action": {"accept"}, "language": {"kk"}})
	e.do(http.MethodGet, "/plain", "", "")
	e.do(http.MethodGet, "/consent/record", "", "")
	e.do(http.MethodGet, "/consent/exclude-me", "", "")
	e.do(http.MethodGet, "/consent/"+canaryMail, "", "")
	e.post("/admin/login", url.Values{"name": {canaryMail}, "password": {"canary " + canaryPhone}, "next": {"/" + canaryMail}})
	e.do(http.MethodGet, "/admin/setup?token="+url.QueryEscape(canaryMail), "", "")
}

// admin makes the first account and reads every page of the dashboard that a link leads to.
func (e *entrances) admin() (pages []byte, read int) {
	e.t.Helper()
	link, err := e.site.dashboard.SetupLink(e.t.Context(), e.server.URL)
	if err != nil {
		e.t.Fatal(err)
	}
	at, _ := url.Parse(link)
	if status, _ := e.post("/admin/setup", url.Values{"token": {at.Query().Get("token")}, "name": {"owner"}, "password": {"a long pass phrase"}}); status != http.StatusSeeOther {
		e.t.Fatalf("set-up answered %d", status)
	}
	links := regexp.MustCompile(`href="(/admin/[^"#]*)"`)
	seen, waiting := map[string]bool{}, []string{"/admin/?range=today", "/admin/health", "/admin/findings", "/admin/consents", "/admin/panel/pages?range=today"}
	for len(waiting) > 0 && read < 150 {
		path := waiting[0]
		waiting = waiting[1:]
		if seen[path] || strings.Contains(path, "logout") {
			continue
		}
		seen[path] = true
		read++
		_, text := e.do(http.MethodGet, path, "", "")
		pages = append(append(pages, text...), '\n')
		for _, m := range links.FindAllStringSubmatch(text, -1) {
			waiting = append(waiting, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
	}
	return pages, read
}

// TestNothingOfAnyEntranceRests: the canary goes in by the page, the beacon, the banner, reports of browsers, the sign-in, an
// import and by what goes wrong, and stands in no byte at rest, no log, no metric and no page of the dashboard.
func TestNothingOfAnyEntranceRests(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := openEntrances(t, data)
	e.visitor()
	e.forget()
	e.address = canaryAddr6
	e.visitor()
	line := canaryAddr + ` - - [` + time.Now().UTC().AddDate(0, 0, -1).Format("02/Jan/2006:15:04:05 -0700") + `] "GET /` + canaryMail + `?q=canary-of-a-query HTTP/1.1" 200 5 "https://mail.example/` + canaryMail + `" "` + canaryAgent + "\"\n"
	locator := e.site.places.Locator
	if _, err := logimport.File(t.Context(), strings.NewReader(strings.Repeat(line, 30)+"broken "+canaryMail+"\n"), logimport.Options{Sink: e.site.store, Locator: locator, Zone: time.UTC}); err != nil {
		t.Fatal(err)
	}
	e.forget()
	e.address = "192.0.2.200"
	pages, read := e.admin()
	if read < 30 || !bytes.Contains(pages, []byte("/plain")) {
		t.Errorf("%d pages of the dashboard were read, or they show nothing", read)
	}
	_, metrics := e.do(http.MethodGet, "/metrics", "", "")
	if !strings.Contains(metrics, `kelisim_beacon_deliveries_total{fate="signed"} 2`) || !strings.Contains(metrics, "kelisim_hits_missing 0") {
		t.Errorf("the metrics do not say what happened:\n%s", metrics)
	}
	waits := folder(t, data)
	if err := e.site.close(context.Background()); err != nil {
		t.Fatal(err)
	}
	rests := folder(t, data)
	if !bytes.Contains(rests, []byte("/plain")) {
		t.Error("nothing rests: the search sees nothing")
	}
	l := newLeaks([]netip.Addr{netip.MustParseAddr(canaryAddr), netip.MustParseAddr(canaryAddr6)}, []string{canaryAgent}, []string{"canary-of-a-query"}, nil, nil)
	for _, needle := range []string{canaryMail, "aigerim.canary", canaryPhone, "7015554433", "701 555 44 33", "701-555-44-33", "CanaryPart", "canarypart", "canary " + canaryPhone} {
		l.text(needle, "canary")
	}
	for where, found := range map[string][]byte{
		"at rest": rests, "at rest while running": waits, "log": e.log.Bytes(), "output": e.out.Bytes(), "metrics": []byte(metrics), "dashboard": pages,
	} {
		for _, leak := range l.find(found) {
			t.Errorf("%s: %s", where, leak)
		}
	}
}
