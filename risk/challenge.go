package risk

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// What can become of an answer to a challenge.
var (
	ErrChallengeForged  = errors.New("risk: the challenge is not ours, or somebody else's")
	ErrChallengeExpired = errors.New("risk: the challenge is too old")
	ErrChallengeWrong   = errors.New("risk: the answer is wrong")
	ErrChallengeUsed    = errors.New("risk: the challenge was answered before")
	ErrChallengeTries   = errors.New("risk: too many answers in a short time")
)

const (
	challengeTerm = 20 * time.Minute // ample for whoever reads or types slowly (WCAG 2.2.1)
	passedTerm    = 30 * time.Minute
	triesLimit    = 5
	triesLeak     = time.Minute
)

// Challenge is a question that a person answers at once: how much A and B are together. Token binds it to the
// address that was asked, and does not tell the answer.
type Challenge struct {
	A, B  int // 2–9
	Token string
}

type tokenKey struct {
	key    []byte
	random io.Reader
}

func newTokenKey(secret []byte, random io.Reader) (tokenKey, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, labelTokens, 32)
	if err != nil {
		return tokenKey{}, fmt.Errorf("risk: derive a key: %w", err)
	}
	return tokenKey{key, random}, nil
}

// A token is the time at which it ends, eight random bytes, and a MAC over these, the pseudonym and the answer.
const (
	tokenHead = 16
	tokenSize = tokenHead + 16
)

func (k tokenKey) mac(head []byte, who Pseudonym, answer int) []byte {
	m := hmac.New(sha256.New, k.key)
	m.Write(head)
	m.Write(who.bytes())
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(answer)))
	return m.Sum(nil)[:tokenSize-tokenHead]
}

func (p Pseudonym) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, p[0]), p[1])
}

// Challenge makes a question for an address.
func (e *Engine) Challenge(addr netip.Addr, now time.Time) (Challenge, error) {
	who, _ := e.Who(addr.Unmap().WithZone(""), now)
	var token [tokenHead]byte
	binary.BigEndian.PutUint64(token[:8], uint64(now.Add(challengeTerm).UnixMilli()))
	var dice [2]byte
	if _, err := io.ReadFull(e.tokens.random, token[8:]); err != nil {
		return Challenge{}, fmt.Errorf("risk: no randomness for a challenge: %w", err)
	}
	if _, err := io.ReadFull(e.tokens.random, dice[:]); err != nil {
		return Challenge{}, fmt.Errorf("risk: no randomness for a challenge: %w", err)
	}
	a, b := 2+int(dice[0]%8), 2+int(dice[1]%8)
	text := base64.RawURLEncoding.EncodeToString(append(token[:], e.tokens.mac(token[:], who, a+b)...))
	return Challenge{a, b, text}, nil
}

// Answer takes an answer to a challenge. Where it is right, evidence so far leads to no challenge for half an hour; new
// evidence of an attack ends that. Processes that are told count the answer as well. Answers are counted: five at once, and one more each minute.
func (e *Engine) Answer(addr netip.Addr, token string, answer int, now time.Time) error {
	addr = addr.Unmap().WithZone("")
	who, _ := e.Who(addr, now)
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenSize || who == (Pseudonym{}) {
		return ErrChallengeForged
	}
	s := e.table.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, who, now.UnixMilli())
	at := entry.touch(now.UnixMilli())
	if pour(&entry.tries, at, triesLimit, triesLeak, 1000) {
		return ErrChallengeTries
	}
	switch end := int64(binary.BigEndian.Uint64(b)); {
	case at >= end:
		return ErrChallengeExpired
	case !hmac.Equal(b[tokenHead:], e.tokens.mac(b[:tokenHead], who, answer)):
		return ErrChallengeWrong
	case !entry.things[ringTokens].meet(e.hash(string(b[8:tokenHead]))):
		return ErrChallengeUsed
	}
	entry.passed = at + passedTerm.Milliseconds()
	e.tell(messagePassed, &passed{Who: who, At: at})
	return nil
}
