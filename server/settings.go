package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// settingsPage is about share links, the password, what is sent, and what was changed here.
type settingsPage struct {
	Sharing  bool // there are share links
	Shares   []shareRow
	Terms    []int
	ShareK   int
	Link     string // a new one, told once
	Error    string // of the password's form, a key of the locales
	Min, Max int
	Changed  bool // the password
	Audit    []auditRow
	Notify   notifyPage
	Back     string
	Archive  bool // everything can be downloaded
}

type auditRow struct{ At, Account, What, Subject string }

func (s *Server) settings(w http.ResponseWriter, r *http.Request) {
	s.showSettings(w, r, http.StatusOK, settingsPage{Changed: r.URL.Query().Get("done") == "password"})
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, status int, page settingsPage) {
	l := s.pages[s.view(r).lang].locale
	if err := s.fillSettings(r.Context(), l, &page); err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, status, "settings", page)
}

func (s *Server) fillSettings(ctx context.Context, l *locale, page *settingsPage) (err error) {
	page.Archive = s.cfg.Archive != nil
	page.Min, page.Max, page.Back = passwordMin, passwordMax, s.cfg.Prefix+"/settings"
	if s.cfg.Shared != nil {
		page.Sharing, page.Terms = true, shareDays[:]
		page.ShareK = s.cfg.Shared.Floors().Person
		if page.Shares, err = s.shareRows(ctx, l); err != nil {
			return err
		}
	}
	if err := s.fillNotify(ctx, l, &page.Notify); err != nil {
		return err
	}
	entries, err := s.audited(ctx)
	for _, e := range entries {
		page.Audit = append(page.Audit, auditRow{l.Moment(e.At, s.cfg.Zone), clean(e.Account, valueMax), l.word("audit.", e.What), clean(e.Subject, valueMax)})
	}
	return err
}

// setPassword changes the password of whoever is signed in, who must know the old one. All other sessions of the
// account end.
func (s *Server) setPassword(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	name, next := s.user(r), r.PostFormValue("password")
	if wait, ok := s.limits.Allow(s.cfg.Client(r), accountKey(name)); !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		s.showSettings(w, r, http.StatusTooManyRequests, settingsPage{Error: "login.slow"})
		return
	}
	if fault := checkPassword(next, name); fault != nil {
		s.showSettings(w, r, http.StatusUnprocessableEntity, settingsPage{Error: fault.Error()})
		return
	}
	_, err := s.authenticate(r.Context(), name, r.PostFormValue("old"))
	switch {
	case errors.Is(err, errCredentials):
		s.showSettings(w, r, http.StatusUnprocessableEntity, settingsPage{Error: "password.wrong"})
		return
	case errors.Is(err, context.DeadlineExceeded):
		s.showSettings(w, r, http.StatusServiceUnavailable, settingsPage{Error: "login.busy"})
		return
	case err == nil:
		err = s.changePassword(r.Context(), name, next)
	}
	if err == nil {
		s.memory.drop(name)
		err = s.begin(r, name)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.audit(r, "password.changed", "")
	redirect(w, r, s.cfg.Prefix+"/settings?done=password")
}

func (s *Server) changePassword(ctx context.Context, name, password string) error {
	wait, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	hash, err := s.hasher.Hash(wait, password)
	if err != nil {
		return err
	}
	return edit(ctx, s.cfg.Documents, accountKey(name), func(acc *account) error {
		acc.Hash = hash
		return nil
	})
}
