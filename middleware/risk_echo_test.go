package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
)

// TestEchoSitesAreProtected: what is refused never reaches the site's handlers, Echo knows the status, and what is let through has
// its verdict at hand.
func TestEchoSitesAreProtected(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		use     middleware.RiskUse
		target  string
		status  int
		reached bool
		action  risk.Action
	}{
		{middleware.RiskEnforce, "/?q=<script>", 200, true, risk.ActionThrottle}, // the first ten are served
		{middleware.RiskEnforce, "/?q=../../../etc/passwd", 403, false, 0},
		{middleware.RiskShadow, "/?q=../../../etc/passwd", 200, true, risk.ActionDeny},
		{middleware.RiskEnforce, "/", 200, true, risk.ActionAllow},
		{middleware.RiskOff, "/?q=../../../etc/passwd", 200, true, risk.ActionAllow},
	} {
		guard := mount(t, func(c *middleware.Config) { c.Risk = middleware.Risk{Use: row.use, Capacity: 512} })
		e := echo.New()
		logged, reached := 0, false
		e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				err := next(c)
				logged = c.Response().Status
				return err
			}
		}, guard.Process)
		e.GET("/*", func(c echo.Context) error {
			reached = true
			if v := guard.Verdict(c); v.Action != row.action {
				t.Errorf("%s: verdict %v, want %v", row.target, v.Action, row.action)
			}
			return c.String(http.StatusOK, "site")
		})
		r := httptest.NewRequest(http.MethodGet, strings.ReplaceAll(row.target, "<", "%3C"), nil)
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
		for _, key := range []string{"Accept", "Accept-Language", "Accept-Encoding"} {
			r.Header.Set(key, "kk;q=0.5")
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != row.status || reached != row.reached || logged != row.status || strings.Contains(w.Body.String(), "site") != row.reached && row.reached {
			t.Errorf("%s: status %d, Echo's %d, reached %v; want %d, %v: %s", row.target, w.Code, logged, reached, row.status, row.reached, w.Body)
		}
	}
}
