package risk

import (
	"strings"
	"sync/atomic"

	"github.com/kelisim/kelisim/visit"
)

type engineName uint8

const (
	engineOther engineName = iota
	engineChromium
	engineGecko
	engineWebKit
)

// engine is what drives the named browser, and its version where that of the browser is that of the engine.
func (q *Request) engine() (engineName, int) {
	switch q.named.Browser {
	case "Chrome", "Chrome Mobile", "Edge":
		return engineChromium, q.named.Major
	case "Firefox", "Firefox Mobile":
		return engineGecko, q.named.Major
	case "Safari", "Mobile Safari":
		return engineWebKit, q.named.Major
	}
	return engineOther, 0
}

// release is when a version came out; between two of them versions came evenly.
type release struct{ major, month int } // months since January 2008

var chromium = [...]release{{1, 11}, {10, 38}, {30, 69}, {60, 114}, {94, 164}, {148, 220}}
var gecko = [...]release{{4, 38}, {30, 77}, {60, 124}, {72, 144}, {100, 172}, {135, 205}, {150, 220}}

// monthOf is when a version came out, in months since January 2008. Later versions than the last known are as new as it.
func monthOf(known []release, major int) int {
	for i := 1; i < len(known); i++ {
		a, b := known[i-1], known[i]
		if major <= b.major {
			return a.month + (max(major, a.major)-a.major)*(b.month-a.month)/(b.major-a.major)
		}
	}
	return known[len(known)-1].month
}

const (
	year2008 = 1199145600000     // 1 January, in milliseconds
	month    = int64(2629746000) // a twelfth of a Gregorian year
	oldAge   = 5 * 12            // months after which nobody updated a browser
)

// nameMemo remembers what the user agents that were met last are called, under 64 bits of a keyed hash.
type nameMemo [2048]atomic.Pointer[knownName]

type knownName struct {
	hash uint64
	visit.Agent
}

// of names the user agent of q. What it returns must not be changed.
func (m *nameMemo) of(agents *visit.Agents, q *Request) *visit.Agent {
	cell := &m[q.agentHash%uint64(len(m))]
	if known := cell.Load(); known != nil && known.hash == q.agentHash {
		return &known.Agent
	}
	known := &knownName{q.agentHash, agents.Parse(q.agent, nil)}
	cell.Store(known)
	return &known.Agent
}

// judgeAgent marks what the user agent alone says.
func (q *Request) judgeAgent() {
	switch {
	case q.agent == "":
		q.instant.set(agentNone)
		return
	case q.named.Bot == visit.OtherBot:
		q.instant.set(agentUnknown)
		return
	case q.named.Bot != "":
		if q.named.BotClass == "tool" || q.named.BotClass == "scanner" {
			q.instant.set(agentTool)
		}
		return
	}
	engine, major := q.engine()
	if major == 0 {
		if engine != engineOther {
			q.instant.set(agentOdd)
		}
		return
	}
	at := int((q.now - year2008) / month)
	if engine == engineChromium && at-monthOf(chromium[:], major) > oldAge || engine == engineGecko && at-monthOf(gecko[:], major) > oldAge {
		q.instant.set(agentOld)
	}
}

// namesScanner reports a scanner that gives its name and version, as such programs do: "Nikto/2.1.5".
func (q *Request) namesScanner() bool {
	if q.named.BotClass != "scanner" {
		return false
	}
	for i := 0; i+2 < len(q.agent); i++ {
		if q.agent[i+1] != '/' || q.agent[i+2] < '0' || q.agent[i+2] > '9' || !letter(q.agent[i]) {
			continue
		}
		begin := i
		for begin > 0 && (letter(q.agent[begin-1]) || q.agent[begin-1] == '-') {
			begin--
		}
		if !strings.EqualFold(q.agent[begin:i+1], "mozilla") {
			return true
		}
	}
	return false
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
