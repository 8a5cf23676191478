package guard_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/guard"
)

// The banner is in the language of the page that it stands in, whatever the browser prefers, unless the address names
// another: so a shared cache gives everybody the same.
func TestThePageNamesTheLanguage(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	const shared = "public, max-age=60"
	for _, row := range []struct{ path, html, cache, prefers, want string }{
		{"/", "kk", "", "en", "kk"}, {"/", "KK-kz", "", "en", "kk"}, {"/", "ru-RU", "", "kk", "ru"}, {"/", "de", "", "ru", "ru"}, {"/", "", "", "ru", "ru"},
		{"/", "be", "", "en", "en"}, {"/", `"`, "", "en", "en"}, {"/", strings.Repeat("k", 100), "", "en", "en"},
		{"/ru/", "kk", "", "en", "ru"}, {"/?lang=ru", "kk", "", "en", "ru"}, {"/ru/", "kk", shared, "en", "ru"},
		{"/", "kk", shared, "en", "kk"}, {"/", "kk", shared, "ru", "kk"}, {"/", "", shared, "ru", "ru"}, {"/", "de", shared, "ru", "ru"},
	} {
		site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if row.cache != "" {
				w.Header().Set("Cache-Control", row.cache)
			}
			_, _ = io.WriteString(w, "<!doctype html><html lang='"+row.html+"'><body><p>page</p></body></html>")
		})
		r := httptest.NewRequest(http.MethodGet, row.path, nil)
		r.Header.Set("Accept-Language", row.prefers)
		rec := httptest.NewRecorder()
		h.guard.Handler(site).ServeHTTP(rec, r)
		if !strings.Contains(rec.Body.String(), `id="kelisim" lang="`+row.want+`"`) {
			t.Errorf("%+v: %.120s", row, rec.Body)
		}
		if vary := rec.Header().Values("Vary"); row.cache != "" && slices.Contains(vary, "Accept-Language") != (row.path == "/" && row.html != "kk") {
			t.Errorf("%+v: Vary %q", row, vary)
		}
	}
}

// A template says in which language it prints the banner; what the policy does not have is said as without.
func TestATemplateNamesTheLanguage(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.ByTemplate = true })
	for _, row := range []struct{ path, named, prefers, want string }{
		{"/", "kk", "en", "kk"}, {"/", "ru-RU", "kk", "ru"}, {"/en/", "ru", "kk", "ru"},
		{"/", "", "ru", "ru"}, {"/", "de", "ru", "ru"}, {"/en/", "", "ru", "en"}, {"/", strings.Repeat("k", 1000), "ru", "ru"},
	} {
		site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "public")
			_, _ = io.WriteString(w, "<!doctype html><html lang=en><body>"+string(h.guard.BannerIn(w, r, row.named))+"<p>page</p></body></html>")
		})
		r := httptest.NewRequest(http.MethodGet, row.path, nil)
		r.Header.Set("Accept-Language", row.prefers)
		rec := httptest.NewRecorder()
		h.guard.Handler(site).ServeHTTP(rec, r)
		if body := rec.Body.String(); !strings.Contains(body, `id="kelisim" lang="`+row.want+`"`) || strings.Count(body, `id="kelisim"`) != 1 {
			t.Errorf("%+v: %.160s", row, body)
		}
		if cache := rec.Header().Get("Cache-Control"); !strings.HasPrefix(cache, "private") {
			t.Errorf("%+v: Cache-Control %q", row, cache)
		}
	}
}
