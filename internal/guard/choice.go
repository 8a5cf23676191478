package guard

import (
	"hash/maphash"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
)

// maxChoices is how many verified state cookies are remembered. Visitors who decided alike in one hour hold
// the same value, so few are met often.
const maxChoices = 4096

// choices remembers state cookies whose signature was verified: only that, for how long a choice holds and whether
// it still does is asked each time. Forged ones never enter. It is read without locks; a value takes the place of
// the one that hashes alike, where none can be aimed at.
type choices struct {
	seed  maphash.Seed
	slots [maxChoices]atomic.Pointer[verified]
}

type verified struct {
	value  string
	choice consent.Choice
}

func (c *choices) slot(value string) *atomic.Pointer[verified] {
	return &c.slots[maphash.String(c.seed, value)%maxChoices]
}

func (c *choices) get(value string) (consent.Choice, bool) {
	if v := c.slot(value).Load(); v != nil && v.value == value {
		return v.choice, true
	}
	return consent.Choice{}, false
}

func (c *choices) put(value string, choice consent.Choice) {
	c.slot(value).Store(&verified{strings.Clone(value), choice})
}

// choice is what holds for a request from the given country: what its state cookie says if it is sound,
// with what the browser asks for applied.
func (p *regime) choice(r *http.Request, country string, now time.Time) consent.Choice {
	return p.rules.EffectiveIn(country, p.stated(r, now), r.Header)
}

// maxStates bounds how many state cookies of one request are looked at.
const maxStates = 16

// stated reads the state cookie. Of several (a host's and a domain's) the later one counts, and of two
// of the same hour the one that grants less. Where there are more than are looked at, somebody else on the
// domain heaps them up, and a refusal may be beneath: then nothing is granted.
func (p *regime) stated(r *http.Request, now time.Time) (best consent.Choice) {
	tries := 0
	for _, line := range r.Header["Cookie"] {
		for {
			value, rest, ok := nextState(line)
			if !ok {
				break
			}
			if tries == maxStates && best.Grants() {
				return consent.Choice{}
			}
			if tries == maxStates {
				return best
			}
			line, tries = rest, tries+1
			if choice, ok := p.open(value, now); ok && supersedes(choice, best) {
				best = choice
			}
		}
	}
	return best
}

const stateAssign = consent.StateCookie + "="

// nextState finds the first state cookie in a Cookie header, and what follows it.
func nextState(line string) (value, rest string, ok bool) {
	for {
		i := strings.Index(line, stateAssign)
		if i < 0 {
			return "", "", false
		}
		begins := i == 0 || line[i-1] == ' ' || line[i-1] == ';' || line[i-1] == '\t'
		if line = line[i+len(stateAssign):]; !begins {
			continue
		}
		value, rest, _ = strings.Cut(line, ";")
		return strings.TrimRight(value, " \t"), rest, true
	}
}

func supersedes(a, b consent.Choice) bool {
	switch {
	case !b.Decided() || a.At().After(b.At()):
		return true
	case a.At().Before(b.At()):
		return false
	}
	return len(a.Granted()) < len(b.Granted())
}

func (p *regime) open(value string, now time.Time) (consent.Choice, bool) {
	if len(value) > consent.MaxState {
		return consent.Choice{}, false
	}
	choice, known := p.choices.get(value)
	if !known {
		var err error
		if choice, err = p.keys.VerifyState(value, p.rules); err != nil {
			return consent.Choice{}, false
		}
		p.choices.put(value, choice)
	}
	return choice, p.rules.Check(choice, now) == nil
}

// Choice is what the visitor of r decided, opt-outs of the browser applied. The answer that w carries
// depends on it from now on, so shared caches may not keep it; w may be nil for an answer that does not.
func (g *Guard) Choice(w http.ResponseWriter, r *http.Request) consent.Choice {
	if gated := gateOf(w); gated != nil {
		gated.MarkPrivate()
	}
	return g.choiceUnder(g.now(), r)
}

// choiceUnder is what holds for r under the policy of p.
func (g *Guard) choiceUnder(p *regime, r *http.Request) consent.Choice {
	country := ""
	if p.regional {
		country = g.config.Locator.Locate(g.config.Trust.Addr(r)).Country
	}
	return p.choice(r, country, g.config.Now())
}

// gateOf finds the gate behind what others wrapped around it; nil where there is none.
func gateOf(w http.ResponseWriter) *gate.Writer {
	for w != nil {
		if gated, ok := w.(*gate.Writer); ok {
			return gated
		}
		wrapped, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		w = wrapped.Unwrap()
	}
	return nil
}
