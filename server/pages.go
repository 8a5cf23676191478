package server

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"sync"
	texttemplate "text/template"

	"github.com/kelisim/kelisim/geo"
)

//go:embed templates/*.html templates/mail.txt
var templateFiles embed.FS

// pages are the templates, once per language: their functions know their locale.
type pages map[string]*edition

// edition is read when it is first asked for: a site that has just started serves visitors, and three languages are
// milliseconds that they would wait. The templates are the program's own, so that a fault in them is found by any test.
type edition struct {
	locale *locale
	tmpl   func() (*template.Template, error)
	plain  func() (*texttemplate.Template, error) // mails as text
}

// html writes the named template as HTML.
func (e *edition) html(w io.Writer, name string, data any) error {
	tmpl, err := e.tmpl()
	if err != nil {
		return err
	}
	return tmpl.ExecuteTemplate(w, name, data)
}

// text writes the named template of a mail as plain text.
func (e *edition) text(w io.Writer, name string, data any) error {
	plain, err := e.plain()
	if err != nil {
		return err
	}
	return plain.ExecuteTemplate(w, name, data)
}

func loadPages(cfg Config, a *assets) pages {
	all := make(pages, len(cfg.Languages))
	for _, lang := range cfg.Languages {
		l := loadLocale(lang)
		all[lang] = &edition{locale: l,
			tmpl: sync.OnceValues(func() (*template.Template, error) {
				return template.New("").Funcs(functions(cfg, l, a)).ParseFS(templateFiles, "templates/*.html")
			}),
			plain: sync.OnceValues(func() (*texttemplate.Template, error) {
				return texttemplate.New("").Funcs(functions(cfg, l, a)).ParseFS(templateFiles, "templates/mail.txt")
			}),
		}
	}
	return all
}

func functions(cfg Config, l *locale, a *assets) template.FuncMap {
	return template.FuncMap{
		"t":       l.T,
		"n":       l.number,
		"dec":     l.Decimal,
		"short":   l.Short,
		"pct":     l.Percent,
		"date":    l.Date,
		"moment":  l.Moment,
		"asset":   a.url,
		"path":    func(p string) string { return cfg.Prefix + p },
		"word":    func(prefix, name string) string { return l.word(prefix, name) },
		"credits": geo.Credits,
		"inc":     func(i int) int { return i + 1 },
		"who":     shortWho,
		"clean":   func(s string) string { return clean(s, valueMax) },
		"icon":    icon,
		"lang":    func() string { return l.lang },
		"langs":   func() []string { return cfg.Languages },
		"judges":  func() bool { return cfg.Risk != nil },
		"finds":   func() bool { return cfg.Findings != nil },
		"site":    func() string { return clean(cfg.Site, valueMax) },
	}
}

// layout is what every page shows beside its own matter.
type layout struct {
	Page  string // name of the template
	Theme string // auto, light or dark
	User  string // "" where nobody is signed in
	Here  string // path and query, to return to
	Body  any
}

// show renders a page; nothing is sent before all of it is there.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, page string, body any) {
	s.render(w, r, status, "page", page, body)
}

func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, frame, page string, body any) {
	v := s.view(r)
	ed := s.pages[v.lang]
	data := layout{Page: page, Theme: v.theme, User: s.sessions.GetString(r.Context(), sessionName), Here: r.URL.RequestURI(), Body: body}
	if r.Method != http.MethodGet {
		data.Here = s.cfg.Prefix + "/login"
	}
	var main, whole bytes.Buffer
	if err := ed.html(&main, page, data); err != nil {
		s.unrendered(w, r, err)
		return
	}
	if err := ed.html(&whole, frame, framed{data, template.HTML(main.String())}); err != nil { //nolint:gosec // rendered by html/template just above
		s.unrendered(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", v.lang)
	send(w, r, status, whole.Bytes())
}

// framed is a page's own matter, rendered, within its layout.
type framed struct {
	layout
	Main template.HTML
}

// errorPage is what a page of an error shows.
type errorPage struct{ Title, Text string }

// fail answers with a status and a text of the locales; key + ".title" is its heading.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, status int, key string) {
	if s.machine(r) {
		http.Error(w, http.StatusText(status), status)
		return
	}
	s.show(w, r, status, "error", errorPage{Title: key + ".title", Text: key})
}

// broken logs the cause and tells the client only that there was one. A client that has gone is told nothing, and is no fault.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	s.cfg.Logger.LogAttrs(r.Context(), slog.LevelError, "server: cannot answer", s.logged(r), slog.Any("error", err))
	s.fail(w, r, http.StatusServiceUnavailable, "error.store")
}

func (s *Server) unrendered(w http.ResponseWriter, r *http.Request, err error) {
	s.cfg.Logger.LogAttrs(r.Context(), slog.LevelError, "server: cannot render", s.logged(r), slog.Any("error", err))
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusNotFound, "error.missing")
}

func (s *Server) licences(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "licences", s.assets.licences)
}
