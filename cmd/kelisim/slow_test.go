package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSlowAndHugeHeadersKeepNobodyOut holds two hundred requests open whose headers never end, and sends some that are too long: others
// are answered meanwhile, and whoever is slow is hung up on.
func TestSlowAndHugeHeadersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "site") }))
	defer upstream.Close()
	policy, err := filepath.Abs("demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "proxy", "--addr", "127.0.0.1:0", "--upstream", upstream.URL, "--policy", policy, "--trust", "direct")
	host := strings.TrimPrefix(p.base, "http://")
	begun := time.Now()
	var slow []net.Conn
	for range 200 {
		slow = append(slow, send(t, host, "GET / HTTP/1.1\r\nHost: "+host+"\r\nX-Slow: "))
	}
	for range 20 {
		wantSite(t, p.base)
	}
	huge := send(t, host, "GET / HTTP/1.1\r\nHost: "+host+"\r\nX-Huge: "+strings.Repeat("x", 100<<10)+"\r\n\r\n")
	if answer := hear(t, huge); !strings.HasPrefix(answer, "HTTP/1.1 431 ") {
		t.Errorf("a header of 100 KiB: %.80q", answer)
	}
	many := send(t, host, "GET / HTTP/1.1\r\nHost: "+host+"\r\n"+strings.Repeat("X-Many: x\r\n", 10_000)+"\r\n")
	if answer := hear(t, many); !strings.HasPrefix(answer, "HTTP/1.1 431 ") {
		t.Errorf("10,000 headers: %.80q", answer)
	}
	for _, c := range slow {
		if answer := hear(t, c); strings.Contains(answer, "200 OK") {
			t.Fatalf("a request whose headers never ended was answered: %q", answer)
		}
	}
	if held := time.Since(begun); held < headerTime/2 {
		t.Errorf("slow ones were hung up on after %v: too early for a phone", held)
	}
	wantSite(t, p.base)
}

// send opens a connection and says text on it.
func send(t *testing.T, host, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, _ = io.WriteString(c, text) // who is hung up on while talking hears why
	return c
}

// hear reads what comes until the other side hangs up, which it must.
func hear(t *testing.T, c net.Conn) string {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	answer, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("still open after %v", patience)
	}
	return string(answer)
}

func wantSite(t *testing.T, base string) {
	t.Helper()
	answer, err := http.Get(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if got := fmt.Sprint(answer.StatusCode, " ", string(body), " ", err); got != "200 site <nil>" {
		t.Errorf("a visitor beside them is answered %q", got)
	}
}
