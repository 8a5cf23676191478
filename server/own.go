package server

import (
	"net/http"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// ownAdmin is the value of the cookie that keeps the visits of somebody who is signed in out of the statistics. It is the
// same for all; another value is somebody's own wish, which signing out does not undo.
const ownAdmin = "admin"

// leaveOut keeps the visits of who has just signed in out of the statistics of the site on the same host.
func (s *Server) leaveOut(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(consent.ExcludeCookie); err != nil || cookie.Value == "" {
		s.setOwn(w, ownAdmin, int(sessionLife/time.Second))
	}
}

// countAgain ends that.
func (s *Server) countAgain(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(consent.ExcludeCookie); err == nil && cookie.Value == ownAdmin {
		s.setOwn(w, "", -1)
	}
}

func (s *Server) setOwn(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: consent.ExcludeCookie, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
}
