package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestProxyLeavesAddressesAlone: whatever an address looks like, it is handed on as it came; the admin's pages alone are ours.
func TestProxyLeavesAddressesAlone(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "site "+r.RequestURI)
	}))
	defer upstream.Close()
	policy, err := filepath.Abs("demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "proxy", "--addr", "127.0.0.1:0", "--upstream", upstream.URL, "--policy", policy, "--trust", "direct")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, row := range []struct {
		path   string
		status int
		has    string
	}{
		{"/a//b", 200, "site /a//b"},
		{"/web/https://example.com/x", 200, "site /web/https://example.com/x"},
		{"/a/%2e%2e/b;c=1?d=%20", 200, "site /a/%2e%2e/b;c=1?d=%20"},
		{"/administration", 200, "site /administration"},
		{"/healthz", 200, "ok"},
		{"/admin", 303, ""},
		{"/admin/", 303, ""},
		{"/consent/state", 200, "decided"},
	} {
		request, err := http.NewRequest(http.MethodGet, p.base, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL.Opaque = row.path
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != row.status || !strings.Contains(string(body), row.has) {
			t.Errorf("%s: %d %s, want %d with %q", row.path, answer.StatusCode, body, row.status, row.has)
		}
	}
}
