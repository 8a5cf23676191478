package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// hashWait bounds how long a sign-in waits for its turn to be hashed.
const hashWait = 10 * time.Second

var errCredentials = errors.New("server: name or password is wrong")

func queryEscape(s string) string { return url.QueryEscape(s) }

// loginPage is what the sign-in form shows.
type loginPage struct {
	Name, Next, Error string
	First             bool // no account exists yet
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request) {
	next := s.local(r.URL.Query().Get("next"))
	if s.sessions.GetString(r.Context(), sessionName) != "" {
		redirect(w, r, next)
		return
	}
	exists, err := s.accounts.Any(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "login", loginPage{Next: next, First: !exists})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	page := loginPage{Name: clean(cleanName(r.PostFormValue("name")), nameMax*4), Next: s.local(r.PostFormValue("next"))}
	client := s.cfg.Client(r)
	if wait, ok := s.limits.Allow(client, accountKey(page.Name)); !ok {
		s.record(r, "rate limit", page.Name)
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		page.Error = "login.slow"
		s.show(w, r, http.StatusTooManyRequests, "login", page)
		return
	}
	name, err := s.authenticate(r.Context(), page.Name, r.PostFormValue("password"))
	switch {
	case errors.Is(err, errCredentials):
		s.record(r, "refused", page.Name)
		page.Error = "login.wrong"
		s.show(w, r, http.StatusUnauthorized, "login", page)
	case errors.Is(err, context.DeadlineExceeded):
		page.Error = "login.busy"
		s.show(w, r, http.StatusServiceUnavailable, "login", page)
	case err != nil:
		s.broken(w, r, err)
	default:
		s.welcome(w, r, name, client, page.Next)
	}
}

// authenticate returns the name of the account, or errCredentials, after the same work in every case.
func (s *Server) authenticate(ctx context.Context, name, password string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	if len(password) > 4*passwordMax {
		password = ""
	}
	acc, _, err := s.accounts.Find(ctx, name)
	if err != nil {
		return "", err
	}
	right, err := s.hasher.Check(ctx, password, acc.Hash)
	if err != nil {
		return "", err
	}
	if !right {
		return "", errCredentials
	}
	return acc.Name, nil
}

func (s *Server) welcome(w http.ResponseWriter, r *http.Request, name string, client netip.Addr, next string) {
	if err := s.begin(r, name); err != nil {
		s.broken(w, r, err)
		return
	}
	s.limits.Good(client, accountKey(name))
	s.record(r, "signed in", name)
	s.leaveOut(w, r)
	redirect(w, r, next)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	name := s.sessions.GetString(r.Context(), sessionName)
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.broken(w, r, err)
		return
	}
	if name != "" {
		s.record(r, "signed out", name)
	}
	s.countAgain(w, r)
	redirect(w, r, s.cfg.Prefix+"/login")
}

// record logs a sign-in event: who and what, never from where. A name that is no account's may be a
// password typed into the wrong field, so only known names are written.
func (s *Server) record(r *http.Request, event, name string) {
	attrs := []slog.Attr{slog.String("event", event)}
	if acc, ok, err := s.accounts.Find(r.Context(), name); err == nil && ok {
		attrs = append(attrs, slog.String("account", acc.Name))
	}
	s.cfg.Logger.LogAttrs(r.Context(), slog.LevelInfo, "server: sign-in", attrs...)
}
