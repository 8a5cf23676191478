package server

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"

	"github.com/kelisim/kelisim/consent"
)

// declareTries is how often a rule is written again after somebody else wrote first.
const declareTries = 5

var errBusy = errors.New("server: the rules changed again and again while one was added")

func isNone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// confirmPage asks once more before a cookie is declared necessary: it is then set for everybody, whatever
// they chose.
type confirmPage struct{ Name, Lifetime, Purpose string }

// declare adds a rule for a cookie that was met. Anything else cannot be declared here.
func (s *Server) declare(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	name, purpose := r.PostFormValue("name"), r.PostFormValue("purpose")
	period, err := consent.ParsePeriod(r.PostFormValue("lifetime"))
	found, failed := s.cfg.Findings(r.Context())
	if failed != nil {
		s.broken(w, r, failed)
		return
	}
	met := slices.ContainsFunc(found.Cookies, func(ck FoundCookie) bool { return ck.Name == name })
	known := slices.ContainsFunc(s.declarable(), func(p Purpose) bool { return p.ID == purpose })
	if err != nil || !met || !known {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	l := s.pages[s.view(r).lang].locale
	if purpose == string(consent.Necessary) && r.PostFormValue("confirm") != "yes" {
		s.show(w, r, http.StatusOK, "confirm", confirmPage{Name: clean(name, valueMax), Lifetime: r.PostFormValue("lifetime"), Purpose: s.purposeName(l, purpose)})
		return
	}
	ck := consent.OverlayCookie{CookieRule: consent.CookieRule{Name: name, Purpose: consent.Purpose(purpose), Lifetime: period}, Added: s.cfg.Now().UTC()}
	err = s.change(r.Context(), func(o consent.Overlay) (consent.Overlay, error) { return o.With(ck) })
	s.changed(w, r, "added", name, purpose, err)
}

// undeclare takes back a rule that was added here.
func (s *Server) undeclare(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	name := r.PostFormValue("name")
	err := s.change(r.Context(), func(o consent.Overlay) (consent.Overlay, error) { return o.Without(name), nil })
	s.changed(w, r, "removed", name, "", err)
}

// change writes the overlay anew, after whatever others wrote meanwhile.
func (s *Server) change(ctx context.Context, f func(consent.Overlay) (consent.Overlay, error)) error {
	for range declareTries {
		overlay, old, err := s.overlay(ctx)
		if err != nil {
			return err
		}
		next, err := f(overlay)
		if err != nil {
			return err
		}
		var document []byte
		if len(next.Cookies) > 0 {
			if document, err = next.Document(); err != nil {
				return err
			}
		}
		if old == nil && document == nil {
			return nil
		}
		if ok, err := s.accounts.docs.Swap(ctx, consent.OverlayKey, old, document); ok || err != nil {
			return err
		}
	}
	return errBusy
}

// changed logs who did what to which cookie, and goes back to the page.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, what, name, purpose string, err error) {
	switch {
	case errors.Is(err, consent.ErrOverlay):
		s.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "server: a cookie rule was refused", slog.Any("error", err))
		s.fail(w, r, http.StatusUnprocessableEntity, "findings.refused")
		return
	case err != nil:
		s.broken(w, r, err)
		return
	}
	if s.cfg.Changed != nil {
		if err := s.cfg.Changed(r.Context()); err != nil {
			s.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "server: a cookie rule is not in force yet", slog.Any("error", err))
		}
	}
	s.cfg.Logger.LogAttrs(r.Context(), slog.LevelInfo, "server: cookie rule "+what, slog.String("cookie", clean(name, valueMax)),
		slog.String("purpose", purpose), slog.String("account", s.sessions.GetString(r.Context(), sessionName)))
	redirect(w, r, s.cfg.Prefix+"/findings?done="+what+"&name="+queryEscape(clean(name, valueMax)))
}
