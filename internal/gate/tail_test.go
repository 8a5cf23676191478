package gate_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// tail is a piece of markup that counts how often it was asked for.
type tail struct{ asked int }

func (t *tail) Tail() []byte {
	t.asked++
	return []byte(`<script src="/t.js" data-k="token" defer></script>`)
}

// TestTailGoesIntoOnePage: behind the markup of a private page, with its length and the site's nonce; never into what a
// cache keeps for everybody, and nowhere that takes no markup.
func TestTailGoesIntoOnePage(t *testing.T) {
	const page = "<!doctype html><body><p>page</p></body>"
	for _, row := range []struct {
		name, kind, cache, csp, want string
	}{
		{"private", "text/html; charset=utf-8", "", "", `<i>markup</i><script src="/t.js" data-k="token" defer></script><p>page</p>`},
		{"strict", "text/html; charset=utf-8", "", "script-src 'nonce-n'", `<i>markup</i><script nonce="n" src="/t.js" data-k="token" defer></script><p>`},
		{"shared", "text/html; charset=utf-8", "public, max-age=60", "", `<body><i>shared</i><p>page</p>`},
		{"no page", "text/plain", "", "", page},
	} {
		own := new(tail)
		p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: gate.NewMarkup([]byte("<i>markup</i>")), Shared: gate.NewMarkup([]byte("<i>shared</i>")), Tail: own}
		r, rec := request(browser), httptest.NewRecorder()
		inner := gate.Hide(r, &p)
		var w gate.Writer
		w.Reset(rec, inner, p)
		h := w.Header()
		h.Set("Content-Type", row.kind)
		h.Set("Content-Length", strconv.Itoa(len(page)))
		if row.cache != "" {
			h.Set("Cache-Control", row.cache)
		}
		if row.csp != "" {
			h.Set("Content-Security-Policy", row.csp)
		}
		if _, err := w.Write([]byte(page)); err != nil {
			t.Fatal(err)
		}
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		body := rec.Body.String()
		if !strings.Contains(body, row.want) {
			t.Errorf("%s: %s", row.name, body)
		}
		if got := rec.Header().Get("Content-Length"); got != strconv.Itoa(len(body)) {
			t.Errorf("%s: Content-Length %s of %d bytes", row.name, got, len(body))
		}
		if asked := strings.Count(row.want, "data-k"); own.asked != asked {
			t.Errorf("%s: asked %d times, want %d", row.name, own.asked, asked)
		}
	}
}
