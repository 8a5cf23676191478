package accesslog

import (
	"encoding/json"
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// caddyEntry is what is read of an entry of Caddy's http.log.access logger.
type caddyEntry struct {
	Logger  string          `json:"logger"`
	Time    json.RawMessage `json:"ts"`
	Status  int             `json:"status"`
	Size    int64           `json:"size"`
	Seconds json.RawMessage `json:"duration"`
	Request struct {
		ClientIP string              `json:"client_ip"`
		RemoteIP string              `json:"remote_ip"`
		Method   string              `json:"method"`
		Host     string              `json:"host"`
		URI      string              `json:"uri"`
		Proto    string              `json:"proto"`
		Headers  map[string][]string `json:"headers"`
	} `json:"request"`
}

func parseCaddy(line string) (l visit.LogLine, err error) {
	var e caddyEntry
	if json.Unmarshal([]byte(line), &e) != nil || e.Request.URI == "" {
		return l, ErrJSON
	}
	if e.Logger != "" && !strings.HasPrefix(e.Logger, "http.log.access") {
		return l, ErrJSON // http.log.error tells of requests that the access log has, too
	}
	address := e.Request.ClientIP // behind trusted proxies; absent before Caddy 2.7
	if address == "" {
		address = e.Request.RemoteIP
	}
	if l.Addr, err = netip.ParseAddr(address); err != nil {
		return l, ErrAddress
	}
	var ok bool
	if l.Time, ok = caddyTime(e.Time); !ok {
		return l, ErrTime
	}
	if e.Status < 100 || e.Status > 599 {
		return l, ErrStatus
	}
	l.Method, l.Host, l.Target = e.Request.Method, e.Request.Host, e.Request.URI
	l.Status, l.Bytes = e.Status, max(e.Size, 0)
	l.Proto, l.Latency = e.Request.Proto, caddyDuration(e.Seconds)
	l.Referrer = header(e.Request.Headers, "Referer")
	l.UserAgent = header(e.Request.Headers, "User-Agent")
	l.Language = header(e.Request.Headers, "Accept-Language")
	return l, nil
}

// caddyTime reads seconds since 1970 (Caddy's default) or a time of RFC 3339.
func caddyTime(raw json.RawMessage) (time.Time, bool) {
	var seconds float64
	if json.Unmarshal(raw, &seconds) == nil {
		whole, part := math.Modf(seconds)
		if whole < 0 || whole > 1<<35 {
			return time.Time{}, false
		}
		return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000Z0700", "2006/01/02 15:04:05.000"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// caddyDuration reads seconds, which is what Caddy writes unless told otherwise.
func caddyDuration(raw json.RawMessage) time.Duration {
	var seconds float64
	if len(raw) == 0 || json.Unmarshal(raw, &seconds) != nil || seconds < 0 || seconds > maxSeconds {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

func header(h map[string][]string, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}
