package risk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// What processes that share a shelf tell each other: pseudonyms, signals and times, and nothing else. Whatever is lost on the way, each
// process counts for itself, and what an admin or a site decided rests on the shelf.
const (
	messageFailure       byte = iota + 1 // a log-in that failed
	messageEvidence                      // an address attacked
	messageForgetAccount                 // what failed lately for an account is to be forgotten
	messageForget                        // what is remembered of an address is to be forgotten
	messageForgetDevice                  // a consent was withdrawn
	messagePassed                        // somebody answered a challenge
	messageLook                          // somebody was blocked or let in again: look at the shelf
)

// evidence is what an address did at another process.
type evidence struct {
	Who, Network Pseudonym
	Marks        uint64
	At           int64
}

// passed is a challenge that was answered.
type passed struct {
	Who Pseudonym
	At  int64
}

// ErrMessage is wrapped by the errors about messages that no process of this version sends.
var ErrMessage = errors.New("risk: a message that is not understood")

// tell hands a message over, where there are other processes.
func (e *Engine) tell(kind byte, body any) {
	if e.tells == nil {
		return
	}
	message, err := binary.Append([]byte{kind}, binary.BigEndian, body)
	if err == nil {
		e.tells(message)
	}
}

// Decides reports a message that says what somebody decided: it must not be lost among others, and [Engine.Missed] is for those who may not
// have heard it.
func Decides(message []byte) bool {
	if len(message) == 0 {
		return false
	}
	switch message[0] {
	case messageForgetAccount, messageForget, messageForgetDevice, messageLook:
		return true
	}
	return false
}

// Missed is to be called where some of what other processes told may not have been heard. What pages told of browsers is forgotten, as the
// owner of one may have withdrawn the consent (S4-4.5); pages tell it again.
func (e *Engine) Missed() {
	if e.browsers.made.Load() {
		e.browsers.table.sweep(func(int64) bool { return true })
	}
}

// Ask has other processes look at their shelf.
func (e *Engine) Ask() { e.tell(messageLook, struct{}{}) }

// Hear takes in what another process told by Options.Tell, and reports whether the desk is to look at its shelf now. Messages must come from
// processes of the same site alone: whoever hands them over has checked that.
func (e *Engine) Hear(message []byte, now time.Time) (look bool, err error) {
	if len(message) == 0 {
		return false, ErrMessage
	}
	kind, body := message[0], message[1:]
	var who Pseudonym
	switch kind {
	case messageLook:
		return true, nil
	case messageFailure:
		var f failure
		if err := decoded(body, &f, &f.At, now); err != nil {
			return false, err
		}
		f.Cost = min(max(f.Cost, 1), 1000)
		e.takeFailure(&f, e.rules.Load().off)
	case messageEvidence:
		var v evidence
		if err := decoded(body, &v, &v.At, now); err != nil {
			return false, err
		}
		e.takeEvidence(&v)
	case messagePassed:
		var p passed
		if err := decoded(body, &p, &p.At, now); err != nil {
			return false, err
		}
		e.takePassed(&p)
	case messageForgetAccount:
		if err := decoded(body, &who, nil, now); err != nil {
			return false, err
		}
		e.book().failing.forget(who)
	case messageForget:
		if err := decoded(body, &who, nil, now); err != nil {
			return false, err
		}
		e.table.forget(who)
	case messageForgetDevice:
		if err := decoded(body, &who, nil, now); err != nil {
			return false, err
		}
		if e.browsers.made.Load() {
			e.browsers.table.forget(who)
		}
	default:
		return false, fmt.Errorf("%w: kind %d", ErrMessage, kind)
	}
	return false, nil
}

// decoded reads a body into v, all of it, and checks that it is of now.
func decoded(body []byte, v any, at *int64, now time.Time) error {
	if n, err := binary.Decode(body, binary.BigEndian, v); err != nil || n != len(body) {
		return fmt.Errorf("%w: %d bytes", ErrMessage, len(body))
	}
	if at == nil {
		return nil
	}
	if age := now.Sub(time.UnixMilli(*at)); age > maxAge || -age > maxAhead {
		return fmt.Errorf("%w: it is not of now", ErrMessage)
	}
	return nil
}

// takeEvidence has evidence of an attack hold here as well.
func (e *Engine) takeEvidence(v *evidence) {
	s := e.table.shard(v.Who)
	s.mu.Lock()
	entry := e.table.take(s, v.Who, v.At)
	_, first := e.holdAll(entry, marks(v.Marks)&heldMarks&^e.rules.Load().off, entry.heard(v.At))
	s.mu.Unlock()
	if first {
		e.spread(v.Network, v.At, true)
	}
}

// heldMarks are the signals that are held under the pseudonym of an address.
const heldMarks = marks(1)<<numHeld - 1

// takePassed has an answered challenge count here as well, unless somebody attacked since.
func (e *Engine) takePassed(p *passed) {
	s := e.table.shard(p.Who)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, p.Who, p.At)
	for i, end := range entry.held {
		if signals[i].Strong && end-signals[i].TTL.Milliseconds() > p.At {
			return
		}
	}
	entry.passed = max(entry.passed, p.At+passedTerm.Milliseconds())
}
