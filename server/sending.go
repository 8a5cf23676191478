package server

import (
	"context"
	"encoding/json"
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

// What is sent, to whom, and what became of it rests in documents; each sending is claimed there before, so that
// of several instances one does it.
const (
	notifyKey  = "dashboard/notify"
	sentPrefix = "dashboard/sent/"
	sendTries  = 5                // of one mail
	sendLease  = 10 * time.Minute // in which whoever claimed must have sent, or another tries
)

// notifySettings are what admins have set.
type notifySettings struct {
	Digests []digest  `json:"digests"`
	Alerts  alertRule `json:"alerts"`
}

// sentMark says how far a sending is.
type sentMark struct {
	Period string    `json:"period"`
	Done   bool      `json:"done"`
	Tries  int       `json:"tries"`
	Until  time.Time `json:"until"` // not to be tried before
}

// delivery is what became of the last mails and events of all instances, for the health page.
type delivery struct {
	Sent  time.Time `json:"sent"`
	Fault time.Time `json:"fault"` // of the last one that failed; zero once one was sent again
	What  string    `json:"what"`  // that failed: "mail", "hook"
}

const deliveryKey = "dashboard/delivery"

// delivered notes how handing something over went.
func (s *Server) delivered(ctx context.Context, what string, err error) {
	now := s.cfg.Now().UTC()
	s.grumble(ctx, deliveryKey, edit(ctx, s.cfg.Documents, deliveryKey, func(d *delivery) error {
		switch {
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

// once claims the sending of a period under a name, sends, and notes what became of it. It does nothing where the
// period is done, claimed by another instance, or was tried often enough.
func (s *Server) once(ctx context.Context, name, period string, send func(context.Context) error) {
	mark, claimed, err := s.claim(ctx, name, period)
	if err != nil || !claimed {
		s.grumble(ctx, name, err)
		return
	}
	if err = send(ctx); err == nil {
		mark.Done = true
	} else {
		mark.Until = s.cfg.Now().UTC().Add(time.Minute << (2 * mark.Tries)) // 4, 16, 64, 256 minutes
	}
	s.grumble(ctx, name, err)
	s.grumble(ctx, name, edit(ctx, s.cfg.Documents, sentPrefix+name, func(m *sentMark) error { *m = mark; return nil }))
}

func (s *Server) claim(ctx context.Context, name, period string) (mark sentMark, claimed bool, err error) {
	mark, old, err := load[sentMark](ctx, s.cfg.Documents, sentPrefix+name)
	now := s.cfg.Now().UTC()
	if err != nil || mark.Period == period && (mark.Done || mark.Tries >= sendTries || now.Before(mark.Until)) {
		return mark, false, err
	}
	if mark.Period != period {
		mark = sentMark{Period: period}
	}
	mark.Tries, mark.Until = mark.Tries+1, now.Add(sendLease)
	next, err := json.Marshal(mark)
	if err != nil {
		return mark, false, err
	}
	claimed, err = s.cfg.Documents.Swap(ctx, sentPrefix+name, old, next)
	return mark, claimed, err
}

func (s *Server) grumble(ctx context.Context, name string, err error) {
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "server: not sent", slog.String("name", name), slog.Any("error", err))
	}
}

// mail hands one mail over and notes how that went.
func (s *Server) mail(ctx context.Context, m post.Mail) error {
	err := s.cfg.Mail.Send(ctx, m)
	s.delivered(ctx, "mail", err)
	return err
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
