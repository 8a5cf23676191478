package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// setupPage is what the form for the first account shows.
type setupPage struct {
	Token, Name, Error string
	Min, Max           int
}

func newSetupPage(token, name string) setupPage {
	return setupPage{Token: token, Name: name, Min: passwordMin, Max: passwordMax}
}

func (s *Server) setupForm(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	if !s.mayTry(w, r) {
		return
	}
	if _, err := s.invited(r.Context(), token); err != nil {
		s.uninvited(w, r, err)
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds the token
	s.show(w, r, http.StatusOK, "setup", newSetupPage(token, ""))
}

func (s *Server) setup(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	if !s.mayTry(w, r) {
		return
	}
	token, name := r.PostFormValue("token"), cleanName(r.PostFormValue("name"))
	if _, err := s.invited(r.Context(), token); err != nil {
		s.uninvited(w, r, err)
		return
	}
	password := r.PostFormValue("password")
	fault := errors.Join(checkName(name))
	if fault == nil {
		fault = checkPassword(password, name)
	}
	if fault != nil {
		page := newSetupPage(token, clean(name, nameMax*4))
		page.Error = fault.Error()
		s.show(w, r, http.StatusUnprocessableEntity, "setup", page)
		return
	}
	if err := s.found(r.Context(), token, name, password); err != nil {
		s.uninvited(w, r, err)
		return
	}
	s.welcome(w, r, name, s.cfg.Client(r), s.cfg.Prefix+"/")
}

// found makes the first account.
func (s *Server) found(ctx context.Context, token, name, password string) error {
	wait, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	hash, err := s.hasher.Hash(wait, password)
	if err != nil {
		return err
	}
	return s.redeem(ctx, token, account{Name: name, Role: "owner", Hash: hash, Created: s.cfg.Now().UTC()})
}

// mayTry keeps guessing at tokens as slow as guessing at passwords.
func (s *Server) mayTry(w http.ResponseWriter, r *http.Request) bool {
	wait, ok := s.limits.Allow(s.cfg.Client(r), "")
	if !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		s.fail(w, r, http.StatusTooManyRequests, "login.slow")
	}
	return ok
}

func (s *Server) uninvited(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errInvitation) {
		s.fail(w, r, http.StatusGone, "setup.gone")
		return
	}
	s.broken(w, r, err)
}
