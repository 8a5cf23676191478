package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/kelisim/kelisim/server/post"
)

// Mailer hands mails over. [*post.SMTP] is one.
type Mailer interface {
	Send(ctx context.Context, m post.Mail) error
}

// Hooks posts signed events. [*post.Hooks] is one.
type Hooks interface {
	Send(ctx context.Context, address string, secret []byte, event any) error
	Check(address string) error
}

// notifyKey is where it rests what is sent, and to whom.
const notifyKey = "dashboard/notify"

// notifySettings are what admins have set.
type notifySettings struct {
	Digests []digest  `json:"digests"`
	Alerts  alertRule `json:"alerts"`
}

// delivery is what became of the last mails and events of all instances, for the health page.
type delivery struct {
	Sent  time.Time `json:"sent"`
	Fault time.Time `json:"fault"` // of the last one that failed; zero once one was sent again
	What  string    `json:"what"`  // that failed: "mail", "hook"; "unknown" for what may have arrived
}

const deliveryKey = "dashboard/delivery"

// delivered notes how handing something over went.
func (s *Server) delivered(ctx context.Context, what string, err error) {
	now := s.cfg.Now().UTC()
	s.grumble(ctx, deliveryKey, edit(ctx, s.cfg.Documents, deliveryKey, func(d *delivery) error {
		switch {
		case errors.Is(err, post.ErrUnknown):
			d.Fault, d.What = now, "unknown"
		case err != nil:
			d.Fault, d.What = now, what
		case d.What == what:
			d.Sent, d.Fault, d.What = now, time.Time{}, ""
		default:
			d.Sent = now
		}
		return nil
	}))
}

func (s *Server) grumble(ctx context.Context, name string, err error) {
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "server: not sent", slog.String("name", name), slog.Any("error", err))
	}
}

// sendEvery is how often the clock is looked at.
const sendEvery = time.Minute

// sending sends digests and alerts when their time has come, until ctx is done.
func (s *Server) sending(ctx context.Context) {
	tick := time.NewTicker(sendEvery)
	defer tick.Stop()
	for {
		s.sendDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Server) sendDue(ctx context.Context) {
	set, raw, err := load[notifySettings](ctx, s.cfg.Documents, notifyKey)
	if err != nil || raw == nil {
		s.grumble(ctx, "settings", err)
		return
	}
	now := s.cfg.Now().In(s.cfg.Zone)
	if s.cfg.Mail != nil {
		for _, d := range set.Digests {
			s.sendDigest(ctx, d, now)
		}
	}
	s.sendAlerts(ctx, set.Alerts, now)
}
