package visit

import (
	"net/http"
	"strings"
	"time"
)

// Response is what the site answered to a [Hit]. ContentType is the header as sent; "" for a hit from
// a log. Place is used when the [Anonymiser] has no Locator of its own.
type Response struct {
	Status      int
	ContentType string
	Place       Place
	Latency     time.Duration // from the request to the first byte of the answer; 0 if unknown
	Unproven    bool          // nobody was answered: a page says that it shows this path, and so it reaches no goal
}

// Place is where an address is, as far as statistics keep it: the fields of a geo.Location, each a
// string that may be kept; "" means unknown.
type Place struct {
	Country  string // ISO 3166-1 alpha-2, upper case
	Region   string
	City     string
	Provider string // organisation of the autonomous system
	Network  string // class of the network
}

// kindOf says what the hit asked for. A live page is a GET answered with HTML that the browser loads
// as a document, not ahead of time; one from a log is told by its extension. HEAD, redirects,
// prefetches, frames and fetches are no pages.
func kindOf(h *Hit, res *Response) Kind {
	if h.method != http.MethodGet || h.prefetch || res.Status >= 300 && res.Status < 400 && res.Status != http.StatusNotModified {
		return KindOther
	}
	if h.logged {
		return kindOfExtension(extension(h.path.reveal()))
	}
	document := h.dest == "" || h.dest == "document"
	if document && (hasFold(res.ContentType, "text/html") || hasFold(res.ContentType, "application/xhtml+xml")) {
		return KindPage
	}
	ext := extension(h.path.reveal())
	if !document {
		return fileOr(KindOther, ext, res.ContentType)
	}
	// A 304 carries no type.
	if res.ContentType == "" && (res.Status == http.StatusNotModified || h.dest == "document") {
		return kindOfExtension(ext)
	}
	return fileOr(KindOther, ext, res.ContentType)
}

// fileOr returns KindFile for what is an asset or download by extension or content type.
func fileOr(other Kind, ext, contentType string) Kind {
	if ext != "" && kindOfExtension(ext) == KindFile && !strings.EqualFold(ext, "json") {
		return KindFile
	}
	for _, prefix := range [...]string{"image/", "font/", "video/", "audio/", "text/css", "text/javascript", "application/javascript", "application/octet-stream", "application/pdf", "application/zip"} {
		if hasFold(contentType, prefix) {
			return KindFile
		}
	}
	return other
}

// isDownload reports a file that visitors keep, sent whole by a GET: told by its extension.
func isDownload(h *Hit, res *Response) bool {
	if h.method != http.MethodGet || res.Status != http.StatusOK || h.prefetch {
		return false
	}
	ext := extension(h.path.reveal())
	if ext == "" {
		return false
	}
	var lower [5]byte
	n := copy(lower[:], ext)
	for i := range n {
		if c := lower[i]; c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	switch string(lower[:n]) {
	case "pdf", "zip", "gz", "tgz", "xz", "bz2", "zst", "7z", "rar", "tar", "iso", "dmg", "exe", "msi", "apk", "deb", "rpm", "jar",
		"doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "csv", "epub", "fb2", "djvu",
		"mp3", "ogg", "wav", "mp4", "avi", "mkv", "mov":
		return true
	}
	return false
}

// isUpload reports that a file came to the site: a form that can hold files, or a body sent by PUT, that was answered well.
func isUpload(h *Hit, res *Response) bool {
	if res.Status >= http.StatusBadRequest {
		return false
	}
	return h.upload || h.method == http.MethodPut
}

// extension returns the extension of the last segment of path without its dot: 1–5 letters and
// digits, at least one of them a letter; "" for none.
func extension(path string) string {
	letter := false
	for i := len(path) - 1; i >= 0 && i >= len(path)-6; i-- {
		switch c := path[i]; {
		case c == '.':
			if ext := path[i+1:]; letter && i > 0 {
				return ext
			}
			return ""
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letter = true
		case c < '0' || c > '9':
			return ""
		}
	}
	return ""
}

func kindOfExtension(ext string) Kind {
	if ext == "" {
		return KindPage
	}
	for _, page := range [...]string{"html", "htm", "php", "xhtml", "shtml", "asp", "aspx", "jsp", "jspx", "do", "cgi", "pl", "cfm"} {
		if strings.EqualFold(ext, page) {
			return KindPage
		}
	}
	return KindFile
}

// View reports a page view: a page that was answered well and that a person looks at.
func (p *Pageview) View() bool {
	return p.Kind == KindPage && p.Bot == "" && (p.Status >= 200 && p.Status < 300 || p.Status == http.StatusNotModified)
}
