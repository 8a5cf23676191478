package middleware_test

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/json"
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

	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// shared is where larger data may be: KELISIM_TESTDATA, or beside the work tree.
func shared() string {
	return cmp.Or(os.Getenv("KELISIM_TESTDATA"), filepath.Join("..", "..", "shared", "data"))
}

// attackLog is one log of a corpus, and the addresses that must be caught in it.
type attackLog struct {
	Test    string   `json:"test"`
	Log     string   `json:"log"`
	Alerts  int      `json:"alerts"`
	Sources []string `json:"sources"`
	lines   []visit.LogLine
}

// readCorpus reads the logs that manifest.json in dir lists; none where there is no such folder.
func readCorpus(t *testing.T, dir string) []attackLog {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if os.IsNotExist(err) {
		return nil
	}
	var all []attackLog
	if err == nil {
		err = json.Unmarshal(manifest, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].lines = readLines(t, filepath.Join(dir, all[i].Test, all[i].Log))
	}
	return all
}

func readLines(t *testing.T, path string) (lines []visit.LogLine) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var p accesslog.Parser
	for s := bufio.NewScanner(file); s.Scan(); {
		if l, err := p.Parse(s.Text()); err == nil { // others are no lines of access logs
			lines = append(lines, l)
		}
	}
	return lines
}

// heldOut reports a log that no threshold was chosen by: a third, by the hash of its name.
func (l *attackLog) heldOut() bool { return sha256.Sum256([]byte(l.Test))[0]%3 == 0 }

// wanted are the sources that must be caught and that the log has lines of.
func (l *attackLog) wanted() map[netip.Addr]bool {
	want := map[netip.Addr]bool{}
	for _, s := range l.Sources {
		addr := netip.MustParseAddr(s)
		for i := range l.lines {
			if l.lines[i].Addr == addr {
				want[addr] = true
			}
		}
	}
	return want
}

// logSite is a guarded Echo site that answers each request with the status that a log says, on the clock of the log. Logs hold no
// headers but the user agent, so the signals that judge by headers are off.
type logSite struct {
	guard  *middleware.Guard
	echo   *echo.Echo
	now    atomic.Pointer[time.Time] // what goes on in the background looks at it, too
	status int
	worst  map[netip.Addr]risk.Verdict
}

func newLogSite(t *testing.T) *logSite {
	t.Helper()
	s, begin := &logSite{worst: map[netip.Addr]risk.Verdict{}}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.now.Store(&begin)
	s.guard = mount(t, func(c *middleware.Config) {
		c.Now = func() time.Time { return *s.now.Load() }
		c.FlushEvery = time.Hour
		c.Risk = middleware.Risk{Use: middleware.RiskShadow, Capacity: 512, Rules: risk.Rules{Off: []risk.Code{"headers", "headers_many"}}}
	})
	s.echo = echo.New()
	s.echo.Use(s.guard.Process)
	s.echo.Any("/*", s.answer)
	s.echo.RouteNotFound("/*", s.answer)
	return s
}

func (s *logSite) answer(c echo.Context) error { return c.String(s.status, "") }

// replay sends one line as a request, and keeps the worst verdict on its address.
func (s *logSite) replay(l visit.LogLine) {
	s.now.Store(&l.Time)
	s.status = l.Status
	r := &http.Request{Method: cmp.Or(l.Method, "GET"), RequestURI: l.Target, Host: "site.example", Header: http.Header{}, Body: http.NoBody}
	major, minor, ok := http.ParseHTTPVersion(cmp.Or(l.Proto, "HTTP/1.1"))
	if l.Proto == "HTTP/2" || l.Proto == "HTTP/3" {
		major, minor, ok = int(l.Proto[5]-'0'), 0, true
	}
	if !ok {
		major, minor = 0, 0
	}
	r.Proto, r.ProtoMajor, r.ProtoMinor = l.Proto, major, minor
	var err error
	if r.URL, err = url.ParseRequestURI(l.Target); err != nil { // a server that takes such a target hands it on as it is
		path, query, _ := strings.Cut(l.Target, "?")
		r.URL = &url.URL{Path: path, RawQuery: query}
	}
	r.RemoteAddr = netip.AddrPortFrom(l.Addr, 4000).String()
	if l.UserAgent != "" {
		r.Header.Set("User-Agent", l.UserAgent)
	}
	if l.Referrer != "" {
		r.Header.Set("Referer", l.Referrer)
	}
	s.echo.ServeHTTP(httptest.NewRecorder(), r)
	v := s.guard.RiskEngine().Standing(l.Addr, *s.now.Load())
	for _, event := range s.guard.RiskEvents() {
		if event.Who == v.Who && event.Action > v.Action {
			v.Action, v.Reasons = event.Action, event.Reasons
		}
	}
	if v.Action >= s.worst[l.Addr].Action {
		s.worst[l.Addr] = v
	}
}

func codes(v risk.Verdict) string {
	var all []string
	for _, r := range v.Reasons {
		all = append(all, string(r.Code))
	}
	return strings.Join(all, " ")
}
