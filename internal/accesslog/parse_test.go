package accesslog_test

import (
	"bufio"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/visit"
)

var noon = time.Date(2026, 3, 1, 12, 0, 5, 0, time.UTC)

func TestParse(t *testing.T) {
	t.Parallel()
	v4, v6 := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")
	tests := []struct {
		name, line string
		want       visit.LogLine
	}{
		{"combined", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a?b=c HTTP/1.1" 200 512 "https://example.org/" "Mozilla/5.0"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a?b=c", Status: 200, Bytes: 512, Referrer: "https://example.org/", UserAgent: "Mozilla/5.0"}},
		{"combined, nothing sent along", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" 304 - "-" "-"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/", Status: 304}},
		{"common", `192.0.2.7 - frank [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.0" 200 1`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a", Status: 200, Bytes: 1}},
		{"virtual host", `example.org:443 2001:db8::7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/2.0" 200 1 "-" "x"`, visit.LogLine{Addr: v6, Host: "example.org:443", Time: noon, Method: "GET", Target: "/a", Status: 200, Bytes: 1, UserAgent: "x"}},
		{"user with spaces", `192.0.2.7 - some one [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "x"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a", Status: 200, Bytes: 1, UserAgent: "x"}},
		{"brackets in the user", `192.0.2.7 - a [02/Mar/2026:12:00:05 +0000] \"GET [x] [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 401 1 "-" "x"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a", Status: 401, Bytes: 1, UserAgent: "x"}},
		{"zone", `192.0.2.7 - - [01/Mar/2026:17:00:05 +0500] "GET /a HTTP/1.1" 200 1 "-" "x"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a", Status: 200, Bytes: 1, UserAgent: "x"}},
		{"escaped quote", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "a \"b\" \\ \x41"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a", Status: 200, Bytes: 1, UserAgent: `a "b" \ A`}},
		{"no request line", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "\x16\x03\x01" 400 1 "-" "-"`, visit.LogLine{Addr: v4, Time: noon, Status: 400, Bytes: 1}},
		{"space in target", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a b HTTP/1.1" 200 1 "-" "x"`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a b", Status: 200, Bytes: 1, UserAgent: "x"}},
		{"more fields behind", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" 500 "y" 0ms`, visit.LogLine{Addr: v4, Time: noon, Method: "GET", Target: "/a", Status: 200, Bytes: 1, UserAgent: "x"}},
		{"Caddy", `{"level":"info","ts":1772366405,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"198.51.100.1","client_ip":"192.0.2.7","proto":"HTTP/2.0","method":"GET","host":"example.org","uri":"/a?b=c","headers":{"User-Agent":["x"],"Referer":["https://example.net/"]}},"status":200,"size":7}`, visit.LogLine{Addr: v4, Time: noon, Host: "example.org", Method: "GET", Target: "/a?b=c", Status: 200, Bytes: 7, UserAgent: "x", Referrer: "https://example.net/"}},
		{"Caddy, older, RFC 3339", `{"ts":"2026-03-01T12:00:05Z","request":{"remote_ip":"192.0.2.7","method":"GET","host":"example.org","uri":"/"},"status":404}`, visit.LogLine{Addr: v4, Time: noon, Host: "example.org", Method: "GET", Target: "/", Status: 404}},
	}
	var p accesslog.Parser
	for _, tt := range tests {
		got, err := p.Parse(tt.line)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if !got.Time.Equal(tt.want.Time) {
			t.Errorf("%s: time %v, want %v", tt.name, got.Time, tt.want.Time)
		}
		if proto := protoIn(tt.line); got.Proto != proto {
			t.Errorf("%s: protocol %q, want %q", tt.name, got.Proto, proto)
		}
		got.Time, got.Proto = tt.want.Time, ""
		if got != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
}

// protoIn is the version of HTTP that a line of the table holds.
func protoIn(line string) string {
	if i := strings.Index(line, "HTTP/"); i >= 0 {
		return line[i : i+len("HTTP/1.1")]
	}
	return ""
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		want       error
	}{
		{"empty", "  ", accesslog.ErrEmpty},
		{"too long", strings.Repeat("x", accesslog.MaxLine+1), accesslog.ErrLong},
		{"no address", `host - - [01/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" 200 1`, accesslog.ErrAddress},
		{"no time", `192.0.2.7 - - "GET / HTTP/1.1" 200 1`, accesslog.ErrTime},
		{"day 32", `192.0.2.7 - - [32/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" 200 1`, accesslog.ErrTime},
		{"hour 24", `192.0.2.7 - - [01/Mar/2026:24:00:05 +0000] "GET / HTTP/1.1" 200 1`, accesslog.ErrTime},
		{"no request", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] 200 1`, accesslog.ErrRequest},
		{"no status", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" OK 1`, accesslog.ErrStatus},
		{"status 99", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" 99 1`, accesslog.ErrStatus},
		{"cut off", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" 200 1 "-" "Mozilla`, accesslog.ErrQuote},
		{"cut off in the request", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /`, accesslog.ErrQuote},
		{"other JSON", `{"a":1}`, accesslog.ErrJSON},
		{"Caddy's error log", `{"logger":"http.log.error.log0","ts":1,"request":{"remote_ip":"192.0.2.7","uri":"/"},"status":500}`, accesslog.ErrJSON},
		{"broken JSON", `{"ts":`, accesslog.ErrJSON},
		{"JSON without time", `{"request":{"remote_ip":"192.0.2.7","uri":"/"},"status":200}`, accesslog.ErrTime},
	}
	var p accesslog.Parser
	for _, tt := range tests {
		if _, err := p.Parse(tt.line); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		} else if strings.Contains(err.Error(), "192.0.2.7") {
			t.Errorf("%s: the error repeats the address: %v", tt.name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "a \"b\" \\ \x41"`)
	f.Add(`{"ts":1772366405.5,"request":{"client_ip":"::1","uri":"/"},"status":200}`)
	f.Add("\\ [] \"\" \"")
	f.Fuzz(func(t *testing.T, line string) {
		var p accesslog.Parser
		l, err := p.Parse(line)
		if err == nil && (l.Status < 100 || l.Status > 599 || !l.Addr.IsValid() || l.Bytes < 0) {
			t.Errorf("accepted %+v", l)
		}
	})
}

// TestRealLog reads the real log where there is one, and always the small one of this package.
func TestRealLog(t *testing.T) {
	t.Parallel()
	read := func(path string) (lines, bad int) {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var p accesslog.Parser
		for s := bufio.NewScanner(file); s.Scan(); lines++ {
			if _, err := p.Parse(s.Text()); err != nil {
				bad++
			}
		}
		return lines, bad
	}
	if lines, bad := read("testdata/small.log"); lines != 4 || bad != 1 {
		t.Errorf("small.log: %d lines, %d bad; want 4 and 1", lines, bad)
	}
	dir := os.Getenv("KELISIM_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "apache_logs")); err != nil {
		return // covered by small.log
	}
	if lines, bad := read(filepath.Join(dir, "apache_logs")); lines != 10000 || bad != 1 {
		t.Errorf("apache_logs: %d lines, %d bad; want 10000 and 1", lines, bad)
	}
}

func BenchmarkParse(b *testing.B) {
	line := `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a?b=c HTTP/1.1" 200 512 "https://example.org/" "Mozilla/5.0 (X11; Linux x86_64)"`
	var p accesslog.Parser
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := p.Parse(line); err != nil {
			b.Fatal(err)
		}
	}
}
