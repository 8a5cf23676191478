package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// Bounds of streams.
const (
	streamsMax  = 32               // of all people together
	streamLife  = 10 * time.Minute // then the browser comes again
	streamPulse = 15 * time.Second // between looks at the session; proxies cut off what says nothing for a minute
	streamWrite = 10 * time.Second // a reader who takes longer to take an event is cut off
)

// stream sends the page's matter as server-sent events (HTML Standard, 9.2), one for each step. It ends when the session does.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many people look on: reload the page", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "private, no-store, no-transform") // what compresses it holds it back
	h.Set("X-Accel-Buffering", "no")
	s.follow(w, r, s.pages[s.view(r).lang])
}

// follow sends events until the session, the reader, the dashboard or the stream's time ends.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, ed *edition) {
	token := s.sessions.Token(r.Context())
	end, pulse := time.NewTimer(streamLife), time.NewTicker(streamPulse)
	defer end.Stop()
	defer pulse.Stop()
	next := s.now.look(s.cfg.Now())
	event, err := s.nowEvent(ed)
	for err == nil && s.alive(token) {
		if err = push(w, event); err != nil {
			return
		}
		select {
		case <-next:
			next = s.now.look(s.cfg.Now())
			event, err = s.nowEvent(ed)
		case <-pulse.C:
			event = []byte(":\n\n") // a comment
		case <-r.Context().Done():
			return
		case <-end.C:
			return
		case <-s.closing:
			return
		}
	}
	if err != nil {
		s.unrendered(w, r, err)
	}
}

// nowEvent is how the last minutes stand, as an event.
func (s *Server) nowEvent(ed *edition) ([]byte, error) {
	var b bytes.Buffer
	if err := ed.html(&b, "now", s.newRealtimePage(ed.locale, s.cfg.Now())); err != nil {
		return nil, err
	}
	return []byte("event: now\ndata: " + strings.ReplaceAll(b.String(), "\n", "\ndata: ") + "\n\n"), nil
}

// push writes to the reader at once, or gives up on one who does not take it.
func push(w http.ResponseWriter, event []byte) error {
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := w.Write(event); err != nil {
		return err
	}
	return out.Flush()
}

// alive reports whether somebody is still signed in under a session's token.
func (s *Server) alive(token string) bool {
	ctx, err := s.sessions.Load(context.Background(), token)
	return err == nil && s.sessions.GetString(ctx, sessionName) != ""
}
