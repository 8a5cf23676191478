package consent

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MaxState is the most that the state cookie takes, name, "=" and value together, in bytes.
const MaxState = 100

// Why a state cookie is no consent. All wrap [ErrNoConsent].
var (
	ErrNoConsent  = errors.New("consent: no valid choice")
	ErrNoState    = fmt.Errorf("%w: there is no state cookie", ErrNoConsent)
	ErrUnreadable = fmt.Errorf("%w: the state is unreadable", ErrNoConsent)
	ErrForged     = fmt.Errorf("%w: the state is not signed by a key of the ring", ErrNoConsent)
	ErrFuture     = fmt.Errorf("%w: the state is dated in the future", ErrNoConsent)
	ErrExpired    = fmt.Errorf("%w: the choice has expired", ErrNoConsent)
	ErrStale      = fmt.Errorf("%w: the policy has changed since, so that the visitor must be asked again", ErrNoConsent)
)

// maxSkew is how far the clocks of two instances may differ.
const maxSkew = 10 * time.Minute

// SealState returns the value of the cookie [StateCookie] for a decided choice, "" for any other.
//
// The value is eight fields between dots, revision in decimal and the other numbers in base 36:
//
//	1 . revision . time . granted . withdrawn . shape . how . mac
//
// Time is Unix seconds rounded down to the hour. Granted and withdrawn are sums of 1<<[PurposeInfo.Bit].
// Shape is [Rulebook.Shape]. How is the method's first letter and what the browser asked then: "g", "d"
// or "n". Mac is HMAC-SHA256, cut to 128 bits, over all before it. Scripts may read the
// first seven fields; only the server can tell whether they are true.
//
// Where visitors answer for each service, two fields stand before the mac: services and taken, sums of
// 1<<[Service.Bit] of what is granted and what was withdrawn. They have up to 40 bits: more than the
// bitwise operators of JavaScript take.
func (k *Keys) SealState(c Choice, b *Rulebook) string {
	if !c.decided {
		return ""
	}
	var buf [MaxState]byte
	v := append(buf[:0], '1', '.')
	v = append(strconv.AppendInt(v, int64(c.revision), 10), '.')
	for _, n := range [...]int64{c.at, int64(c.granted), int64(c.withdrawn)} {
		v = append(strconv.AppendInt(v, n, 36), '.')
	}
	v = append(v, b.shape...)
	v = append(v, '.', c.method.letter(), metLetter(c.met))
	if b.served != 0 {
		v = strconv.AppendUint(append(v, '.'), c.services, 36)
		v = strconv.AppendUint(append(v, '.'), c.taken, 36)
	}
	payload := string(v)
	return payload + "." + sign(k.ring[0].state, StateCookie, payload)
}

// OpenState reads the value of the state cookie and checks it against b and the clock. Any error is
// no consent, wraps [ErrNoConsent] and comes with the zero Choice.
//
// A caller that sees the same value often may keep what [Keys.VerifyState] returned for it and call
// only [Rulebook.Check] each time.
func (k *Keys) OpenState(value string, b *Rulebook, now time.Time) (Choice, error) {
	c, err := k.VerifyState(value, b)
	if err == nil {
		err = b.Check(c, now)
	}
	if err != nil {
		return Choice{}, err
	}
	return c, nil
}

// VerifyState is the costly part of [Keys.OpenState], which does not depend on the time: it reads the
// value and verifies its signature. The result must not be used before [Rulebook.Check] has passed it.
func (k *Keys) VerifyState(value string, b *Rulebook) (Choice, error) {
	if value == "" {
		return Choice{}, ErrNoState
	}
	if len(StateCookie)+1+len(value) > MaxState {
		return Choice{}, ErrUnreadable
	}
	dot := strings.LastIndexByte(value, '.')
	if dot < 0 {
		return Choice{}, ErrUnreadable
	}
	payload, mac := value[:dot], value[dot+1:]
	c, shape, each, ok := parseState(payload)
	if !ok {
		return Choice{}, ErrUnreadable
	}
	if !k.signed(stateKey, mac, StateCookie, payload) {
		return Choice{}, ErrForged
	}
	if shape != b.shape || each != (b.served != 0) || c.revision < b.since {
		return Choice{}, ErrStale
	}
	return b.adoptState(c), nil
}

// adoptState makes a verified state a choice under b.
func (b *Rulebook) adoptState(c Choice) Choice {
	c.book, c.decided = b, true
	c.granted &= b.all
	c.withdrawn &= b.all &^ c.granted
	c.services &= b.served
	c.taken &= b.served &^ c.services
	c.until = b.until(c)
	return c
}

func (b *Rulebook) until(c Choice) int64 {
	life := b.policy.Lifetimes.Choice
	if !c.Grants() {
		life = b.policy.Lifetimes.Refusal
	}
	return life.After(unix(c.at)).Unix()
}

// Check reports whether a choice that was valid once is valid now: nil, [ErrExpired], [ErrFuture],
// [ErrStale] where b is not the rulebook that it was read under and asks anew, or [ErrNoState] for an
// undecided one. It allocates nothing.
func (b *Rulebook) Check(c Choice, now time.Time) error {
	switch {
	case !c.decided:
		return ErrNoState
	case c.book != b && (c.book.shape != b.shape || c.revision < b.since):
		return ErrStale
	case now.Unix() >= c.until:
		return ErrExpired
	case c.at > now.Add(maxSkew).Unix():
		return ErrFuture
	}
	return nil
}

// parseState reads the payload; each says that it has the two fields for services.
func parseState(payload string) (c Choice, shape string, each, ok bool) {
	var fields [9]string
	n := 0
	for more := true; more; n++ {
		if n == len(fields) {
			return Choice{}, "", false, false
		}
		fields[n], payload, more = strings.Cut(payload, ".")
	}
	if each = n == len(fields); !each && n != len(fields)-2 {
		return Choice{}, "", false, false
	}
	revision, ok1 := number(fields[1], 10, 31)
	at, ok2 := number(fields[2], 36, 40)
	granted, ok3 := number(fields[3], 36, MaxPurposes)
	withdrawn, ok4 := number(fields[4], 36, MaxPurposes)
	how := fields[6]
	if fields[0] != "1" || !ok1 || !ok2 || !ok3 || !ok4 || len(how) != 2 {
		return Choice{}, "", false, false
	}
	method, ok5 := methodOf(how[0])
	met, ok6 := metOf(how[1])
	c = Choice{revision: int(revision), at: int64(at), granted: uint32(granted), withdrawn: uint32(withdrawn), method: method, met: met}
	ok = ok5 && ok6
	if each {
		var ok7, ok8 bool
		c.services, ok7 = number(fields[7], 36, MaxServices)
		c.taken, ok8 = number(fields[8], 36, MaxServices)
		ok = ok && ok7 && ok8
	}
	return c, fields[5], each, ok
}

// number reads a number below 1<<bits exactly as SealState writes it: there is one spelling of each.
func number(s string, base, bits int) (uint64, bool) {
	n, err := strconv.ParseUint(s, base, bits)
	return n, err == nil && strconv.FormatUint(n, base) == s
}

func metLetter(o OptOut) byte {
	switch o {
	case GPC:
		return 'g'
	case DNT:
		return 'd'
	}
	return 'n'
}

func metOf(letter byte) (OptOut, bool) {
	switch letter {
	case 'g':
		return GPC, true
	case 'd':
		return DNT, true
	case 'n':
		return NoOptOut, true
	}
	return NoOptOut, false
}
