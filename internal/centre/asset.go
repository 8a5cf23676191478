package centre

import (
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/static/banner"
)

// asset serves a built file, which its name pins for good, compressed where the browser reads that.
func (h *handler) asset(w http.ResponseWriter, r *http.Request) {
	asset, ok := banner.Lookup(r.PathValue("asset"))
	if !ok {
		h.missing(w, r)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Type", asset.Type)
	header.Set("Vary", "Accept-Encoding")
	content, etag := asset.Content, asset.ETag
	if readsBrotli(r.Header.Get("Accept-Encoding")) {
		content, etag = asset.Brotli, strings.TrimSuffix(etag, `"`)+`-br"`
		header.Set("Content-Encoding", "br")
	}
	header.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(content)
}

// readsBrotli looks for the token "br" that is not refused by a weight of zero (RFC 9110 section 12.5.3).
func readsBrotli(acceptEncoding string) bool {
	for part := range strings.SplitSeq(acceptEncoding, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "br" {
			return strings.Trim(strings.TrimPrefix(strings.TrimSpace(weight), "q="), "0.") != "" || weight == ""
		}
	}
	return false
}
