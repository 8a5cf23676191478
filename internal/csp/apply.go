package csp

import (
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/consent"
)

const (
	enforced  = "Content-Security-Policy"
	reported  = "Content-Security-Policy-Report-Only"
	features  = "Permissions-Policy"
	endpoints = "Reporting-Endpoints"
)

// Response is one that is about to leave.
type Response struct {
	Request   *http.Request
	Status    int
	Choice    consent.Choice
	Secure    bool // the browser sees a secure origin: the Reporting API works there alone
	Shared    bool // the site lets shared caches keep it
	Reporting bool // reports are wanted now
}

// Apply adds what the choice asks for to the header of a response, and reports whether it depends on the choice:
// such a response is private. What the site set stays as it is, but for the validators of a page whose
// enforced policy depends on the choice. Nothing is added to responses that cannot load anything.
//
// Header values are shared between responses: replace them, never write into them.
func (b *Book) Apply(h http.Header, r Response) (private bool) {
	what := kindOf(h, r)
	if what == inert || b.options.Mode == Off && b.options.KeepFeatures {
		return false
	}
	common := r.Shared && (b.options.Mode != Enforce || b.options.KeepShared)
	if what == worker && b.options.Mode == ReportOnly {
		common = true // files, mostly: they stay cacheable
	}
	if b.options.Mode != Off {
		private = b.restrict(h, r, common)
	}
	if what == document && !b.options.KeepFeatures {
		private = b.silence(h, r, common) || private
	}
	return private
}

// restrict adds the policy.
func (b *Book) restrict(h http.Header, r Response, common bool) (private bool) {
	name, mask := enforced, b.all
	if b.options.Mode == ReportOnly {
		name = reported
		if !r.Reporting {
			return false
		}
	}
	if !common {
		// A living document cannot take on another policy: what its visitor may yet grant would be reported.
		if b.options.Mode == Enforce || r.Choice.Decided() {
			mask = b.mask(r.Choice)
		}
		private = len(b.grants) > 0
	}
	v, lines := b.variant(mask), []string(nil)
	switch {
	case !r.Reporting:
		lines = v.silent
	case r.Secure:
		if lines = v.byBoth; len(lines) > 0 && b.site.Report != "" {
			add(h, endpoints, b.endpoints, r.Status)
		}
	default:
		lines = v.byURI
	}
	add(h, name, lines, r.Status)
	if private && b.options.Mode == Enforce && r.Status != http.StatusNotModified {
		delete(h, "Etag")
		delete(h, "Last-Modified")
	}
	return private
}

// add appends lines to a header of h, without a copy where there is none yet. What a 304 says replaces what is
// stored: there ours goes with the site's line or not at all.
func add(h http.Header, name string, lines []string, status int) {
	own := h[name]
	switch {
	case len(lines) == 0 || len(own) == 0 && status == http.StatusNotModified:
	case len(own) == 0:
		h[name] = lines
	default:
		h[name] = append(own[:len(own):len(own)], lines...)
	}
}

// kind is what a response may load.
type kind uint8

const (
	inert kind = iota
	document
	worker
)

// kindOf knows documents by their type. A response that names none may be found to be one by the server. Pages
// count whoever asks for them: what a prefetch leaves in the cache is shown later.
func kindOf(h http.Header, r Response) kind {
	dest := ""
	if d := r.Request.Header["Sec-Fetch-Dest"]; len(d) > 0 {
		dest = d[0]
	}
	types := h["Content-Type"]
	switch {
	case r.Status == http.StatusNotModified, r.Status >= 200 && len(types) == 0 && loads(r.Status):
		if dest == "" || isFrame(dest) {
			return document
		}
		return inert
	case !loads(r.Status):
		return inert
	}
	for _, value := range types {
		if k := mediaKind(value, dest, r.Request.Header); k != inert {
			return k
		}
	}
	return inert
}

// loads reports whether browsers show what comes with a status.
func loads(status int) bool {
	return status >= 200 && (status < 300 || status >= 400) && status != http.StatusNoContent
}

func mediaKind(contentType, dest string, asked http.Header) kind {
	if contentType == "text/html; charset=utf-8" || contentType == "text/html; charset=UTF-8" {
		return document
	}
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.Trim(media, " \t")
	switch {
	case strings.EqualFold(media, "text/html"), strings.EqualFold(media, "application/xhtml+xml"):
		return document
	case strings.EqualFold(media, "text/xml"), strings.EqualFold(media, "application/xml"), hasSuffixFold(media, "+xml"):
		if isFrame(dest) || dest == "" && acceptsPages(asked) { // an image cannot load anything
			return document
		}
	case (dest == "worker" || dest == "sharedworker" || dest == "serviceworker") && hasSuffixFold(media, "script"):
		return worker
	}
	return inert
}

func acceptsPages(asked http.Header) bool {
	for _, accept := range asked["Accept"] {
		if strings.Contains(accept, "text/html") {
			return true
		}
	}
	return false
}

// isFrame knows the values of Sec-Fetch-Dest for what is shown as a document.
func isFrame(dest string) bool {
	switch dest {
	case "document", "iframe", "frame", "embed", "object", "fencedframe":
		return true
	}
	return false
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
