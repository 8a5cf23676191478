package centre

import (
	"net/http"
	"net/url"
	"slices"
)

// shared lets pages of the site's other origins read what is answered here, cookies included.
func (h *handler) shared(next http.Handler) http.Handler {
	if len(h.Origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); slices.Contains(h.Origins, origin) {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Allow-Credentials", "true")
			header.Set("Cross-Origin-Resource-Policy", "same-site")
		}
		next.ServeHTTP(w, r)
	})
}

// mount is where the page that asks finds the centre: under its path, or under this host where the page is on another.
func (h *handler) mount(r *http.Request) string {
	if origin, err := url.Parse(r.Header.Get("Origin")); err == nil && origin.Host != "" && origin.Host != r.Host {
		return "//" + r.Host + h.Mount
	}
	return h.Mount
}
