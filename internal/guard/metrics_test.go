package guard_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestMetrics: each sample belongs to a family with a help and a type, the account adds up, and no value of a dimension is
// told.
func TestMetrics(t *testing.T) {
	h := build(t, nil)
	token, _ := h.visitPage("/articles/canary")
	h.tell("k", token, "p", "/articles/canary", "t", "Canary", "e", "canary")
	h.choose("reject")
	h.do(http.MethodGet, "/a", nil)
	rec := httptest.NewRecorder()
	h.guard.Metrics().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := rec.Body.String()
	if got := rec.Header().Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	sample := regexp.MustCompile(`^(kelisim_[a-z_]+)(\{[a-z]+="[\w.-]*"(,[a-z]+="[\w.-]*")*\})? -?\d+$`)
	family := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			family, _, _ = strings.Cut(name, " ")
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		if m := sample.FindStringSubmatch(line); m == nil || m[1] != family {
			t.Errorf("%q is no sample of %s", line, family)
		}
	}
	for _, want := range []string{"kelisim_hits_accepted_total 2", "kelisim_hits_waiting 2", "kelisim_hits_missing 0", `kelisim_beacon_deliveries_total{fate="signed"} 1`} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	if strings.Contains(strings.ToLower(text), "canary") {
		t.Error("a value of a dimension is told")
	}
	rec = httptest.NewRecorder()
	h.guard.Metrics().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/metrics", nil))
	if rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("a POST is answered %d", rec.Code)
	}
}
