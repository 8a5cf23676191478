package centre

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/kelisim/kelisim/static/banner"
)

// page answers with what the middleware would have put into the page that asks: for pages that it never saw. The answer
// is the visitor's own.
func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	e, choice := h.current(), h.Consents.Choice(r)
	v := View(e.rules, e.language(r), h.mount(r))
	v.Form = h.Form
	if asked := banner.Form(r.URL.Query().Get("form")); asked != "" && asked.Valid() {
		v.Form = asked
	}
	v = Dress(v, e.rules.Notice(choice))
	if v.Changed != "" {
		h.Consents.Told(w, r)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	_, _ = w.Write(banner.Whole(v))
}

// loader is the script that such pages load, under a name that stays.
func (h *handler) loader(w http.ResponseWriter, r *http.Request) {
	asset, _ := banner.Lookup(banner.Name("static.js"))
	serve(w, r, asset, "public, max-age=3600")
}

func (h *handler) types(w http.ResponseWriter, r *http.Request) {
	serve(w, r, plain(banner.Types, "text/plain; charset=utf-8"), "public, max-age=3600")
}

// mode is Google Consent Mode's script. It says what the policy says, so it is kept for minutes only.
func (h *handler) mode(w http.ResponseWriter, r *http.Request) {
	serve(w, r, h.current().mode, "public, max-age=300")
}

// plain is an asset that was not built.
func plain(content []byte, kind string) banner.Asset {
	sum := sha256.Sum256(content)
	return banner.Asset{Type: kind, ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:6]) + `"`, Content: content}
}
