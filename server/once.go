package server

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/kelisim/kelisim/server/post"
)

// Each sending has a document, through which instances agree that one of them does it, and once: it is claimed, made, marked
// as being handed over, handed over, and marked as done. Whoever claims and stops before handing over leaves it to another.
// Once it is being handed over nobody does that again: if the program stops there it may have arrived, or not, and the
// health page says so.
const (
	sentPrefix = "dashboard/sent/"
	sendTries  = 5                // of one mail that was refused
	sendLease  = 10 * time.Minute // in which whoever claimed must be done
	settleTime = 5 * time.Second  // for noting what became of it when the program is stopping
)

// sentMark says how far a sending is.
type sentMark struct {
	Period string    `json:"period"`
	Done   bool      `json:"done"`
	Handed bool      `json:"handed,omitempty"` // it is being handed over, or was when the program stopped
	Tries  int       `json:"tries"`
	Until  time.Time `json:"until"` // not to be tried before
}

// sending is one that this instance has claimed.
type sending struct {
	s    *Server
	name string // of the document, without prefix
	what string // "mail", "hook"
	mark sentMark
	raw  []byte // the document as this instance wrote it
}

// hand hands something over that was made before.
type hand func(context.Context) error

// once sends for a period under a name, unless that is done, claimed by another instance, or was tried often enough.
func (s *Server) once(ctx context.Context, what, name, period string, prepare func(context.Context) (hand, error)) {
	c := &sending{s: s, name: name, what: what}
	claimed, err := c.claim(ctx, period)
	if err != nil || !claimed {
		s.grumble(ctx, name, err)
		return
	}
	deliver, err := prepare(ctx)
	if err == nil {
		c.mark.Handed = true
		if claimed, err = c.write(ctx); err != nil || !claimed {
			s.grumble(ctx, name, err) // another instance took it over, or the store is away: nothing has been sent
			return
		}
		err = deliver(ctx)
	}
	s.grumble(ctx, name, err)
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	c.settle(rest, err)
}

// claim takes the sending for a while. What another instance has begun to hand over and not finished in its time it ends.
func (c *sending) claim(ctx context.Context, period string) (claimed bool, err error) {
	if c.mark, c.raw, err = load[sentMark](ctx, c.s.cfg.Documents, sentPrefix+c.name); err != nil {
		return false, err
	}
	now := c.s.cfg.Now().UTC()
	if c.mark.Handed && !c.mark.Done && !now.Before(c.mark.Until) {
		return false, c.giveUp(ctx)
	}
	if c.mark.Period == period && (c.mark.Done || c.mark.Handed || c.mark.Tries >= sendTries || now.Before(c.mark.Until)) {
		return false, nil
	}
	if c.mark.Period != period {
		c.mark = sentMark{Period: period}
	}
	c.mark.Tries, c.mark.Until = c.mark.Tries+1, now.Add(sendLease)
	return c.write(ctx)
}

// giveUp ends a sending of which nobody knows whether it arrived.
func (c *sending) giveUp(ctx context.Context) error {
	c.mark.Done = true
	if ok, err := c.write(ctx); err != nil || !ok {
		return err
	}
	c.s.delivered(ctx, c.what, post.ErrUnknown)
	return post.ErrUnknown
}

// settle notes what became of it, unless another instance has given it up meanwhile.
func (c *sending) settle(ctx context.Context, err error) {
	switch {
	case err == nil, errors.Is(err, post.ErrUnknown):
		c.mark.Done = true
	default:
		c.mark.Handed = false
		c.mark.Until = c.s.cfg.Now().UTC().Add(time.Minute << (2 * c.mark.Tries)) // 4, 16, 64, 256 minutes
	}
	_, fault := c.write(ctx)
	c.s.grumble(ctx, c.name, fault)
	c.s.delivered(ctx, c.what, err)
}

// write puts the mark in the place of the one that was read or written last, and says whether that was still there.
func (c *sending) write(ctx context.Context) (bool, error) {
	next, err := json.Marshal(c.mark)
	if err != nil {
		return false, err
	}
	ok, err := c.s.cfg.Documents.Swap(ctx, sentPrefix+c.name, c.raw, next)
	c.raw = next
	return ok, err
}
