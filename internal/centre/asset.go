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
	serve(w, r, asset, "public, max-age=31536000, immutable")
}

// serve answers with a file that is the same for everybody. Pages of other origins of the site load it, too.
func serve(w http.ResponseWriter, r *http.Request, asset banner.Asset, cache string) {
	header := w.Header()
	header.Set("Cache-Control", cache)
	header.Set("Access-Control-Allow-Origin", "*")
	header.Del("Access-Control-Allow-Credentials")
	header.Set("Cross-Origin-Resource-Policy", "same-site")
	header.Set("Content-Type", asset.Type)
	header.Set("Vary", "Accept-Encoding")
	content, etag := asset.Content, asset.ETag
	if asset.Brotli != nil && readsBrotli(r.Header.Get("Accept-Encoding")) {
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
