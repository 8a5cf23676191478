package guard

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/recorder"
	"github.com/kelisim/kelisim/ledger"
	"github.com/kelisim/kelisim/visit"
)

// desk is what the privacy centre sees of the guard, under one policy.
type desk struct {
	*Guard
	*regime
}

// desk is that of the policy in force.
func (g *Guard) desk() desk { return desk{g, g.now()} }

// Rules implements [centre.Consents].
func (d desk) Rules() *consent.Rulebook { return d.rules }

// ledgerTime bounds how long a record is waited for.
const ledgerTime = 5 * time.Second

// Submit implements [centre.Consents]. What is granted is recorded first; a refusal holds whatever
// becomes of its record, and so does the refused part of a choice whose grants could not be recorded.
func (d desk) Submit(w http.ResponseWriter, r *http.Request, s consent.Submission) (consent.Choice, error) {
	now := d.config.Now()
	before := d.Choice(r)
	if id, ok := d.proven(r); ok {
		s.Previous = id
	}
	id, err := consent.NewID(rand.Reader)
	if err != nil {
		return before, err
	}
	s.RecordID = id
	after, record := d.rules.Apply(s, before, now)
	flooded := !d.flood.allow(d.config.Trust.Addr(r), now)
	if flooded {
		err = centre.ErrTooMany
	} else {
		err = d.keep(r.Context(), record)
	}
	unrecorded := err != nil
	if unrecorded {
		d.unrecorded(s, err)
		rest, some := d.rules.Unrecorded(s, before)
		switch {
		case s.Refusal():
			err = nil
		case !some:
			return before, err
		default:
			after, _ = d.rules.Apply(rest, before, now)
		}
	}
	d.setState(w, r, after, now)
	d.withdrawn(r, after, now)
	d.setProof(w, s, after, now, unrecorded)
	gate.ExpireRefused(w.Header(), r, d.rules, after, d.secure(r), now)
	if err == nil && !flooded {
		d.count(r, recorder.Answer{Submission: s, Event: record.Event, Before: before, After: after}, now)
	}
	return after, err
}

// Choice implements [centre.Consents].
func (d desk) Choice(r *http.Request) consent.Choice { return d.choiceUnder(d.regime, r) }

// keep writes a record to the spool, or where the disk fails to the store itself.
func (d desk) keep(ctx context.Context, record consent.Record) error {
	entry, err := d.regime.keys.SealRecord(record)
	if err != nil {
		return err
	}
	if err := d.spool.Append(ctx, entry); err != nil {
		ctx, cancel := context.WithTimeout(ctx, ledgerTime)
		defer cancel()
		return errors.Join(err, d.config.Store.Append(ctx, entry))
	}
	return nil
}

// count counts an answer. Of a visitor who refuses to be counted, nothing but the answer is handed on.
func (d desk) count(r *http.Request, a recorder.Answer, now time.Time) {
	if d.down.Load() {
		return
	}
	ok := true
	defer d.rescue("count an answer", &ok)
	if a.After.Counts() {
		a.Hit = visit.Capture(r, d.config.Trust, now)
		a.Location = d.config.Locator.Locate(a.Hit.Addr())
	}
	d.recorder.Answer(now, a)
}

// setState gives the visitor the choice: the cookie is the truth when the store is down.
func (d desk) setState(w http.ResponseWriter, r *http.Request, c consent.Choice, now time.Time) {
	http.SetCookie(w, d.state(r, c, now))
}

func (d desk) state(r *http.Request, c consent.Choice, now time.Time) *http.Cookie {
	return &http.Cookie{
		Name: consent.StateCookie, Value: d.regime.keys.SealState(c, d.rules), Path: "/", Domain: d.domain(r),
		MaxAge: int(c.Until().Sub(now) / time.Second), Secure: d.secure(r), SameSite: http.SameSiteLaxMode,
	}
}

// told is the state cookie of a visitor who has now seen the notice of a minor revision.
func (d desk) told(r *http.Request, c consent.Choice) *http.Cookie {
	return d.state(r, d.rules.Told(c), d.config.Now())
}

// Told implements [centre.Consents].
func (d desk) Told(w http.ResponseWriter, r *http.Request) { http.SetCookie(w, d.told(r, d.Choice(r))) }

// unrecorded counts what could not be recorded: a flood as such, anything else as a fault.
func (d desk) unrecorded(s consent.Submission, err error) {
	if errors.Is(err, centre.ErrTooMany) {
		d.flood.note(s.Refusal())
		return
	}
	d.faults.note("ledger", err)
}

// setProof gives the visitor what proves the record to be theirs. Whoever refuses is left with nothing
// that could be told from anybody else's refusal, unless they ask for a receipt. Of what was not recorded
// there is no proof: what is still granted stays proven by the record before.
func (d desk) setProof(w http.ResponseWriter, s consent.Submission, c consent.Choice, now time.Time, unrecorded bool) {
	cookie := &http.Cookie{
		Name: consent.ProofCookie, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
	}
	granted := len(c.Granted()) > 1
	switch {
	case granted && unrecorded:
		return
	case granted, s.Receipt && !unrecorded:
		cookie.Value, cookie.MaxAge = d.regime.keys.SealProof(s.RecordID), int(c.Until().Sub(now)/time.Second)
	default:
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// domain is the Domain attribute of the state cookie for the host that r asks.
func (d desk) domain(r *http.Request) string {
	if domain := d.config.CookieDomain; domain != "" && under(r.Host, domain) {
		return domain
	}
	return ""
}

// proven returns the id of the record that the request's proof cookie proves.
func (g *Guard) proven(r *http.Request) (string, bool) {
	cookie, err := r.Cookie(consent.ProofCookie)
	if err != nil {
		return "", false
	}
	id, err := g.keys.OpenProof(cookie.Value)
	return id, err == nil
}

// Receipt implements [centre.Consents].
func (d desk) Receipt(r *http.Request) (centre.Receipt, error) {
	id, ok := d.proven(r)
	if !ok {
		return centre.Receipt{}, centre.ErrNoRecord
	}
	receipt, err := d.receipt(r.Context(), id)
	if err != nil {
		return centre.Receipt{}, err
	}
	text, err := receipt.Encode()
	return centre.Receipt{ID: id, Index: receipt.Log.Index, JSON: text}, err
}

// Check implements [centre.Consents].
func (d desk) Check(ctx context.Context, text []byte) centre.Standing {
	receipt, err := ledger.ParseReceipt(text)
	if err != nil {
		return centre.Standing{Index: -1}
	}
	found, err := receipt.Check(d.log.Keys().Verifiers())
	if err != nil || found.Status == ledger.Sequenced && found.Head.Origin != d.log.Keys().Origin() {
		return centre.Standing{Index: -1}
	}
	s := centre.Standing{Sound: true, Index: -1, ID: found.Record.ID, Held: d.held(ctx, found.Record.ID, receipt.Leaf)}
	if found.Status == ledger.Sequenced {
		s.Index, s.Size = found.Index, found.Head.Size
	}
	return s
}

// held looks whether the ledger holds a record under its leaf.
func (d desk) held(ctx context.Context, id string, leaf []byte) centre.Held {
	ctx, cancel := context.WithTimeout(ctx, ledgerTime)
	defer cancel()
	entry, err := d.entry(ctx, id)
	switch {
	case errors.Is(err, centre.ErrNoRecord), err == nil && string(entry.Leaf[:]) != string(leaf):
		return centre.HeldNot
	case err != nil:
		return ""
	case entry.Erased():
		return centre.HeldErased
	}
	return centre.HeldWhole
}
