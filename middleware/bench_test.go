package middleware_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
)

// discard is a response writer that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// request is a page view by a visitor who has decided.
func request(tb testing.TB, guard *middleware.Guard, action consent.Action) *http.Request {
	tb.Helper()
	keys, err := consent.NewKeys(secret)
	if err != nil {
		tb.Fatal(err)
	}
	choice, _ := guard.Rules().Apply(consent.Submission{Action: action, Method: consent.MethodBanner}, consent.Choice{}, gatetest.Now)
	r := httptest.NewRequest(http.MethodGet, "/articles/wild", nil)
	r.RemoteAddr = "92.46.1.7:4242"
	r.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36")
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("Accept-Language", "kk,ru;q=0.9")
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	r.Header.Set("Referer", "https://www.google.com/")
	r.Header.Set("Sec-Fetch-Dest", "document")
	r.Header.Set("Cookie", "sid=1; "+consent.StateCookie+"="+keys.SealState(choice, guard.Rules()))
	return r
}

// site is an Echo site with one page, guarded or bare. The page is no HTML, so that nothing is injected.
func site(guard *middleware.Guard) *echo.Echo {
	e := echo.New()
	if guard != nil {
		e.Use(guard.Process)
	}
	page := []byte(gatetest.Page)
	e.GET("/*", func(c echo.Context) error { return c.Blob(http.StatusOK, "text/html; charset=utf-8", page) })
	return e
}

func run(b *testing.B, h http.Handler, r *http.Request) { measure(b, h, r, func(int) {}) }

// measure serves r again and again, after next has made it the i-th request. Beside the time that passed it reports
// that of the processor, as "cpu-ns/op": the median of parts of the run.
func measure(b *testing.B, h http.Handler, r *http.Request, next func(i int)) {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const part = 1000
	w, i := &discard{header: http.Header{}}, 0
	parts := make([]float64, 0, 1<<16)
	b.ReportAllocs()
	began := cpuTime()
	for b.Loop() {
		clear(w.header)
		next(i)
		h.ServeHTTP(w, r)
		if i++; i%part == 0 && len(parts) < cap(parts) {
			now := cpuTime()
			parts, began = append(parts, float64(now-began)/part), now
		}
	}
	if slices.Sort(parts); len(parts) > 0 && parts[len(parts)/2] > 0 {
		b.ReportMetric(parts[len(parts)/2], "cpu-ns/op")
	}
}

// BenchmarkEcho compares a bare Echo site with the same site guarded, in one run.
func BenchmarkEcho(b *testing.B) {
	guard := mount(b, func(c *middleware.Config) { c.ByTemplate = true })
	r := request(b, guard, consent.Accept)
	b.Run("bare", func(b *testing.B) { run(b, site(nil), r) })
	b.Run("bare+noop", func(b *testing.B) {
		e := site(nil)
		e.Use(func(next echo.HandlerFunc) echo.HandlerFunc { return func(c echo.Context) error { return next(c) } })
		run(b, e, r)
	})
	b.Run("guarded", func(b *testing.B) { run(b, site(guard), r) })
	b.Run("guarded/refused", func(b *testing.B) { run(b, site(guard), request(b, guard, consent.Reject)) })
	b.Run("guarded/32000rows", func(b *testing.B) { runRows(b, site(guard), r) })
}

// rows are 32,000 pages, each with a visitor of its own. A server has read a request the moment before it is
// answered, so the request itself is always the same; what it leads to is far apart in memory.
func rows() (paths, addrs []string) {
	for i := range 32000 {
		paths = append(paths, fmt.Sprintf("/articles/page-%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%48))
		addrs = append(addrs, fmt.Sprintf("92.46.%d.%d:1", i/256%256, i%256))
	}
	return paths, addrs
}

func runRows(b *testing.B, h http.Handler, r *http.Request) {
	b.Helper()
	paths, addrs := rows()
	r = r.Clone(b.Context())
	measure(b, h, r, func(i int) { r.URL.Path, r.RemoteAddr = paths[i%len(paths)], addrs[i%len(addrs)] })
}

// BenchmarkInjection is a page for a visitor who has decided, with the reopen control put in.
func BenchmarkInjection(b *testing.B) {
	guard := mount(b, nil)
	r := request(b, guard, consent.Accept)
	b.Run("bare", func(b *testing.B) { run(b, site(nil), r) })
	b.Run("guarded", func(b *testing.B) { run(b, site(guard), r) })
}

// TestBudget holds the guard to DESIGN section 12 on allocations, which are not a matter of load.
func TestBudget(t *testing.T) {
	guard := mount(t, func(c *middleware.Config) { c.ByTemplate = true })
	r := request(t, guard, consent.Accept)
	allocations := func(h http.Handler) float64 {
		w := &discard{header: http.Header{}}
		for range 100 {
			clear(w.header)
			h.ServeHTTP(w, r)
		}
		return testing.AllocsPerRun(500, func() {
			clear(w.header)
			h.ServeHTTP(w, r)
		})
	}
	if bare, guarded := allocations(site(nil)), allocations(site(guard)); guarded-bare > 1 {
		t.Errorf("the guard allocates %.1f times a request over bare Echo's %.1f; 1 is allowed", guarded-bare, bare)
	}
}

// BenchmarkJudged compares a guarded Echo site with the same site that judges its requests as well, in one run.
func BenchmarkJudged(b *testing.B) {
	for _, use := range []middleware.RiskUse{middleware.RiskOff, middleware.RiskShadow, middleware.RiskEnforce} {
		guard := mount(b, func(c *middleware.Config) {
			c.ByTemplate = true
			c.Risk = middleware.Risk{Use: use, Rules: risk.Rules{Off: []risk.Code{"crawl_rate"}}} // the clock stands still
		})
		r := request(b, guard, consent.Accept)
		r.Header.Set("Accept-Encoding", "gzip, deflate, br")
		b.Run([]string{"off", "shadow", "enforce"}[use], func(b *testing.B) { run(b, site(guard), r) })
	}
}
