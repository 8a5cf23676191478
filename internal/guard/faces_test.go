package guard_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
)

// spoken is a site in many languages.
var spoken = []string{"kk", "ru", "en", "ar", "de", "fr", "he", "ja", "pt", "tr", "uk", "uz", "zh", "fa", "it", "es"}

func inMany(c *guard.Config) { c.Policy.Languages = spoken }

// ask is the answer to a page that says of itself that it is in lang, and whose validator is known.
func ask(h *house, lang, body, known string) *httptest.ResponseRecorder {
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "<!doctype html><html lang="+lang+"><body>"+body+"</body></html>")
	})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Sec-Fetch-Dest", "document")
	if known != "" {
		r.Header.Set("If-None-Match", known)
	}
	rec := httptest.NewRecorder()
	h.guard.Handler(site).ServeHTTP(rec, r)
	return rec
}

// TestMarkupIsMadeWhenItIsNeeded: whichever language comes first, and however many at once, each gets its own, once.
func TestMarkupIsMadeWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	h := build(t, inMany)
	var all sync.WaitGroup
	for range 4 {
		for _, lang := range spoken {
			all.Go(func() {
				got := ask(h, lang, "<p>page", "").Body.String()
				if want := `<body><div id="kelisim" lang="` + lang + `"`; !strings.Contains(got, want) {
					t.Errorf("%s: %.120s", lang, got)
				}
				panel := httptest.NewRecorder()
				h.guard.Handler(http.NotFoundHandler()).ServeHTTP(panel, httptest.NewRequest(http.MethodGet, "/consent/panel?lang="+lang, nil))
				if !strings.Contains(panel.Body.String(), `lang="`+lang+`"`) {
					t.Errorf("%s: panel %.120s", lang, panel.Body)
				}
				again := ask(h, lang, strings.TrimPrefix(got[strings.Index(got, "<body>"):], "<body>"), "").Body.String()
				if strings.Count(again, `id="kelisim"`) != 1 {
					t.Errorf("%s: a page that has the markup gets it again", lang)
				}
			})
		}
	}
	all.Wait()
}

// TestValidatorsOutliveARestart: those of one policy are the same in every process, whatever was asked for before, and those of
// another are not, though it changes a language that this visitor never saw.
func TestValidatorsOutliveARestart(t *testing.T) {
	t.Parallel()
	one, two := build(t, inMany), build(t, inMany)
	ask(two, "ja", "<p>", "")
	tag := ask(one, "en", "<p>", "").Header().Get("ETag")
	if tag == "" || ask(two, "en", "<p>", "").Header().Get("ETag") != tag {
		t.Errorf("the validator %q is another after a restart", tag)
	}
	three := build(t, func(c *guard.Config) {
		inMany(c)
		c.Policy.Site.Name += "!"
		c.Policy.Revision.Text = consent.Text{"kk": "x"}
	})
	if got := ask(three, "en", "<p>", tag); got.Code != http.StatusOK || got.Header().Get("ETag") == tag {
		t.Errorf("under another policy: %d %q", got.Code, got.Header().Get("ETag"))
	}
}
