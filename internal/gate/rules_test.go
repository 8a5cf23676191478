package gate_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// TestCodedPagesAreLeftAlone: what an upstream codes although identity was asked passes byte for byte, with its header.
func TestCodedPagesAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"gzip", "br", "zstd", "deflate", "x-unheard-of", "gzip, br"} {
		var asked string
		rec := answer(gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup}, request(browser), func(w http.ResponseWriter, r *http.Request) {
			asked = r.Header.Get("Accept-Encoding")
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Encoding", coding)
			h.Set("Content-Length", strconv.Itoa(len(gatetest.Page)))
			h.Set("ETag", `"coded"`)
			_, _ = io.WriteString(w, gatetest.Page) // stands for bytes that only look like a page
		})
		if asked != "identity" {
			t.Errorf("%s: the handler is asked for %q", coding, asked)
		}
		h := rec.Header()
		if rec.Body.String() != gatetest.Page || h.Get("Content-Encoding") != coding || h.Get("ETag") != `"coded"` || h.Get("Content-Length") != strconv.Itoa(len(gatetest.Page)) {
			t.Errorf("%s: %v\n%s", coding, h, rec.Body)
		}
	}
}

// TestWidePagesAreLeftAlone: UTF-16 that the header does not name is known by its bytes.
func TestWidePagesAreLeftAlone(t *testing.T) {
	t.Parallel()
	wide := func(big, mark bool) []byte {
		text := gatetest.Page
		if mark {
			text = "\uFEFF" + text
		}
		var out []byte
		for _, u := range utf16.Encode([]rune(text)) {
			if big {
				out = append(out, byte(u>>8), byte(u))
			} else {
				out = append(out, byte(u), byte(u>>8))
			}
		}
		return out
	}
	for name, page := range map[string][]byte{
		"little endian": wide(false, true), "big endian": wide(true, true),
		"little endian, unmarked": wide(false, false), "big endian, unmarked": wide(true, false),
	} {
		for _, contentType := range []string{"text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251"} {
			rec := answer(gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup}, request(browser), respond(map[string]string{"Content-Type": contentType}, string(page)))
			if !bytes.Equal(rec.Body.Bytes(), page) {
				t.Errorf("%s as %s: changed", name, contentType)
			}
		}
	}
}

// TestDigestsOfChangedPagesGo: a digest, in the header or behind the body, is of the page without markup.
func TestDigestsOfChangedPagesGo(t *testing.T) {
	t.Parallel()
	names := []string{"Content-MD5", "Digest", "Content-Digest", "Repr-Digest", "Accept-Ranges", "Last-Modified"}
	for _, page := range []bool{true, false} {
		server := httptest.NewServer(mount(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			for _, name := range names {
				h.Set(name, "x")
			}
			h.Set("Trailer", "Server-Timing, Content-Digest, Repr-Digest")
			body := "<li>a part of a page</li>"
			if page {
				body = gatetest.Page
			}
			_, _ = io.WriteString(w, body)
			w.(http.Flusher).Flush()
			h.Set("Server-Timing", "db;dur=1")
			h.Set("Content-Digest", "late")
			h.Set("Repr-Digest", "late")
		}), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup}))
		res, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		server.Close()
		if got := strings.Contains(string(body), banner); got != page {
			t.Fatalf("injected %v, want %v", got, page)
		}
		for _, name := range names {
			if got := res.Header.Get(name) != ""; got == page {
				t.Errorf("page %v: %s is there: %v", page, name, got)
			}
		}
		for _, name := range []string{"Content-Digest", "Repr-Digest"} {
			if got := res.Trailer.Get(name) != ""; got == page {
				t.Errorf("page %v: the trailer %s is there: %v", page, name, got)
			}
		}
		if res.Trailer.Get("Server-Timing") == "" {
			t.Errorf("page %v: an innocent trailer is gone: %v", page, res.Trailer)
		}
	}
}

// TestHeadSaysWhatGetWould: a HEAD must not promise the length or the validators of the page without markup.
func TestHeadSaysWhatGetWould(t *testing.T) {
	t.Parallel()
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 08:00:00 GMT")
		w.Header().Set("Content-Length", strconv.Itoa(len(gatetest.Page)))
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, gatetest.Page)
		}
	}
	p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup}
	get := answer(p, request(browser), handler).Header()
	asked := request(browser)
	asked.Method = http.MethodHead
	head := answer(p, asked, handler).Header()
	if n := head.Get("Content-Length"); n != "" && n != get.Get("Content-Length") {
		t.Errorf("HEAD promises %s bytes, GET sends %s", n, get.Get("Content-Length"))
	}
	for _, name := range []string{"ETag", "Last-Modified", "Cache-Control", "Vary"} {
		if head.Get(name) != get.Get(name) {
			t.Errorf("%s: HEAD says %q, GET %q", name, head.Get(name), get.Get(name))
		}
	}
}

// TestMemoryIsBoundedWithoutABody: of 5 MB whose body tag never comes, little is ever held back.
func TestMemoryIsBoundedWithoutABody(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{
		"comment": "<!doctype html><!--", "script": "<!doctype html><script>", "attribute": `<!doctype html><meta content="`, "head": "<!doctype html><head>",
	} {
		s := &sink{h: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
		w := new(gate.Writer)
		w.Reset(s, request(browser), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup})
		piece, most := bytes.Repeat([]byte("<meta x>"), 512), 0
		_, _ = io.WriteString(w, start)
		written := len(start)
		for ; written < 5<<20; written += len(piece) {
			_, _ = w.Write(piece)
			most = max(most, written+len(piece)-s.n)
		}
		if err := w.Finish(); err != nil || s.n != written {
			t.Errorf("%s: %d bytes of %d, %v", name, s.n, written, err)
		}
		if most > 68<<10 {
			t.Errorf("%s: %d bytes were held back", name, most)
		}
	}
}
