package risk

import (
	"encoding/hex"
	"errors"
	"io"
	"math/bits"
	"slices"
	"sync"
	"time"
)

// ErrJudgement is returned for an id that is unknown, over a day old, labelled before, or beyond what one account may be labelled.
var ErrJudgement = errors.New("risk: no judgement of this id can be labelled")

const (
	maxJudgements = 4096
	judgementTerm = 24 * time.Hour
	labelsLimit   = 5 // of one account at once
	labelsLeak    = time.Hour
)

// judgement is a Judgement as it is kept: without any name.
type judgement struct {
	kind     EventKind
	account  Pseudonym
	who      Pseudonym
	at       int64
	facts    facts
	taught   facts // what it taught its account that was new
	found    marks // signals of the account
	verdict  Verdict
	labelled bool
}

// conclude adds the account's score to what is known of the address.
func (j *judgement) conclude(e *Engine) {
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
	v.Account, v.Mode = uint8(min(sum, scoreMost)), e.mode
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

// withdraw takes out what rests on consent.
func (j *judgement) withdraw() {
	j.verdict.Reasons = slices.DeleteFunc(slices.Clone(j.verdict.Reasons), func(r Reason) bool { return r.Basis == BasisConsent })
	j.facts.client, j.taught.client = 0, 0
	for s := firstAccount; s < numSignals; s++ {
		if signals[s].Basis == BasisConsent {
			j.found &^= 1 << s
		}
	}
}

// judgements are the last ones, by id.
type judgements struct {
	mu   sync.Mutex
	byID map[[16]byte]*judgement
	ring [maxJudgements][16]byte
	next int
}

func (l *judgements) keep(j judgement, random io.Reader) (string, error) {
	id, err := randomID(random)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID = make(map[[16]byte]*judgement)
	}
	delete(l.byID, l.ring[l.next])
	l.ring[l.next], l.byID[id] = id, &j
	l.next = (l.next + 1) % maxJudgements
	return hex.EncodeToString(id[:]), nil
}

// with runs f on the judgement of an id, and reports whether there is one.
func (l *judgements) with(id string, f func(*judgement)) bool {
	var key [16]byte
	if len(id) != 2*len(key) {
		return false
	}
	if _, err := hex.Decode(key[:], []byte(id)); err != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.byID[key]
	if j == nil {
		return false
	}
	f(j)
	return true
}

func (l *judgements) each(f func(*judgement)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range l.byID {
		f(j)
	}
}

func (l *judgements) drop(old func(*judgement) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, j := range l.byID {
		if old(j) {
			delete(l.byID, id)
		}
	}
}

// Explain returns a judgement of the last day.
func (e *Engine) Explain(id string, now time.Time) (j Judgement, ok bool) {
	over := now.Add(-judgementTerm).UnixMilli()
	e.book().latest.with(id, func(kept *judgement) {
		if ok = kept.at >= over; ok {
			j = Judgement{ID: id, Kind: kept.kind, Account: kept.account, Verdict: kept.verdict}
		}
	})
	return j, ok
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

// Label tells what an event was. Where it was the owner, the evidence against the account is dropped; where it was not, the
// account is held to be in foreign hands for a day and unlearns what the event taught it. Labels count in [Figures]. They never change a
// weight: who could send labels could switch a signal off. Each judgement is labelled once, and an account five times at once and
// once more each hour.
func (e *Engine) Label(id string, truth Truth, now time.Time) error {
	if truth != Genuine && truth != Fraud {
		return errors.New("risk: a label is Genuine or Fraud")
	}
	var j judgement
	fresh := e.book().latest.with(id, func(kept *judgement) {
		j = *kept
		kept.labelled = true
	})
	at := now.UnixMilli()
	if !fresh || j.labelled || j.at < now.Add(-judgementTerm).UnixMilli() {
		return ErrJudgement
	}
	if !e.settleLabel(&j, truth, at) {
		return ErrJudgement
	}
	for _, r := range j.verdict.Reasons {
		if s, ok := signalOf(r.Code); ok {
			e.figures.labels[s][truth-1].Add(1)
		}
	}
	return nil
}

// settleLabel has an account follow from a label, and reports whether it took it.
func (e *Engine) settleLabel(j *judgement, truth Truth, now int64) (taken bool) {
	table := e.accounts.table
	s := table.shard(j.account)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := table.find(s, j.account)
	if a == nil {
		return false
	}
	a.touch(now)
	if pour(&a.labels, a.seen, labelsLimit, labelsLeak, 1000) {
		return false
	}
	switch truth {
	case Genuine:
		a.held, a.fails, a.pairs = [numAccountHeld]int64{}, 0, [4]pair{}
	case Fraud:
		var m marks
		m.set(accountFraud)
		a.hold(m&^e.rules.Load().off, a.seen)
		a.unlearn(&j.taught)
	}
	return true
}
