package guard_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// patient notes until when a handler is willing to read.
type patient struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (p *patient) SetReadDeadline(t time.Time) error {
	p.until = t
	return nil
}

// TestSlowSendersAreNotWaitedFor: the privacy centre reads within seconds; what the site reads is the site's.
func TestSlowSendersAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	handler := h.guard.Handler(http.HandlerFunc(page))
	for path, bounded := range map[string]bool{"/consent/choice": true, "/consent/check": true, "/consent/report": true, "/consent/beacon": true, "/upload": false} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"action": {"reject"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := &patient{ResponseRecorder: httptest.NewRecorder()}
		handler.ServeHTTP(w, r)
		if got := time.Until(w.until); bounded != (got > 0 && got < time.Minute) {
			t.Errorf("%s is read for %v", path, got)
		}
	}
}
