package gatetest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Exchange sends the request of c and returns every byte of the answer.
func Exchange(tb testing.TB, addr string, c Case) []byte {
	tb.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s /shop/cart HTTP/1.1\r\nHost: www.example.test\r\nCookie: %s\r\n", c.method(), RequestCookies)
	for _, key := range slices.Sorted(maps.Keys(c.Header)) {
		fmt.Fprintf(&b, "%s: %s\r\n", key, c.Header[key])
	}
	if c.Header["Connection"] == "" {
		b.WriteString("Connection: close\r\n")
	}
	conn, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, b.String()+"\r\n"); err != nil {
		tb.Fatal(err)
	}
	wire, err := io.ReadAll(conn)
	if err != nil {
		tb.Fatalf("read %q: %v", wire, err)
	}
	return wire
}

func (c Case) method() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

// Final parses the final response, behind interim ones, and undoes chunks and gzip.
func Final(tb testing.TB, c Case, wire []byte) (*http.Response, string) {
	tb.Helper()
	r := bufio.NewReader(bytes.NewReader(wire))
	for {
		res, err := http.ReadResponse(r, &http.Request{Method: c.method()})
		if err != nil {
			tb.Fatalf("%s: %v in %q", c.Name, err, wire)
		}
		if res.StatusCode < 200 && res.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			tb.Fatalf("%s: body: %v in %q", c.Name, err, wire)
		}
		if c.GzipOut {
			if z, err := gzip.NewReader(bytes.NewReader(body)); err != nil {
				tb.Errorf("%s: %v", c.Name, err)
			} else if body, err = io.ReadAll(z); err != nil {
				tb.Errorf("%s: %v", c.Name, err)
			}
		}
		return res, string(body)
	}
}

// Check holds the wire of one exchange to what the case and the visitor demand.
func Check(tb testing.TB, c Case, v Visitor, wire []byte) {
	tb.Helper()
	fail := func(format string, args ...any) {
		tb.Helper()
		tb.Errorf("%s × %s: %s\n(%s)\n%s", c.Name, v.Name, fmt.Sprintf(format, args...), c.Why, wire)
	}
	res, body := Final(tb, c, wire)
	if res.StatusCode != c.Status {
		fail("status %d, want %d", res.StatusCode, c.Status)
	}
	checkCookies(c, v, wire, res, fail)
	if got := strings.Count(body, Markup); got != bit(c.Page) {
		fail("markup %d times, want %d", got, bit(c.Page))
	}
	if c.Page && strings.Replace(body, Markup, "", 1) != Page {
		fail("the page has changed beside the markup: %q", body)
	}
	if c.Page && !strings.Contains(body, `<body class="x>y">`+Markup) {
		fail("the markup is not behind the body tag")
	}
	checkCaching(c, v, res, fail)
	for _, s := range c.Has {
		if !bytes.Contains(wire, []byte(s)) {
			fail("the wire lacks %q", s)
		}
	}
	for _, s := range c.Lacks {
		if bytes.Contains(wire, []byte(s)) {
			fail("the wire has %q", s)
		}
	}
}

func checkCookies(c Case, v Visitor, wire []byte, res *http.Response, fail func(string, ...any)) {
	granted := v.Name == "granted"
	for _, s := range []string{"mystery=M2", "_ga=late", "_ga=trailer", "_ga=by hand", "_ga=G2", "fr=F2"} {
		if bytes.Contains(wire, []byte(s)) && (!granted || s == "mystery=M2" || s == "_ga=trailer") {
			fail("%q is on the wire", s)
		}
	}
	lines := res.Header["Set-Cookie"]
	var want []string
	if !c.Bare {
		want = []string{"sid=S2; Path=/; HttpOnly", "gone=; Path=/; Max-Age=0"}
		if granted {
			want = []string{want[0], "_ga=G2; Path=/; Max-Age=63072000", want[1], "fr=F2; HttpOnly; Path=/; Max-Age=60"}
		}
	}
	for _, line := range want {
		if !slices.Contains(lines, line) {
			fail("Set-Cookie lacks %q: %q", line, lines)
		}
	}
	for i, line := range lines {
		if slices.Contains(lines[:i], line) {
			fail("Set-Cookie has %q twice", line)
		}
		expires := strings.HasPrefix(line, "_ga=;") || strings.HasPrefix(line, "fr=;")
		if expires && v.Name != "denied" {
			fail("Set-Cookie deletes what was not refused: %q", line)
		}
	}
	if expired := slices.ContainsFunc(lines, func(s string) bool { return strings.HasPrefix(s, "fr=;") }); v.Name == "denied" &&
		!expired && c.Status != 101 && c.Name != "hijack" {
		fail("an HttpOnly cookie of a refused purpose is not deleted: %q", lines)
	}
	seen := map[bool]string{true: "sid _ga fr mystery", false: "sid mystery"}[granted]
	if got, ok := res.Header["X-Seen"]; ok && got[0] != seen {
		fail("the handler saw %q, want %q", got, seen)
	}
}

func checkCaching(c Case, v Visitor, res *http.Response, fail func(string, ...any)) {
	if c.Name == "hijack" || c.Status == http.StatusSwitchingProtocols {
		return // the handler's own bytes
	}
	if c.Bare && !c.Page && v.Name != "denied" {
		return
	}
	control := res.Header.Get("Cache-Control")
	if !strings.Contains(control, "private") || !strings.Contains(strings.Join(res.Header["Vary"], ","), "Cookie") {
		fail("a shared cache may store it: Cache-Control %q, Vary %q", control, res.Header["Vary"])
	}
	if c.Page && (v.Name != "granted" && v.Name != "denied") != strings.Contains(control, "no-store") {
		fail("Cache-Control %q", control)
	}
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
