package guard_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The banner is in the language of the page that it stands in, whatever the browser prefers, unless the address names
// another: so a shared cache gives everybody the same.
func TestThePageNamesTheLanguage(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for _, row := range []struct{ path, html, cache, prefers, want string }{
		{"/", "kk", "", "en", "kk"}, {"/", "KK-kz", "", "en", "kk"}, {"/", "ru-RU", "", "kk", "ru"}, {"/", "de", "", "ru", "ru"}, {"/", "", "", "ru", "ru"},
		{"/", "be", "", "en", "en"}, {"/", `"`, "", "en", "en"}, {"/", strings.Repeat("k", 100), "", "en", "en"},
		{"/ru/", "kk", "", "en", "ru"}, {"/?lang=ru", "kk", "", "en", "ru"},
		{"/", "kk", "public, max-age=60", "en", "kk"}, {"/", "kk", "public, max-age=60", "ru", "kk"},
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
	}
}
