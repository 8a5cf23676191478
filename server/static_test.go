package server_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"testing"
)

// TestStaticFiles asserts that what a page loads has the type that browsers insist on under nosniff, whatever the machine
// calls its files, and that it is the same compressed, each time.
func TestStaticFiles(t *testing.T) {
	b := newBench(t, with(year()))
	want := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	page := body(t, b.do("GET", "/admin/", nil, b.signIn(t)))
	met := map[string]bool{}
	for _, file := range regexp.MustCompile(`/admin/static/[^"]+`).FindAllString(page, -1) {
		met[path.Ext(file)] = true
		plain := b.do("GET", file, nil)
		whole := body(t, plain)
		if got := plain.Header.Get("Content-Type"); got != want[path.Ext(file)] || whole == "" {
			t.Errorf("%s is %q of %d bytes", file, got, len(whole))
		}
		for range 2 {
			r := httptest.NewRequest(http.MethodGet, base+file, nil)
			r.Header.Set("Accept-Encoding", "gzip")
			zr, err := gzip.NewReader(b.send(r).Body)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if out, err := io.ReadAll(zr); err != nil || string(out) != whole {
				t.Errorf("%s is another file when it is compressed: %d bytes, %v", file, len(out), err)
			}
		}
	}
	for ext := range want {
		if !met[ext] {
			t.Errorf("no %s is loaded by %.200q", ext, page)
		}
	}
}
