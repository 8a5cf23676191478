package middleware_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/store/boltstore"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

var secret = []byte("a secret of at least thirty-two bytes")

// mount makes a guard over an embedded store.
func mount(t testing.TB, change func(*middleware.Config)) *middleware.Guard {
	t.Helper()
	dir := t.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "k.db"), boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := middleware.Config{
		Store: store, Policy: gatetest.Policy(), Secret: secret, Trust: middleware.TrustDirect, Dir: dir,
		Now: func() time.Time { return gatetest.Now }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour,
	}
	if change != nil {
		change(&c)
	}
	guard, err := middleware.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(guard.Shutdown(t.Context()), store.Shutdown()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return guard
}

// way is one way of answering in Echo.
type way struct {
	name    string
	handler echo.HandlerFunc
	before  []echo.MiddlewareFunc // outside the guard
	within  []echo.MiddlewareFunc // inside it
	method  string
	header  map[string]string
	status  int
	page    bool // it takes the banner
	gzip    bool
}

// cookies sets what careless handlers set.
func cookies(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var seen []string
		for _, cookie := range c.Cookies() {
			if cookie.Name != consent.StateCookie {
				seen = append(seen, cookie.Name)
			}
		}
		c.Response().Header().Set("X-Seen", strings.Join(seen, " "))
		gatetest.SetCookies(c.Response().Header())
		return next(c)
	}
}

func ways(t *testing.T) []way {
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(gatetest.Page), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, gatetest.Now, gatetest.Now); err != nil {
		t.Fatal(err)
	}
	page := func(c echo.Context) error { return c.HTML(http.StatusOK, gatetest.Page) }
	panics := func(echo.Context) error { panic("matrix") }
	accepts := map[string]string{"Accept-Encoding": "gzip", "Accept": "text/html"}
	all := []way{
		{name: "string", handler: page, status: 200, page: true},
		{name: "plain", handler: func(c echo.Context) error { return c.String(200, "text") }, status: 200},
		{name: "file", handler: func(c echo.Context) error { return c.File(path) }, status: 200, page: true},
		{name: "stream", handler: func(c echo.Context) error {
			return c.Stream(200, "text/html; charset=utf-8", strings.NewReader(gatetest.Page))
		}, status: 200, page: true},
		{name: "redirect", handler: func(c echo.Context) error { return c.Redirect(http.StatusFound, "/next") }, status: 302},
		{name: "flush-first", handler: func(c echo.Context) error {
			c.Response().Header().Set("Content-Type", "text/html; charset=utf-8")
			c.Response().Flush()
			_, err := io.WriteString(c.Response(), gatetest.Page)
			return err
		}, status: 200, page: true},
		{name: "raw-writer", handler: func(c echo.Context) error {
			c.Response().Header().Set("Content-Type", "text/html; charset=utf-8")
			_, err := io.WriteString(c.Response().Writer, gatetest.Page)
			return err
		}, status: 200, page: true},
		{name: "raw-flusher", handler: func(c echo.Context) error {
			c.Response().Header().Set("Content-Type", "text/html; charset=utf-8")
			c.Response().Writer.(http.Flusher).Flush()
			_, err := io.WriteString(c.Response().Writer, gatetest.Page)
			return err
		}, status: 200, page: true},
		{name: "returned-error", handler: func(echo.Context) error { return echo.NewHTTPError(http.StatusTeapot, "no coffee") }, status: 418},
		{name: "plain-error", handler: func(echo.Context) error { return errors.New("matrix") }, status: 500},
		{name: "panic-recovered-outside", handler: panics, before: []echo.MiddlewareFunc{recovers()}, status: 500},
		{name: "panic-recovered-within", handler: panics, within: []echo.MiddlewareFunc{recovers()}, status: 500},
		{name: "nothing", handler: func(echo.Context) error { return nil }, status: 200},
		{name: "no-content", handler: func(c echo.Context) error { return c.NoContent(204) }, status: 204},
		{name: "json", handler: func(c echo.Context) error { return c.JSON(200, map[string]int{"a": 1}) }, status: 200},
		{name: "early-hints", handler: func(c echo.Context) error {
			c.Response().Writer.WriteHeader(http.StatusEarlyHints)
			return page(c)
		}, status: 200, page: true},
		{name: "gzip-outside", handler: page, before: []echo.MiddlewareFunc{echomiddleware.Gzip()}, header: accepts, status: 200, page: true, gzip: true},
		{name: "gzip-within", handler: page, within: []echo.MiddlewareFunc{echomiddleware.Gzip()}, header: accepts, status: 200, page: true},
		{name: "head", handler: page, method: "HEAD", status: 200},
		{name: "body-limit-and-timeout-within", handler: page, within: []echo.MiddlewareFunc{echomiddleware.BodyLimit("1M"), echomiddleware.ContextTimeout(time.Minute)}, status: 200, page: true},
	}
	for _, c := range gatetest.Cases() { // and all that net/http knows, through echo.WrapHandler
		if c.Outer != nil || c.Bare {
			continue
		}
		all = append(all, way{
			name: "wrapped-" + c.Name, handler: echo.WrapHandler(c.Handler(t)), method: c.Method, header: c.Header,
			status: c.Status, page: c.Page, gzip: c.GzipOut,
		})
	}
	return all
}

func recovers() echo.MiddlewareFunc {
	return echomiddleware.RecoverWithConfig(echomiddleware.RecoverConfig{LogErrorFunc: func(_ echo.Context, err error, _ []byte) error { return err }})
}

func (w way) serve(guard *middleware.Guard) *echo.Echo {
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.Use(w.before...)
	e.Use(guard.Process)
	if !strings.HasPrefix(w.name, "wrapped-") {
		e.Use(cookies)
	}
	e.Use(w.within...)
	e.Any("/*", w.handler)
	return e
}

// TestMatrix answers in every way that Echo knows, to every visitor, and holds every byte of every
// header to golden files.
func TestMatrix(t *testing.T) {
	t.Parallel()
	guard := mount(t, nil)
	keys, err := consent.NewKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ways(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(w.serve(guard))
			defer server.Close()
			var golden strings.Builder
			for _, v := range gatetest.Visitors(guard.Rules()) {
				c := gatetest.Case{Name: w.name, Method: w.method, GzipOut: w.gzip, Header: map[string]string{}}
				for key, value := range w.header {
					c.Header[key] = value
				}
				if state := keys.SealState(v.Choice, guard.Rules()); state != "" {
					c.Header["Cookie"] = consent.StateCookie + "=" + state
				}
				wire := gatetest.Exchange(t, server.Listener.Addr().String(), c)
				w.check(t, c, v, wire)
				golden.WriteString("=== " + v.Name + "\n" + head(wire) + "\n")
			}
			compare(t, filepath.Join("testdata", "matrix", w.name+".txt"), golden.String())
		})
	}
}

func (w way) check(t *testing.T, c gatetest.Case, v gatetest.Visitor, wire []byte) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s × %s: %s\n%.1200s", w.name, v.Name, fmt.Sprintf(format, args...), wire)
	}
	res, body := gatetest.Final(t, c, wire)
	if res.StatusCode != w.status {
		fail("status %d, want %d", res.StatusCode, w.status)
	}
	want := map[string]bool{"sid=S2; Path=/; HttpOnly": true, "gone=; Path=/; Max-Age=0": true}
	if v.Name == "granted" {
		want["_ga=G2; Path=/; Max-Age=63072000"], want["fr=F2; HttpOnly; Path=/; Max-Age=60"] = true, true
	}
	for _, line := range res.Header["Set-Cookie"] {
		byHand := line == "_ga=by hand" && v.Name == "granted"
		if deletes := strings.Contains(line, "Max-Age=0"); !deletes && !byHand && !want[line] {
			fail("Set-Cookie %q passed", line)
		}
		delete(want, line)
	}
	for line := range want {
		fail("Set-Cookie %q was dropped", line)
	}
	seen := "sid mystery"
	if v.Name == "granted" {
		seen = "sid _ga fr mystery"
	}
	names := strings.Fields(strings.ReplaceAll(res.Header.Get("X-Seen"), consent.StateCookie, ""))
	if _, told := res.Header["X-Seen"]; told && !slices.Equal(names, strings.Fields(seen)) {
		fail("the handler saw %q, want %q", names, seen)
	}
	const mark = `<div id="kelisim"`
	if got := strings.Count(body, mark); w.page && got != 1 || !w.page && got != 0 {
		fail("the banner stands in it %d times: %.300q", got, body)
	}
}

var volatile = regexp.MustCompile(`(Date|Content-Length): [^\r]*\r\n|Etag: [^\r]*\r\n`)

// head is what comes before the body, with what changes from run to run left out.
func head(wire []byte) string {
	s := string(wire)
	var out strings.Builder
	for {
		block, rest, _ := strings.Cut(s, "\r\n\r\n")
		out.WriteString(volatile.ReplaceAllString(block+"\r\n", ""))
		if !strings.HasPrefix(block, "HTTP/1.1 1") || !strings.HasPrefix(rest, "HTTP/1.1 ") {
			return strings.ReplaceAll(out.String(), "\r\n", "\n")
		}
		s = rest
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test ./middleware -update", err)
	}
	if got != string(want) {
		t.Errorf("headers differ from %s (go test ./middleware -update rewrites it, after a look):\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// TestHijackedConnectionStillWorks speaks to a real socket, since a 101 is written past net/http.
func TestHijackedConnectionStillWorks(t *testing.T) {
	t.Parallel()
	guard := mount(t, nil)
	e := echo.New()
	e.Use(guard.Process)
	e.GET("/", func(c echo.Context) error {
		conn, rw, err := c.Response().Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: _ga=1\r\nSet-Cookie: sid=1\r\n\r\nhello")
		return errors.Join(err, rw.Flush())
	})
	server := httptest.NewServer(e)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if want := "HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: sid=1\r\n\r\nhello"; string(answer) != want {
		t.Errorf("answer %q, want %q", answer, want)
	}
}
