package server

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

const (
	sessionCookie = "kelisim_session"
	sessionIdle   = 12 * time.Hour
	sessionLife   = 7 * 24 * time.Hour

	sessionName = "name" // key: the account's name
)

// newSessions keeps sessions in memory, under a hash of their token.
func newSessions(cfg Config, store *memory) *scs.SessionManager {
	m := &scs.SessionManager{ // scs.New would start a goroutine that nobody ends
		Store:            store, // its clock is the system's, as scs reckons deadlines by that
		Codec:            scs.GobCodec{},
		HashTokenInStore: true,
		IdleTimeout:      sessionIdle,
		Lifetime:         sessionLife,
	}
	m.Cookie.Persist = true
	m.Cookie.Name = sessionCookie
	m.Cookie.Path = cfg.Prefix
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = cfg.Secure
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		cfg.Logger.ErrorContext(r.Context(), "server: session", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
	return m
}

// member lets those who are signed in pass, and shows others the way.
func (s *Server) member(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.sessions.GetString(r.Context(), sessionName) != "":
			next(w, r)
		case s.machine(r):
			http.Error(w, "sign in first", http.StatusUnauthorized)
		default:
			to := s.cfg.Prefix + "/login"
			if r.Method == http.MethodGet && r.URL.RequestURI() != s.cfg.Prefix+"/" {
				to += "?next=" + queryEscape(r.URL.RequestURI())
			}
			redirect(w, r, to)
		}
	})
}

// begin signs name in under a new session token, so that a token planted before is worth nothing.
func (s *Server) begin(r *http.Request, name string) error {
	if err := s.sessions.Clear(r.Context()); err != nil {
		return err
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionName, name)
	return nil
}
