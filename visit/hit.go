package visit

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const (
	maxPersonal = 512             // bytes that are kept of a string that a visitor sent
	maxRawPath  = 3 * maxPersonal // the same in percent-encoding
	redacted    = "visit.Hit(redacted)"
)

// Hit is what a browser transmitted with one request, as it came: personal data. It lives on the
// goroutine of its request and ends there: no field is exported, every way of printing or encoding
// it says "redacted" (within an unexported field or under a wrong verb, where fmt asks no
// method, it shows nothing either), and each string is cut at 512 bytes. What may be kept of it is a [Pageview].
type Hit struct {
	addr     veiledAddr
	time     time.Time
	method   string
	host     veiled
	path     veiled // decoded in a live hit, as logged in one from a log
	query    veiled
	referrer veiled
	agent    veiled
	language veiled
	dest     string // Sec-Fetch-Dest
	hints    hints
	prefetch bool
	upload   bool // a form that can hold files
	logged   bool
}

// Capture reads r at time now, finding the client's address as t says. It keeps substrings of r.
func Capture(r *http.Request, t Trust, now time.Time) (h Hit) {
	h.Capture(r, t, now)
	return h
}

// Capture is the function Capture, without a copy.
func (h *Hit) Capture(r *http.Request, t Trust, now time.Time) {
	fields := r.Header
	*h = Hit{
		addr:     veilAddr(t.Addr(r)),
		time:     now,
		method:   r.Method,
		host:     veil(clip(r.Host, maxPersonal)),
		path:     veil(clip(r.URL.Path, maxRawPath)),
		query:    veil(clip(r.URL.RawQuery, maxPersonal)),
		referrer: veil(clip(first(fields, "Referer"), maxPersonal)),
		agent:    veil(clip(first(fields, "User-Agent"), maxPersonal)),
		language: veil(clip(first(fields, "Accept-Language"), maxPersonal)),
		dest:     first(fields, "Sec-Fetch-Dest"),
		hints:    readHints(fields),
		prefetch: prefetched(fields),
		upload:   r.Method == http.MethodPost && hasFold(first(fields, "Content-Type"), "multipart/form-data"),
	}
}

// LogLine is one line of an access log. Target is as in the request line, with its query; Host may be
// unknown; "-" means empty. Status and Bytes are for the caller's use: they are no part of a Hit.
type LogLine struct {
	Addr      netip.Addr
	Time      time.Time
	Method    string
	Host      string
	Target    string
	Status    int
	Bytes     int64
	Referrer  string
	UserAgent string
	Language  string
	Proto     string        // "HTTP/1.1"; no part of a Hit
	Document  bool          // it is known to be a page, whatever its extension
	Latency   time.Duration // to the end of the answer; 0 if the log does not say; no part of a Hit
}

// FromLog makes a Hit of a log line. Its Kind is judged by file extension, since logs know no content
// type; of a Document, by the Response, which must say text/html.
func FromLog(l LogLine) Hit {
	path, query, _ := strings.Cut(l.Target, "?")
	return Hit{
		addr:     veilAddr(l.Addr.Unmap().WithZone("")),
		time:     l.Time,
		method:   l.Method,
		host:     veil(clip(l.Host, maxPersonal)),
		path:     veil(clip(logPath(path), maxRawPath)),
		query:    veil(clip(query, maxPersonal)),
		referrer: veil(clip(dash(l.Referrer), maxPersonal)),
		agent:    veil(clip(dash(l.UserAgent), maxPersonal)),
		language: veil(clip(dash(l.Language), maxPersonal)),
		logged:   !l.Document,
	}
}

// logPath cuts scheme and host off an absolute request target (a proxy request, RFC 9112 section 3.2.2).
func logPath(target string) string {
	if strings.HasPrefix(target, "/") {
		return target
	}
	if _, rest, ok := strings.Cut(target, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			return rest[i:]
		}
		return "/"
	}
	return target
}

func dash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

func first(h http.Header, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// prefetched reports a request that a browser made before, and perhaps without, anyone looking: the
// Sec-Purpose header of the Fetch standard and its forerunners.
func prefetched(h http.Header) bool {
	for _, key := range [...]string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		switch v := first(h, key); {
		case v == "":
		case hasFold(v, "prefetch"), hasFold(v, "prerender"), hasFold(v, "preview"):
			return true
		}
	}
	return false
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// Addr returns the client's address; the zero Addr when unknown.
func (h Hit) Addr() netip.Addr { return h.addr.reveal() }

// Time returns when the request came.
func (h Hit) Time() time.Time { return h.time }

// Method returns the request method.
func (h Hit) Method() string { return h.method }

// Host returns the host that was asked for, as it was written.
func (h Hit) Host() string { return h.host.reveal() }

// Path returns the requested path, unscrubbed.
func (h Hit) Path() string { return h.path.reveal() }

// Query returns the query without its question mark.
func (h Hit) Query() string { return h.query.reveal() }

// Referrer returns the Referer header.
func (h Hit) Referrer() string { return h.referrer.reveal() }

// UserAgent returns the User-Agent header.
func (h Hit) UserAgent() string { return h.agent.reveal() }

// AcceptLanguage returns the Accept-Language header.
func (h Hit) AcceptLanguage() string { return h.language.reveal() }

// Destination returns the Sec-Fetch-Dest header: what the browser wants it for; "" where it sent none.
func (h Hit) Destination() string { return h.dest }

// ClientHints returns Sec-CH-UA, Sec-CH-UA-Platform and whether Sec-CH-UA-Mobile says yes; "" where none were sent.
func (h Hit) ClientHints() (brands, platform string, mobile bool) {
	return h.hints.brands, h.hints.platform, h.hints.mobile
}

// Prefetch reports that the browser loaded ahead of anyone looking.
func (h Hit) Prefetch() bool { return h.prefetch }

// String says that h is redacted, whatever it holds.
func (Hit) String() string { return redacted }

// GoString is String, for %#v.
func (Hit) GoString() string { return redacted }

// Format is String for every verb of fmt.
func (Hit) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue is String, for slog.
func (Hit) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON is String as JSON.
func (Hit) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText is String, for every other encoding that asks.
func (Hit) MarshalText() ([]byte, error) { return []byte(redacted), nil }
