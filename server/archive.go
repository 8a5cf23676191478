package server

import (
	"errors"
	"io"
	"net/http"
)

// ErrNoDays is what [Config.Archive] returns where no day is closed yet, before it has written anything.
var ErrNoDays = errors.New("server: no day is closed yet")

// archive answers with everything that rests of closed days, as a document that the program reads back. One is made at a
// time: it reads the whole store.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Archive == nil {
		http.NotFound(w, r)
		return
	}
	if !s.archiving.TryLock() {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "another archive is being written: try again when it is done", http.StatusServiceUnavailable)
		return
	}
	defer s.archiving.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="kelisim-archive-`+s.dayOf(s.cfg.Now()).String()+`.json"`)
	h.Set("Cache-Control", "no-store")
	out := &begun{w: w}
	err := s.cfg.Archive(r.Context(), out)
	switch {
	case err == nil:
		s.audit(r, "archive.taken", "")
	case out.some: // a document cut short must not look like a whole one
		s.cfg.Logger.ErrorContext(r.Context(), "server: an archive was cut short", "error", err)
		panic(http.ErrAbortHandler)
	case errors.Is(err, ErrNoDays):
		h.Del("Content-Disposition")
		http.Error(w, "no day is closed yet: a day can be archived once it is over and closed", http.StatusNotFound)
	default:
		h.Del("Content-Disposition")
		s.broken(w, r, err)
	}
}

// begun knows whether anything was written.
type begun struct {
	w    io.Writer
	some bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.some = b.some || len(p) > 0
	return b.w.Write(p)
}
