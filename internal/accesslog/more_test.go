package accesslog_test

import (
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/accesslog"
)

func TestMoreFields(t *testing.T) {
	t.Parallel()
	const combined = `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "x"`
	const caddy = `{"ts":1772366405,"request":{"remote_ip":"192.0.2.7","method":"GET","host":"example.org","uri":"/"},"status":200,"duration":`
	tests := []struct {
		name, line, host string
		latency          time.Duration
	}{
		{"nothing more", combined, "", 0},
		{"$request_time", combined + ` 0.042`, "", 42 * time.Millisecond},
		{"behind $http_x_forwarded_for", combined + ` "203.0.113.9" 1.500`, "", 1500 * time.Millisecond},
		{"named", combined + ` rt=0.007 uct="0.000" urt="0.006"`, "", 7 * time.Millisecond},
		{"the first one counts", combined + ` 0.042 0.040`, "", 42 * time.Millisecond},
		{"with the host", combined + ` host=example.org request_time=0.100`, "example.org", 100 * time.Millisecond},
		{"the virtual host goes first", `example.net ` + combined + ` host=example.org`, "example.net", 0},
		{"Apache's %D is microseconds or bytes", combined + ` 48210`, "", 0},
		{"not measured", combined + ` -`, "", 0},
		{"longer than a day", combined + ` 99999.000`, "", 0},
		{"negative", combined + ` -1.000`, "", 0},
		{"an open quote ends it", combined + ` "abc 0.042`, "", 0},
		{"Caddy", caddy + `0.042}`, "example.org", 42 * time.Millisecond},
		{"Caddy, in words", caddy + `"42ms"}`, "example.org", 0},
		{"Caddy, negative", caddy + `-1}`, "example.org", 0},
	}
	var p accesslog.Parser
	for _, tt := range tests {
		got, err := p.Parse(tt.line)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got.Latency.Round(time.Microsecond) != tt.latency || got.Host != tt.host {
			t.Errorf("%s: host %q, latency %v; want %q, %v", tt.name, got.Host, got.Latency, tt.host, tt.latency)
		}
	}
}
