package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
)

// TestAnEchoSiteTellsOfAccounts: a handler reports who failed to log in, that address's next request is judged by it, and a device is
// told of only where its owner consents.
func TestAnEchoSiteTellsOfAccounts(t *testing.T) {
	t.Parallel()
	guard := mount(t, func(c *middleware.Config) {
		c.Risk = middleware.Risk{Use: middleware.RiskShadow, Capacity: 512, Purpose: consent.Statistics}
	})
	e := echo.New()
	e.Use(guard.Process)
	var last risk.Judgement
	e.POST("/login", func(c echo.Context) error {
		ev := guard.AccountEvent(c, risk.LoginFailed, "aigerim")
		if ev.Consent || !ev.Addr.IsValid() || ev.Agent == "" {
			t.Errorf("nobody consented: %v, %v, %q", ev.Consent, ev.Addr.IsValid(), ev.Agent)
		}
		j, err := guard.Report(c.Request().Context(), ev)
		if err != nil {
			return err
		}
		last = j
		return c.NoContent(http.StatusOK)
	})
	var seen risk.Action
	e.GET("/", func(c echo.Context) error { seen = guard.Verdict(c).Action; return c.NoContent(http.StatusOK) })
	ask := func(method, path string) {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
		for _, key := range []string{"Accept", "Accept-Language", "Accept-Encoding"} {
			r.Header.Set(key, "kk;q=0.5")
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	ask("GET", "/")
	if seen != risk.ActionAllow {
		t.Errorf("before: %v", seen)
	}
	for range 6 {
		ask("POST", "/login")
	}
	ask("GET", "/")
	if seen < risk.ActionThrottle || last.ID == "" || last.Verdict.Reasons[0].Code != "account_failures" {
		t.Errorf("after six failures: %v, %+v", seen, last)
	}
	if err := guard.Label(t.Context(), last.ID, risk.Fraud); err != nil {
		t.Error(err)
	}
	if err := guard.Withdraw(t.Context(), "aigerim"); err != nil {
		t.Error(err)
	}
	if err := guard.ForgetAccount(t.Context(), "aigerim"); err != nil {
		t.Error(err)
	}
}
