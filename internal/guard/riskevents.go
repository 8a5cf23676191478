package guard

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// RiskEvent is a verdict that asks for more than a note.
type RiskEvent = risk.Incident

// maxRiskEvents is how many events are kept; older ones are forgotten.
const maxRiskEvents = 512

// riskEvents are the last events. Who repeats within a minute for the same action is told once.
type riskEvents struct {
	mu   sync.Mutex
	ring []RiskEvent
	next int
}

// maxSame is how many of the last events are searched for the same one.
const maxSame = 16

// add keeps an event, and reports whether it is told for the first time.
func (l *riskEvents) add(event RiskEvent) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := 1; i <= min(maxSame, len(l.ring)); i++ {
		last := &l.ring[(l.next-i+len(l.ring))%len(l.ring)]
		if last.Who == event.Who && last.Action == event.Action && last.Time.Equal(event.Time) {
			return false
		}
	}
	if len(l.ring) < maxRiskEvents {
		l.ring = append(l.ring, event)
		l.next = len(l.ring) % maxRiskEvents
		return true
	}
	l.ring[l.next] = event
	l.next = (l.next + 1) % maxRiskEvents
	return true
}

// list returns the events, the last first.
func (l *riskEvents) list() []RiskEvent {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]RiskEvent, 0, len(l.ring))
	for i := 1; i <= len(l.ring); i++ {
		all = append(all, l.ring[(l.next-i+2*len(l.ring))%len(l.ring)])
	}
	return all
}

func riskEvent(g *Guard, v *risk.Verdict, r *http.Request, now time.Time) RiskEvent {
	_, network := g.risk.engine.Who(g.config.Trust.Addr(r).Unmap().WithZone(""), now)
	return RiskEvent{
		Time: now.Truncate(time.Minute), Who: v.Who, Network: network, Country: v.Country, Net: v.Net.String(), Path: strings.Clone(g.scrubber.Path(r.URL.EscapedPath())),
		Action: v.Action, Mode: v.Mode, Rule: v.Rule, Reasons: v.Reasons, Expires: v.Expires,
	}
}

// RiskEvents returns the last verdicts that asked for more than a note, the last first.
func (g *Guard) RiskEvents() []RiskEvent {
	if g.risk == nil {
		return nil
	}
	return g.risk.events.list()
}
