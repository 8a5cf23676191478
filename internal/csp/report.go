package csp

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/netip"
	"net/url"
	"strings"
)

// MaxReport is how many bytes of a delivery are read. Browsers deliver several reports at once; those that
// do not fit are lost.
const MaxReport = 16 << 10

// maxReports bounds the reports of one delivery.
const maxReports = 64

// The ways in which browsers deliver reports.
const (
	TypeURI     = "application/csp-report"   // report-uri, CSP2
	TypeReports = "application/reports+json" // the Reporting API
)

// Errors of [ParseReports].
var (
	ErrType   = errors.New("csp: a report is application/csp-report or application/reports+json")
	ErrFormat = errors.New("csp: malformed report")
)

// Violation is what is kept of a report.
type Violation struct {
	Class     Class
	Directive string // "img-src"; "other" if it is none that we send
	Origin    string // scheme, host and port, of third parties only
	Page      string // path of the page as it came: to be scrubbed
	Enforced  bool   // the browser blocked it
}

// ParseReports reads a delivery. It returns what it understood together with the error. Reports of other
// kinds than violations are passed over.
func ParseReports(contentType string, body io.Reader) ([]Violation, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, ErrType
	}
	d := json.NewDecoder(io.LimitReader(body, MaxReport))
	switch media {
	case TypeURI:
		var r struct {
			Report uriReport `json:"csp-report"`
		}
		if d.Decode(&r) != nil || r.Report == (uriReport{}) {
			return nil, ErrFormat
		}
		return []Violation{r.Report.violation()}, nil
	case TypeReports:
		return parseBatch(d)
	}
	return nil, ErrType
}

func parseBatch(d *json.Decoder) (all []Violation, err error) {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, ErrFormat
	}
	for n := 0; n < maxReports && d.More(); n++ {
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return all, ErrFormat
		}
		var r struct {
			Type string    `json:"type"`
			URL  string    `json:"url"`
			Body apiReport `json:"body"`
		}
		if json.Unmarshal(raw, &r) != nil || r.Type != "csp-violation" {
			continue
		}
		if r.Body.Document == "" {
			r.Body.Document = r.URL
		}
		all = append(all, uriReport(r.Body).violation())
	}
	return all, nil
}

// uriReport holds the fields of a report that are looked at.
type uriReport struct {
	Document    string `json:"document-uri"`
	Blocked     string `json:"blocked-uri"`
	Effective   string `json:"effective-directive"`
	Violated    string `json:"violated-directive"`
	Source      string `json:"source-file"`
	Disposition string `json:"disposition"`
}

// apiReport is the same by the names of the Reporting API.
type apiReport struct {
	Document    string `json:"documentURL"`
	Blocked     string `json:"blockedURL"`
	Effective   string `json:"effectiveDirective"`
	Violated    string `json:"violatedDirective"`
	Source      string `json:"sourceFile"`
	Disposition string `json:"disposition"`
}

func (r uriReport) violation() Violation {
	v := Violation{Directive: directive(r.Effective, r.Violated), Enforced: r.Disposition == "enforce"}
	page, pageHost := pageOf(r.Document)
	v.Page = page
	v.Class, v.Origin = classify(r.Blocked, r.Source, pageHost)
	return v
}

// directive names the kind of content that was blocked: what browsers report is finer than what we send,
// and old ones report the whole directive.
func directive(effective, violated string) string {
	if effective == "" {
		effective, _, _ = strings.Cut(strings.TrimLeft(violated, " "), " ")
	}
	name := strings.TrimSuffix(strings.TrimSuffix(effective, "-elem"), "-attr")
	for _, kind := range kinds {
		if kind == name {
			return kind
		}
	}
	switch name {
	case "child-src", "fenced-frame-src":
		return "frame-src"
	case "default-src", "prefetch-src":
		return "default-src"
	}
	return "other"
}

// pageOf returns the path of a page and the name of its host.
func pageOf(document string) (path, host string) {
	u, err := url.Parse(strings.TrimPrefix(document, "blob:")) // a worker made of one
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", ""
	}
	path = u.EscapedPath()
	if len(path) > 1024 {
		path = path[:1024]
	}
	return path, strings.ToLower(u.Hostname())
}

// originOf returns scheme, host and port of an address, or "" if it is none of the network.
func originOf(address string) (origin, host string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	switch scheme {
	case "http", "ws", "https", "wss":
	default:
		return "", ""
	}
	if port == "80" && (scheme == "http" || scheme == "ws") || port == "443" && (scheme == "https" || scheme == "wss") {
		port = ""
	}
	host = strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	shown := host
	if addr, err := netip.ParseAddr(host); err == nil && addr.Zone() == "" {
		if shown = addr.String(); addr.Is6() {
			shown = "[" + shown + "]"
		}
	} else if !isHost(host) || len(host) > 128 {
		return "", ""
	}
	if origin = scheme + "://" + shown; port != "" {
		origin += ":" + port
	}
	return origin, host
}
