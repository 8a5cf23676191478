package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/visit"
)

// providers are those of this test, by the second byte of an address of 100.0.0.0/8.
type providers struct{}

func (providers) Locate(addr netip.Addr) geo.Location {
	name := map[byte]string{64: "Healthy Net", 65: "Failing Net", 66: "Tiny Net", 67: "Refusing Net"}[addr.As4()[1]]
	return geo.Location{Country: "KZ", Provider: name}
}

// Built is long ago.
func (providers) Built() time.Time { return time.Time{} }

// ailing is a site with a dashboard whose calls fail for one network, at a clock of its own.
type ailing struct {
	t     *testing.T
	site  http.Handler
	store *boltstore.Store
	dir   string
	clock atomic.Int64
	board http.Handler

	dashboard *server.Server
}

func (a *ailing) now() time.Time { return time.Unix(a.clock.Load(), 0).UTC() }

func openAiling(t *testing.T) *ailing {
	t.Helper()
	policy, err := policyfile.Parse([]byte(demoPolicy))
	if err != nil {
		t.Fatal(err)
	}
	a := &ailing{t: t, dir: t.TempDir()}
	a.clock.Store(time.Date(2026, 3, 9, 14, 10, 0, 0, time.UTC).Unix())
	if a.store, err = boltstore.Open(filepath.Join(a.dir, "kelisim.db"), boltstore.Options{Site: "site"}); err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	guard, err := middleware.New(middleware.Config{
		Store: a.store, Policy: policy, Secret: bytes.Repeat([]byte("s"), 32), Trust: visit.TrustDirect, Dir: a.dir, Locator: providers{},
		Logger: quiet, Now: a.now, FlushEvery: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := guard.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := a.store.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	e := echo.New()
	e.Use(guard.Process)
	guard.Register(e.Group("/consent"))
	e.GET("/", func(c echo.Context) error { return c.HTML(http.StatusOK, "<!doctype html><body>page</body>") })
	e.POST("/api/orders", func(c echo.Context) error {
		if strings.HasPrefix(c.Request().RemoteAddr, "100.64.") {
			return c.NoContent(http.StatusNoContent)
		}
		return echo.NewHTTPError(http.StatusServiceUnavailable)
	})
	a.site = e
	board, err := server.New(server.Config{
		Reports: stats.NewReports(a.store, guard.Live(), stats.ReportOptions{}), Documents: a.store, Site: "site", Zone: time.UTC, Now: a.now, Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	a.dashboard, a.board = board, board.Handler()
	return a
}

// ask is one request of a visitor with its own address.
func (a *ailing) ask(net byte, who int, method, path string, fields url.Values) *http.Response {
	a.t.Helper()
	r := httptest.NewRequest(method, "http://example.kz"+path, strings.NewReader(fields.Encode()))
	r.RemoteAddr = fmt.Sprintf("100.%d.7.%d:4711", net, who+1)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36")
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	a.site.ServeHTTP(w, r)
	return w.Result()
}

// calls lets so many visitors of a network call so often; none of them views a page.
func (a *ailing) calls(net byte, visitors, each int) {
	for who := range visitors {
		for range each {
			a.ask(net, who, http.MethodPost, "/api/orders", nil)
		}
	}
}

// rests reports whether text is anywhere in the files of the site: in its store, or on the way there.
func (a *ailing) rests(text string) (found bool) {
	a.t.Helper()
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // a file that has been handed over meanwhile
		}
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, []byte(text)) {
			found = true
		}
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return found
}

// has reports whether the store has a value on a day.
func (a *ailing) has(day stats.Day, dim stats.Dimension, value string) (found bool) {
	a.t.Helper()
	if err := a.store.Rows(a.t.Context(), dim, day, day, func(r stats.Row) { found = found || r.Value == value }); err != nil {
		a.t.Fatal(err)
	}
	return found
}

// until waits for what the background brings about.
func (a *ailing) until(what string, done func() bool) {
	a.t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			a.t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// read returns a page of the dashboard.
func (a *ailing) read(path string, cookie *http.Cookie) string {
	a.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://example.kz"+path, nil)
	r.AddCookie(cookie)
	r.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	a.board.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		a.t.Fatalf("%s answered %d, %s", path, w.Code, w.Header())
	}
	return w.Body.String()
}

func (a *ailing) signIn() *http.Cookie {
	a.t.Helper()
	link, err := a.dashboard.SetupLink(a.t.Context(), "http://example.kz")
	if err != nil {
		a.t.Fatal(err)
	}
	at, _ := url.Parse(link)
	form := url.Values{"token": {at.Query().Get("token")}, "name": {"owner"}, "password": {"a long pass phrase"}}
	r := httptest.NewRequest(http.MethodPost, "http://example.kz/admin/setup", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	a.board.ServeHTTP(w, r)
	if cookies := w.Result().Cookies(); w.Code == http.StatusSeeOther && len(cookies) > 0 {
		return cookies[len(cookies)-1]
	}
	a.t.Fatalf("set-up answered %d: %s", w.Code, w.Body.String())
	return nil
}

// TestS1_3_3_2_ErrorsAreSeenToComeFromOneProvider through the real middleware, from calls that no page view goes with; and
// a provider of fewer than five visitors is neither at rest nor shown, whatever failed for it.
func TestS1_3_3_2_ErrorsAreSeenToComeFromOneProvider(t *testing.T) {
	t.Parallel()
	a := openAiling(t)
	a.calls(64, 12, 30) // a day before, when all was well for everybody
	for who := range 12 {
		for range 30 {
			a.ask(65, who, http.MethodGet, "/", nil)
		}
	}
	a.clock.Add(24 * 3600)
	today := visit.DateOf(2026, 3, 10)
	a.until("the day before rests", func() bool { return a.has(today-1, stats.DimNetPrefix, "100.65.0.0/16 Failing Net") }) // what leaves with it is not of today
	a.calls(64, 12, 20)
	a.calls(65, 8, 20)
	for who := range 8 {
		for range 10 {
			a.ask(65, who, http.MethodGet, "/", nil)
		}
	}
	for who := range 12 { // what networks are answered rests as their pages do, and of those five visitors stay behind
		a.ask(64, who, http.MethodGet, "/", nil)
	}
	a.calls(66, 4, 50)
	for who := range 9 { // who refuse, and are counted nowhere
		res := a.ask(67, who, http.MethodPost, "/consent/choice", url.Values{"action": {"reject"}, "statistics": {"no"}})
		if res.StatusCode >= 400 {
			t.Fatalf("refusing answered %d", res.StatusCode)
		}
		r := httptest.NewRequest(http.MethodPost, "http://example.kz/api/orders", nil)
		r.RemoteAddr = fmt.Sprintf("100.67.7.%d:4711", who+1)
		for _, c := range res.Cookies() {
			r.AddCookie(c)
		}
		a.site.ServeHTTP(httptest.NewRecorder(), r)
	}

	cookie := a.signIn()
	shows := func(path string, has, hasNot []string) {
		t.Helper()
		page := a.read(path, cookie)
		for _, text := range has {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not show %q", path, text)
			}
		}
		for _, text := range hasNot {
			if strings.Contains(page, text) {
				t.Errorf("%s shows %q", path, text)
			}
		}
	}
	hidden := []string{"Tiny Net", "100.66.0.0/16", "Refusing Net", "100.67.0.0/16", "100.64.7", "100.65.7"}
	told := []string{"Healthy Net", "Failing Net", "100.65.0.0/16", "67% of 240 requests failed between 14:00 and 15:00. Usual: 0%."}
	shows("/admin/networks?range=today", told, hidden) // at once, out of memory
	for _, dim := range []stats.Dimension{stats.DimNetProvider, stats.DimNetPrefix, stats.DimNetCountry, stats.DimNetHour, stats.DimNetLatency} {
		if err := a.store.Rows(t.Context(), dim, today, today, func(r stats.Row) { t.Errorf("%v %q rests within its hour", dim, r.Value) }); err != nil {
			t.Error(err)
		}
	}

	a.clock.Add(3600) // the hour is over
	a.until("the failing provider rests", func() bool { return a.has(today, stats.DimNetProvider, "Failing Net") })
	if !a.rests("100.65.0.0/16 Failing Net") {
		t.Error("what the store has is not found in its file: nothing is proven below")
	}
	for _, text := range hidden {
		if a.rests(text) {
			t.Errorf("%q rests", text)
		}
	}
	shows("/admin/networks?range=today", told, hidden)
	shows("/admin/networks?range=today&provider=Failing+Net", []string{"100.65.0.0/16"}, append(hidden, "100.64.0.0/16"))
	shows("/admin/networks?range=today&provider=Tiny+Net", nil, []string{"100.66.0.0/16", "100.67.0.0/16"})
	shows("/admin/export/networks.csv?range=today", []string{"Failing Net,240,0,0,160,"}, hidden)
	shows("/admin/export/netprefix.json?range=today", []string{"100.65.0.0/16 Failing Net"}, hidden)
	shows("/admin/export/spikes.csv?range=today", []string{"2026-03-10T14:00 Failing Net,240,0,160,0"}, hidden)
	shows("/admin/export/everything.json?range=today", []string{"Failing Net"}, hidden)
}
