package gate

import (
	"net/http"
	"strings"
)

// wantsMarkup reports whether the answer to r may be a page that a person is going to look at. The
// response must be one, too, see [pageEncoding].
func wantsMarkup(r *http.Request, p *Plan) bool {
	if p.Markup == nil && p.Shared == nil {
		return false
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		return false
	}
	return isDocument(r.Header)
}

// isDocument knows requests by scripts for parts of a page. Sec-Fetch-Dest is from the Fetch Metadata
// specification; where it is absent (plain HTTP, old browsers), only the libraries' headers can tell.
func isDocument(h http.Header) bool {
	if dest := h["Sec-Fetch-Dest"]; len(dest) > 0 {
		if dest[0] != "document" {
			return false
		}
	}
	for _, key := range [...]string{"Hx-Request", "Turbo-Frame", "X-Requested-With", "X-Pjax", "X-Up-Version"} {
		if len(h[key]) > 0 {
			return false
		}
	}
	return true
}

// wantsRewrite reports whether r should be changed so that the handler answers with a whole, uncoded
// page. That must not hit style sheets and images, which the injection leaves alone, hence a test of
// Accept where there is no Sec-Fetch-Dest: browsers name text/html in it for navigations only.
func wantsRewrite(r *http.Request, p *Plan) bool {
	if !wantsMarkup(r, p) {
		return false
	}
	if len(r.Header["Sec-Fetch-Dest"]) > 0 {
		return true
	}
	for _, accept := range r.Header["Accept"] {
		if strings.Contains(accept, "text/html") {
			return true
		}
	}
	return false
}

// isConditional reports whether r asks for a document only if it has changed. Style sheets and images, which the
// choice leaves alone, stay conditional.
func isConditional(r *http.Request) bool {
	if len(r.Header["If-None-Match"]) == 0 && len(r.Header["If-Modified-Since"]) == 0 {
		return false
	}
	if dest := r.Header["Sec-Fetch-Dest"]; len(dest) > 0 {
		switch dest[0] {
		case "document", "iframe", "frame", "embed", "object", "fencedframe", "worker", "sharedworker", "serviceworker", "empty":
			return true
		}
		return false
	}
	for _, accept := range r.Header["Accept"] {
		if strings.Contains(accept, "text/html") {
			return true
		}
	}
	return false
}

// negotiates reports whether askWhole would change anything.
func negotiates(h http.Header) bool {
	return len(h["Accept-Encoding"]) > 0 || len(h["If-None-Match"]) > 0 || len(h["If-Modified-Since"]) > 0
}

// askWhole changes the header h of a copied request so that the answer can take the markup:
//
//   - Accept-Encoding becomes identity, so that compressors within and upstreams send text. A
//     compressor outside the gate has seen the original and still compresses.
//   - If-None-Match keeps the tags that the gate made for this very markup, mapped back to the
//     handler's own; all others name pages without it or with another and are removed.
//   - If-Modified-Since is removed: a time cannot tell the variants of a page apart.
func (p *Plan) askWhole(h http.Header) {
	if len(h["Accept-Encoding"]) > 0 {
		delete(h, "Accept-Encoding") // a full small map grows even where the key exists
		h["Accept-Encoding"] = p.values.one("identity")
	}
	delete(h, "If-Modified-Since")
	tags := h["If-None-Match"]
	if len(tags) == 0 {
		return
	}
	if kept := p.restore(tags); kept != "" {
		h["If-None-Match"] = p.values.one(kept)
	} else {
		delete(h, "If-None-Match")
	}
}

// encoding is how the bytes of a page are to be read.
type encoding uint8

const (
	notPage encoding = iota // takes no markup
	isUTF8                  // takes it as it is
	isASCII                 // takes it in ASCII
	unknown                 // no Content-Type yet: the body decides
)

// pageEncoding reports whether a response with status 200 and header h may take markup.
func pageEncoding(h http.Header) encoding {
	types, typed := h["Content-Type"]
	for _, key := range [...]string{"Content-Encoding", "Content-Range", "Content-Disposition", "Transfer-Encoding"} {
		if values := h[key]; len(values) > 0 && !harmless(key, values) {
			return notPage
		}
	}
	switch {
	case !typed:
		return unknown
	case len(types) != 1:
		return notPage // nil switches the server's sniffing off
	}
	return htmlEncoding(types[0])
}

// harmless knows the values that change nothing about the body.
func harmless(key string, values []string) bool {
	if len(values) > 1 {
		return false
	}
	v := trim(values[0])
	switch key {
	case "Content-Encoding":
		return v == "" || strings.EqualFold(v, "identity")
	case "Content-Disposition": // an unknown disposition is an attachment (RFC 6266 section 4.2)
		kind, _, _ := strings.Cut(v, ";")
		return strings.EqualFold(trim(kind), "inline")
	}
	return false
}

// htmlEncoding reads a Content-Type. It does not allocate, as mime.ParseMediaType would.
func htmlEncoding(contentType string) encoding {
	media, params, _ := strings.Cut(contentType, ";")
	if !strings.EqualFold(trim(media), "text/html") {
		return notPage
	}
	for params != "" {
		var param string
		param, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(trim(name), "charset") {
			return charset(strings.Trim(value, " \t\"'"))
		}
	}
	return isASCII // the page's own <meta> may say anything
}

// charset sorts the labels of the Encoding Standard: those in which every ASCII byte is that ASCII
// character wherever it stands are fit; UTF-16, ISO-2022-JP and unknown ones are not.
func charset(label string) encoding {
	switch {
	case strings.EqualFold(label, "utf-8"), strings.EqualFold(label, "utf8"):
		return isUTF8
	case strings.EqualFold(label, "us-ascii"), strings.EqualFold(label, "ascii"), label == "":
		return isASCII
	case hasPrefixFold(label, "iso-8859-"), hasPrefixFold(label, "windows-125"), hasPrefixFold(label, "koi8-"),
		hasPrefixFold(label, "cp125"), hasPrefixFold(label, "latin"), strings.EqualFold(label, "euc-kr"),
		strings.EqualFold(label, "euc-jp"), strings.EqualFold(label, "windows-874"):
		return isASCII
	}
	return notPage
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
