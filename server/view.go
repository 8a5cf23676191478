package server

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

const (
	viewCookie = "kelisim_view"
	viewLife   = 365 * 24 * 60 * 60 // seconds
)

// view is how someone wants to see the dashboard. It rests in a cookie of its own, since the sign-in
// page needs it too.
type view struct{ lang, theme string }

var themes = []string{"auto", "light", "dark"}

// view reads the cookie, and for want of one the browser's languages.
func (s *Server) view(r *http.Request) view {
	v := view{theme: "auto"}
	if c, err := r.Cookie(viewCookie); err == nil {
		lang, theme, _ := strings.Cut(c.Value, ".")
		if slices.Contains(s.cfg.Languages, lang) {
			v.lang = lang
		}
		if slices.Contains(themes, theme) {
			v.theme = theme
		}
	}
	if v.lang == "" {
		v.lang = s.preferred(r.Header.Get("Accept-Language"))
	}
	return v
}

// preferred returns the language offered that suits an Accept-Language header best.
func (s *Server) preferred(header string) string {
	if len(header) > 256 {
		header = ""
	}
	tags, _, _ := language.ParseAcceptLanguage(header)
	for _, tag := range tags {
		base, _ := tag.Base()
		if slices.Contains(s.cfg.Languages, base.String()) {
			return base.String()
		}
	}
	return s.cfg.Languages[0]
}

// setView keeps a choice of language or theme and goes back to where it was made.
func (s *Server) setView(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	v := s.view(r)
	if lang := r.PostFormValue("lang"); slices.Contains(s.cfg.Languages, lang) {
		v.lang = lang
	}
	if theme := r.PostFormValue("theme"); slices.Contains(themes, theme) {
		v.theme = theme
	}
	http.SetCookie(w, &http.Cookie{
		Name: viewCookie, Value: v.lang + "." + v.theme, Path: s.cfg.Prefix, MaxAge: viewLife,
		HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
	redirect(w, r, s.local(r.PostFormValue("back")))
}
