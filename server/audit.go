package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// The audit: who changed what here, month by month. It names accounts and what they changed, never where from.
const (
	auditPrefix = "audit/" // and the month, "2026-03"
	auditMax    = 1000     // entries of a month; beyond it the oldest go
	auditShown  = 50
)

// auditEntry is one change.
type auditEntry struct {
	At      time.Time `json:"at"`
	Account string    `json:"account"`
	What    string    `json:"what"` // a key of the locales under "audit."
	Subject string    `json:"subject,omitempty"`
}

// audit notes a change that was made. That it could not be noted is logged; the change stands.
func (s *Server) audit(r *http.Request, what, subject string) {
	now := s.cfg.Now().UTC()
	entry := auditEntry{At: now.Truncate(time.Second), Account: s.user(r), What: what, Subject: clean(subject, valueMax)}
	s.cfg.Logger.LogAttrs(r.Context(), slog.LevelInfo, "server: changed", slog.String("what", what), slog.String("account", entry.Account), slog.String("subject", entry.Subject))
	err := edit(r.Context(), s.cfg.Documents, auditPrefix+now.Format("2006-01"), func(list *[]auditEntry) error {
		*list = append(*list, entry)
		if over := len(*list) - auditMax; over > 0 {
			*list = (*list)[over:]
		}
		return nil
	})
	if err != nil {
		s.cfg.Logger.LogAttrs(r.Context(), slog.LevelError, "server: a change is missing in the audit", slog.Any("error", err))
	}
}

// user is the account that is signed in.
func (s *Server) user(r *http.Request) string { return s.sessions.GetString(r.Context(), sessionName) }

// audited returns the latest entries of this month and the one before, the latest first.
func (s *Server) audited(ctx context.Context) (latest []auditEntry, err error) {
	now := s.cfg.Now().UTC()
	for _, month := range []time.Time{now, now.AddDate(0, 0, -now.Day())} {
		list, _, err := load[[]auditEntry](ctx, s.cfg.Documents, auditPrefix+month.Format("2006-01"))
		if err != nil {
			return nil, err
		}
		for i := len(list) - 1; i >= 0 && len(latest) < auditShown; i-- {
			latest = append(latest, list[i])
		}
	}
	return latest, nil
}
