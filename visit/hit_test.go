package visit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

const canaryAgent = "Mozilla/5.0 (X11; Canary x86_64) CanaryEngine/77.31 CanaryBrowser/9"

func canaryHit() visit.Hit {
	r := httptest.NewRequest("GET", "https://example.kz/canary-path?canary=query", nil)
	r.RemoteAddr = "198.51.100.77:4711"
	r.Header = headers("User-Agent", canaryAgent, "Referer", "https://canary.example/from?secret", "Accept-Language", "kk-CANARY")
	return visit.Capture(r, visit.TrustDirect, time.Unix(1_700_000_000, 0))
}

func TestHitLeaksNothing(t *testing.T) {
	hit := canaryHit()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t", "%w"} {
		fmt.Fprintf(&out, verb+verb+"\n", hit, &hit)
		fmt.Fprintf(&out, verb+"\n", []visit.Hit{hit})
		fmt.Fprintf(&out, verb+"\n", struct{ Hit visit.Hit }{hit})
		fmt.Fprintf(&out, verb+"\n", struct{ hit visit.Hit }{hit})
	}
	fmt.Fprintln(&out, hit, &hit, fmt.Errorf("failed: %v", hit))
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("hit", "hit", hit, "pointer", &hit, "any", any(hit), slog.Group("g", "h", hit))
	}
	text, err := json.Marshal(map[string]any{"hit": hit, "pointer": &hit})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	for _, secret := range []string{"anary", "ANARY", "198.51", "from?", "63616e617279", "c633644d", "3325256781", "[198 51", "281474007000141"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q leaked into:\n%s", secret, out.String())
		}
	}
	if regexp.MustCompile(`\b4711\b`).Match(out.Bytes()) { // as a number of its own: it may be anywhere in the numbers of a veil
		t.Errorf("the port leaked into:\n%s", out.String())
	}
}

func TestCapture(t *testing.T) {
	hit := canaryHit()
	if hit.Addr() != netip.MustParseAddr("198.51.100.77") || hit.UserAgent() != canaryAgent || hit.Host() != "example.kz" ||
		hit.Path() != "/canary-path" || hit.Query() != "canary=query" || hit.Method() != "GET" || hit.Prefetch() ||
		hit.Referrer() != "https://canary.example/from?secret" || hit.AcceptLanguage() != "kk-CANARY" || hit.Time().Unix() != 1_700_000_000 {
		t.Error("Capture does not return what was sent")
	}
}

func TestCaptureCutsStrings(t *testing.T) {
	long := strings.Repeat("x", 8192)
	r := httptest.NewRequest("GET", "https://example.kz/"+long+"?"+long, nil)
	r.Header = headers("User-Agent", long, "Referer", long, "Accept-Language", long)
	hit := visit.Capture(r, visit.TrustDirect, time.Time{})
	for name, s := range map[string]string{"agent": hit.UserAgent(), "referrer": hit.Referrer(), "language": hit.AcceptLanguage(), "query": hit.Query()} {
		if len(s) != 512 {
			t.Errorf("%s has %d bytes, want 512", name, len(s))
		}
	}
	if len(hit.Path()) > 3*512 {
		t.Errorf("path has %d bytes", len(hit.Path()))
	}
}

func TestFromLog(t *testing.T) {
	for _, c := range []struct{ target, path, query string }{
		{"/a/b?c=d?e", "/a/b", "c=d?e"}, {"/", "/", ""}, {"http://example.kz/a?b", "/a", "b"}, {"http://example.kz", "/", ""}, {"*", "*", ""}, {"", "", ""},
	} {
		hit := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("::ffff:198.51.100.7"), Target: c.target, Referrer: "-", UserAgent: "-"})
		if hit.Path() != c.path || hit.Query() != c.query || hit.Referrer() != "" || hit.UserAgent() != "" || !hit.Addr().Is4() {
			t.Errorf("%q: %q %q %q %v", c.target, hit.Path(), hit.Query(), hit.Referrer(), hit.Addr())
		}
	}
}

func TestPrefetch(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Sec-Purpose", "prefetch", true}, {"Sec-Purpose", "prefetch;prerender", true}, {"Purpose", "prefetch", true}, {"X-Moz", "prefetch", true},
		{"X-Purpose", "preview", true}, {"Sec-Purpose", "", false}, {"Purpose", "buy", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set(c.name, c.value)
		if got := visit.Capture(r, visit.TrustDirect, time.Time{}).Prefetch(); got != c.want {
			t.Errorf("%s: %s gives %v", c.name, c.value, got)
		}
	}
}
