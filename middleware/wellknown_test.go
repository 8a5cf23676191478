package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
)

// TestS3_6_1_EchoAnswersTheSupportResource before the site's own route, and for a site that has none.
func TestS3_6_1_EchoAnswersTheSupportResource(t *testing.T) {
	t.Parallel()
	guard := mount(t, nil)
	for _, routed := range []bool{false, true} {
		e := echo.New()
		e.Use(guard.Process)
		if routed {
			e.GET(consent.GPCPath, func(c echo.Context) error { return c.String(http.StatusOK, "the site's") })
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, consent.GPCPath, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"gpc":true`) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("routed %v: %d %q", routed, w.Code, w.Body)
		}
	}
}
