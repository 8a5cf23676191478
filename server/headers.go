package server

import (
	"net/http"
	"strings"
)

// policy is the content security policy of every answer: nothing inline, nothing from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured sets the headers that every answer carries.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, r)
	})
}

// redirect answers 303 without the body that http.Redirect writes.
func redirect(w http.ResponseWriter, _ *http.Request, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// local returns path if it leads to a page of the dashboard, otherwise its first page: nobody is sent
// elsewhere by a crafted link.
func (s *Server) local(path string) string {
	home := s.cfg.Prefix + "/"
	if !strings.HasPrefix(path, home) || len(path) > 2048 || strings.ContainsAny(path, "\\\r\n\t") || strings.Contains(path, "//") ||
		strings.Contains(path, "/../") || strings.HasPrefix(path, home+"static/") {
		return home
	}
	return path
}

// machine reports whether r comes from a program, which wants a status rather than a form.
func (s *Server) machine(r *http.Request) bool {
	p := strings.TrimPrefix(r.URL.Path, s.cfg.Prefix)
	return strings.HasPrefix(p, "/export/") || strings.HasPrefix(p, "/panel/") || p == "/realtime/stream" || strings.HasPrefix(p, "/api/") ||
		strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}
