package risk

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/visit"
)

// MaxTarget is how much of a request's target is looked at, in bytes: the first half and the last.
const MaxTarget = 4096

const redacted = "risk.Request(redacted)"

// Request is what is judged: personal data, which lives on the goroutine of its request and prints as "redacted". Make one
// with [Request.Capture] or [FromLog]; the zero Request is ready for the former.
type Request struct {
	addr    netip.Addr
	now     int64 // milliseconds since 1970
	method  string
	path    string // decoded once
	target  string // as it came, with its query
	version uint8  // of HTTP: 10, 11, 20, 30; 0 for one that does not exist
	agent   string
	place   geo.Location
	headers headers
	device  string // with consent only

	// What the engine found, so that it is found once.
	who       Pseudonym
	lane      Pseudonym // what is remembered of it is under this
	named     *visit.Agent
	instant   marks // signals of this request
	agentHash uint64
	judged    bool
	verified  bool // a crawler, by its address
	exempt    bool
	elsewhere bool // by the time zone of its browser
}

// headers are the facts that browsers send along. A request from a log has none.
type headers struct {
	known    bool // the request is live
	foreign  bool // a browser makes it for a page of another site, and shows no page of its own by it
	secure   bool // sent over TLS, or to this very machine
	dest     string
	accept   string
	encoding string
	language string
	brands   string
	platform string
}

// Capture makes q the zero Request's reading of r, whose hit was captured and located. Secure says that the browser reaches the site
// over TLS. It keeps substrings of r.
func (q *Request) Capture(r *http.Request, hit *visit.Hit, place *geo.Location, secure bool) {
	q.addr, q.now, q.agent, q.place = hit.Addr(), hit.Time().UnixMilli(), hit.UserAgent(), *place
	q.method, q.path, q.target, q.version = r.Method, r.URL.Path, r.RequestURI, version(r.ProtoMajor, r.ProtoMinor)
	h := &q.headers
	h.known, h.secure, h.language, h.dest = true, secure, hit.AcceptLanguage(), hit.Destination()
	h.accept, h.encoding = first(r.Header, "Accept"), first(r.Header, "Accept-Encoding")
	h.brands, h.platform, _ = hit.ClientHints()
	h.foreign = h.dest != "" && h.dest != "document" && first(r.Header, "Sec-Fetch-Site") == "cross-site"
	if q.target == "" { // made within the program
		q.target = r.URL.RequestURI()
	}
}

// FromLog makes a Request of a line of an access log. Logs know no headers, so nothing is judged by them.
func FromLog(l visit.LogLine, place geo.Location) Request {
	hit := visit.FromLog(l)
	path, _, _ := strings.Cut(l.Target, "?")
	q := Request{
		addr: hit.Addr(), now: l.Time.UnixMilli(), method: l.Method, path: path, target: l.Target,
		version: logVersion(l.Proto), agent: hit.UserAgent(), place: place,
	}
	return q
}

// version is 0 for a version of HTTP that was never published (RFC 9110 section 2.5).
func version(major, minor int) uint8 {
	switch {
	case major == 1 && minor <= 1, major >= 2 && major <= 3 && minor == 0:
		return uint8(10*major + minor)
	}
	return 0
}

func logVersion(proto string) uint8 {
	switch proto {
	case "HTTP/1.0", "HTTP/0.9":
		return 10
	case "HTTP/2.0", "HTTP/2":
		return 20
	case "HTTP/3.0", "HTTP/3":
		return 30
	case "HTTP/1.1", "":
		return 11
	}
	return 0
}

func first(h http.Header, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// reads reports a method that only reads.
func (q *Request) reads() bool {
	return q.method == http.MethodGet || q.method == http.MethodHead || q.method == http.MethodOptions
}

// String says that q is redacted, whatever it holds.
func (Request) String() string { return redacted }

// GoString is String, for %#v.
func (Request) GoString() string { return redacted }

// Format is String for every verb of fmt.
func (Request) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue is String, for slog.
func (Request) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is String, for every encoding that asks.
func (Request) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// marks is a set of signals.
type marks uint64

func (m *marks) set(s signal)     { *m |= 1 << s }
func (m marks) has(s signal) bool { return m&(1<<s) != 0 }
