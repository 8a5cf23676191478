package risk

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// ErrJudgement is returned for an id that is not ours, over a day old, of an account that was erased, labelled before, or beyond what one
// account may be labelled.
var ErrJudgement = errors.New("risk: no judgement of this id can be labelled")

const (
	judgementTerm = 24 * time.Hour
	labelsLimit   = 5 // of one account at once
	labelsLeak    = time.Hour
)

// judgement is a Judgement as it is made.
type judgement struct {
	kind    EventKind
	account Pseudonym
	who     Pseudonym
	salt    uint64 // of the account's record; 0 for none
	agreed  uint64 // and of the consent that held
	at      int64
	taught  facts // what it taught its account that was new
	found   marks // signals of the account
	verdict Verdict
}

// sealed is a judgement within its id: nothing of it is kept here. Fields are exported for package encoding/binary alone.
type sealed struct {
	Kind, Action, Mode, Net        uint8
	Bot, Score, Network, _         uint8
	Country                        [2]byte
	TaughtCountry                  [2]byte
	TaughtNet, TaughtDev, TaughtCl uint32
	At, Expires                    int64
	Salt, Agreed                   uint64
	Account, Who                   Pseudonym
	Found, Address                 uint64 // signals
}

// idOf seals a judgement into its id.
func (b *accounts) idOf(j *judgement) (string, error) {
	v := &j.verdict
	s := sealed{
		Kind: uint8(j.kind), Action: uint8(v.Action), Mode: uint8(v.Mode), Net: uint8(v.Net), Bot: v.Bot, Score: v.Account, Network: v.Network,
		TaughtCountry: j.taught.Country, TaughtNet: j.taught.Network, TaughtDev: j.taught.Device, TaughtCl: j.taught.Client,
		At: j.at, Salt: j.salt, Agreed: j.agreed, Account: j.account, Who: v.Who, Found: uint64(j.found),
	}
	copy(s.Country[:], v.Country)
	if !v.Expires.IsZero() {
		s.Expires = v.Expires.UnixMilli()
	}
	for _, r := range v.Reasons {
		if sign, ok := signalOf(r.Code); ok && !j.found.has(sign) {
			s.Address |= 1 << sign
		}
	}
	plain, err := binary.Append(nil, binary.BigEndian, &s)
	return base64.RawURLEncoding.EncodeToString(b.ids.Seal(nil, nil, plain, nil)), err
}

// opened returns what is within an id.
func (b *accounts) opened(id string, now time.Time) (s sealed, ok bool) {
	if len(id) > 512 {
		return s, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return s, false
	}
	plain, err := b.ids.Open(nil, nil, raw, nil)
	if err != nil {
		return s, false
	}
	if _, err := binary.Decode(plain, binary.BigEndian, &s); err != nil {
		return s, false
	}
	at := time.UnixMilli(s.At)
	return s, now.Sub(at) <= judgementTerm && at.Sub(now) <= maxAge
}

// verdict is what a judgement said, without the signals that are left out.
func (s *sealed) verdict(without marks) (v Verdict) {
	v = Verdict{Action: Action(s.Action), Mode: Mode(s.Mode), Net: geo.NetClass(s.Net), Bot: s.Bot, Network: s.Network, Who: s.Who}
	if s.Country != [2]byte{} {
		v.Country = string(s.Country[:])
	}
	if s.Expires != 0 {
		v.Expires = time.UnixMilli(s.Expires)
	}
	for rest := marks(s.Found|s.Address) &^ without; rest != 0; rest &= rest - 1 {
		sign := signal(bits.TrailingZeros64(uint64(rest)))
		if sign >= numSignals {
			break
		}
		r := row(sign)
		v.Reasons = append(v.Reasons, Reason{r.Code, r.Weight, r.Basis, r.Clause, r.Bucket()})
		if sign >= accountAttacked {
			v.Account = min(v.Account+r.Weight, scoreMost)
		}
	}
	slices.SortStableFunc(v.Reasons, func(a, b Reason) int { return int(b.Weight) - int(a.Weight) })
	return v
}

// conclude adds the account's score to what is known of the address.
func (j *judgement) conclude(mode Mode) {
	v := &j.verdict
	sum, other, strong, count := 0, false, false, 0
	for rest := j.found; rest != 0; rest &= rest - 1 {
		r := row(signal(bits.TrailingZeros64(uint64(rest))))
		sum += int(r.Weight)
		count++
		strong, other = strong || r.Strong, other || r.group != groupPlace
		v.Reasons = append(v.Reasons, Reason{r.Code, r.Weight, r.Basis, r.Clause, r.Bucket()})
		if end := time.UnixMilli(j.at).Add(r.TTL); end.After(v.Expires) {
			v.Expires = end
		}
	}
	v.Account, v.Mode = uint8(min(sum, scoreMost)), mode
	action := ActionAllow
	switch {
	case sum >= scoreThrottle && (strong || other && count > 1):
		action = ActionStepUp
	case sum >= scoreLog:
		action = ActionLog
	}
	if v.Action < action {
		v.Action = action
	}
	slices.SortStableFunc(v.Reasons, func(a, b Reason) int { return int(b.Weight) - int(a.Weight) })
}

// consentMarks are the signals that rest on consent.
var consentMarks = func() (m marks) {
	for i := range signals {
		if signals[i].Basis == BasisConsent {
			m.set(signal(i))
		}
	}
	return m
}()

// Explain returns a judgement of the last day, without what rested on a consent that was withdrawn since. It is [ErrJudgement] where
// there is none, or its account was erased since.
func (e *Engine) Explain(ctx context.Context, id string, now time.Time) (Judgement, error) {
	book := e.book()
	s, ok := book.opened(id, now)
	if !ok {
		return Judgement{}, ErrJudgement
	}
	without := consentMarks
	if s.Salt != 0 {
		found := false
		err := book.ofRecord(ctx, &s, now, func(a *account) bool {
			found = true
			if a.Agreed != 0 && a.Agreed == s.Agreed {
				without = 0
			}
			return false
		})
		if err != nil {
			return Judgement{}, err
		}
		if !found {
			return Judgement{}, ErrJudgement
		}
	}
	return Judgement{ID: id, Kind: EventKind(s.Kind), Account: s.Account, Verdict: s.verdict(without)}, nil
}

// ofRecord runs f on the record that a judgement was made of, but not where it moved to another pseudonym since, once in 30 days: then the
// judgement is no longer found.
func (b *accounts) ofRecord(ctx context.Context, s *sealed, now time.Time, f func(*account) (keep bool)) error {
	return b.about(ctx, now.UnixMilli(), func(a *account) bool { return a.Salt == s.Salt && f(a) }, s.Account)
}

// Truth is what a site found out about an event.
type Truth uint8

const (
	Genuine Truth = iota + 1 // it was the owner
	Fraud                    // it was somebody else
)

// UnmarshalText reads "genuine" or "fraud".
func (t *Truth) UnmarshalText(text []byte) error {
	switch string(text) {
	case "genuine":
		*t = Genuine
	case "fraud":
		*t = Fraud
	default:
		return errors.New("risk: want genuine or fraud")
	}
	return nil
}

// Labels are how often the events that a signal was raised for turned out to be what.
type Labels struct{ Genuine, Fraud int64 }

// FalseShare is the share of labelled events for which the signal was raised in error; 0 without labels.
func (l Labels) FalseShare() float64 {
	if l.Genuine+l.Fraud == 0 {
		return 0
	}
	return float64(l.Genuine) / float64(l.Genuine+l.Fraud)
}

// Label tells what an event was, at any process that shares the shelf. Where it was the owner, the evidence against the account is dropped;
// where it was not, the account is held to be in foreign hands for a day and unlearns what the event taught it. Of an account that nobody was
// let in to, nothing rests: a label counts, and drops what failed lately. Labels count in [Figures]. They never change a
// weight: who could send labels could switch a signal off. Each judgement is labelled once, and an account five times at once and
// once more each hour.
func (e *Engine) Label(ctx context.Context, id string, truth Truth, now time.Time) error {
	if truth != Genuine && truth != Fraud {
		return errors.New("risk: a label is Genuine or Fraud")
	}
	book := e.book()
	s, ok := book.opened(id, now)
	if !ok {
		return ErrJudgement
	}
	taken, at := false, now.UnixMilli()
	name := nameOf(id)
	if s.Salt == 0 {
		taken = book.labelFailing(s.Account, name, at)
	} else if err := book.ofRecord(ctx, &s, now, func(a *account) bool {
		taken = e.settleLabel(a, &s, name, truth, at)
		return taken
	}); err != nil {
		return err
	}
	if !taken {
		return ErrJudgement
	}
	if truth == Genuine {
		e.forgetFailures(s.Account)
	}
	v := s.verdict(0)
	for _, r := range v.Reasons {
		if sign, ok := signalOf(r.Code); ok {
			e.figures.labels[sign][truth-1].Add(1)
		}
	}
	return nil
}

// labelFailing takes a label of an account of which nothing rests.
func (b *accounts) labelFailing(who Pseudonym, name uint16, now int64) (taken bool) {
	s := b.failing.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := b.failing.find(s, who)
	if f == nil {
		return false
	}
	at := f.touch(now)
	return f.labelled.take(name, &f.labels, at)
}

// settleLabel has an account follow from a label, and reports whether it took it.
func (e *Engine) settleLabel(a *account, s *sealed, name uint16, truth Truth, now int64) (taken bool) {
	if !a.Labelled.take(name, &a.Labels, now) {
		return false
	}
	switch truth {
	case Genuine:
		a.Held = [numAccountHeld]int64{}
	case Fraud:
		var m marks
		m.set(accountFraud)
		a.hold(m&^e.rules.Load().off, now)
		a.unlearn(&facts{Country: s.TaughtCountry, Network: s.TaughtNet, Device: s.TaughtDev, Client: s.TaughtCl})
	}
	return true
}
