package risk

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Rules are what a site adds of its own. The zero Rules add nothing.
type Rules struct {
	// Allow are networks that are never acted on, such as a monitor of the site's own.
	Allow []netip.Prefix `yaml:"allow"`
	// Off are signals that are not used.
	Off []Code `yaml:"off"`
	// Rules are tried in order; the first that fits decides, after the signals.
	Rules []Rule `yaml:"rules"`
	// Limits bound how often something may be asked.
	Limits []Limit `yaml:"limits"`
}

// Rule says what to do with requests that fit all of its conditions; each condition fits with any of its values, and an
// empty one with everything. An action above allow raises the verdict and never lowers it; allow lowers it, whatever spoke for more.
type Rule struct {
	Name    string   `yaml:"name"`
	Country []string `yaml:"country"` // ISO 3166-1 alpha-2
	Net     []string `yaml:"net"`     // unknown, eyeball, mobile, hosting, vpn, tor, bot
	Path    []string `yaml:"path"`    // beginnings of paths
	Method  []string `yaml:"method"`
	Signal  []Code   `yaml:"signal"`
	Score   int      `yaml:"score"` // at least this sum of weights
	Then    Action   `yaml:"then"`
}

// Limit bounds how often one address or network may ask for something in a window of time.
type Limit struct {
	Name   string        `yaml:"name"`
	Path   []string      `yaml:"path"`
	Method []string      `yaml:"method"`
	Per    string        `yaml:"per"` // "address" (the default) or "network"
	Limit  int           `yaml:"limit"`
	Window time.Duration `yaml:"window"`
	Then   Action        `yaml:"then"`      // throttle (429), challenge or deny
	Away   Away          `yaml:"when_away"` // what holds while the shared counters cannot be reached; required where counters are shared
}

// Away is what a limit does while the shared counters cannot be reached.
type Away string

const (
	AwayOpen   Away = "open"   // each process counts for itself, up to the limit
	AwayClosed Away = "closed" // each process serves its own share, and nothing above it
)

// Fault is one thing that is wrong with rules.
type Fault struct {
	Field   string // "rules[2].country"
	Text    string
	Warning bool // it works, and is not what was meant
}

// Error returns the fault on one line.
func (f Fault) Error() string { return f.Field + ": " + f.Text }

// maxRules bounds what a request may cost.
const maxRules = 64

// Check tells everything that is wrong with r, warnings included.
func (r *Rules) Check() []Fault {
	c := checker{}
	c.add(len(r.Rules) > maxRules, "rules", "%d rules: at most %d", len(r.Rules), maxRules)
	c.add(len(r.Limits) > maxRules, "limits", "%d limits: at most %d", len(r.Limits), maxRules)
	for i, p := range r.Allow {
		field := fmt.Sprintf("allow[%d]", i)
		c.add(!p.IsValid(), field, "is no network: write one such as 192.0.2.0/24")
		c.warn(p.IsValid() && (p.Addr().Is4() && p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 16), field, "lets a large part of the net do as it likes")
	}
	for i, code := range r.Off {
		c.code(fmt.Sprintf("off[%d]", i), code)
	}
	for i := range r.Rules {
		c.rule(fmt.Sprintf("rules[%d]", i), &r.Rules[i])
		for j := range i {
			if r.Rules[j].covers(&r.Rules[i]) {
				c.warn(true, fmt.Sprintf("rules[%d]", i), "is never reached: rules[%d] decides before it", j)
				break
			}
		}
	}
	for i := range r.Limits {
		c.limit(fmt.Sprintf("limits[%d]", i), &r.Limits[i])
	}
	return c.faults
}

// Validate is Check without warnings, as one error.
func (r *Rules) Validate() error {
	var all []error
	for _, f := range r.Check() {
		if !f.Warning {
			all = append(all, f)
		}
	}
	return errors.Join(all...)
}

type checker struct{ faults []Fault }

func (c *checker) add(bad bool, field, format string, args ...any) {
	if bad {
		c.faults = append(c.faults, Fault{Field: field, Text: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) warn(bad bool, field, format string, args ...any) {
	if bad {
		c.faults = append(c.faults, Fault{field, fmt.Sprintf(format, args...), true})
	}
}

func (c *checker) code(field string, code Code) {
	_, ok := signalOf(code)
	c.add(!ok, field, "%q is no signal: docs/risk.md lists them", code)
}

func (c *checker) rule(field string, r *Rule) {
	c.add(r.Name == "", field+".name", "is missing: verdicts name the rule that decided")
	for i, code := range r.Country {
		c.add(!geo.ValidCountry(code), fmt.Sprintf("%s.country[%d]", field, i), "%q is no country: write ISO 3166-1 alpha-2 in capitals, such as KZ", code)
	}
	for i, name := range r.Net {
		c.add(!slices.Contains(netNames, name), fmt.Sprintf("%s.net[%d]", field, i), "%q is no class of networks: write %s", name, strings.Join(netNames, ", "))
	}
	for i, code := range r.Signal {
		c.code(fmt.Sprintf("%s.signal[%d]", field, i), code)
	}
	c.paths(field, r.Path)
	c.add(r.Score < 0 || r.Score > scoreMost, field+".score", "must be from 0 to %d", scoreMost)
	evidence := len(r.Signal) > 0 || r.Score > 0
	c.add(!evidence && r.Then >= ActionThrottle && r.Then != ActionStepUp, field+".then",
		"%s without evidence: country, network and path alone are never a reason; add a signal or a score, or let the site ask for more with step_up", r.Then)
	c.add(!evidence && r.Then == ActionStepUp && len(r.Path) == 0, field+".then", "step_up for whole countries or networks: name the paths that need it")
	c.warn(r.Then == ActionAllow && !evidence && len(r.Country)+len(r.Net)+len(r.Path)+len(r.Method) == 0, field, "allows everything: no signal leads to an action")
}

func (c *checker) limit(field string, l *Limit) {
	c.add(l.Name == "", field+".name", "is missing: verdicts name the limit that decided")
	c.add(l.Limit < 1, field+".limit", "must be 1 or more")
	c.add(l.Window < time.Second || l.Window > time.Hour, field+".window", "must be from 1s to 1h")
	c.add(l.Per != "" && l.Per != "address" && l.Per != "network", field+".per", "%q: write address or network", l.Per)
	c.add(l.Then != ActionThrottle && l.Then != ActionChallenge && l.Then != ActionDeny, field+".then", "%s: write throttle, challenge or deny", l.Then)
	c.add(l.Away != "" && l.Away != AwayOpen && l.Away != AwayClosed, field+".when_away", "%q: write open or closed", l.Away)
	c.warn(l.Away == "", field+".when_away", "is missing: write what holds while the shared counters cannot be reached, open or closed; open is taken")
	c.warn(len(l.Path) == 0, field+".path", "is missing: pictures and styles count as well")
	c.paths(field, l.Path)
}

func (c *checker) paths(field string, paths []string) {
	for i, p := range paths {
		c.add(!strings.HasPrefix(p, "/"), fmt.Sprintf("%s.path[%d]", field, i), "%q must begin with a slash", p)
	}
}

var netNames = []string{"unknown", "eyeball", "mobile", "hosting", "vpn", "tor", "bot"}

// covers reports that everything that fits b fits a.
func (a *Rule) covers(b *Rule) bool {
	wider := func(a, b []string) bool {
		return len(a) == 0 || len(b) > 0 && !slices.ContainsFunc(b, func(s string) bool { return !slices.Contains(a, s) })
	}
	paths := len(a.Path) == 0 || len(b.Path) > 0 && !slices.ContainsFunc(b.Path, func(s string) bool {
		return !slices.ContainsFunc(a.Path, func(p string) bool { return strings.HasPrefix(s, p) })
	})
	signals := len(a.Signal) == 0 || len(b.Signal) > 0 && !slices.ContainsFunc(b.Signal, func(s Code) bool { return !slices.Contains(a.Signal, s) })
	return wider(a.Country, b.Country) && wider(a.Net, b.Net) && wider(a.Method, b.Method) && paths && signals && a.Score <= b.Score
}

// ruleSet are rules as they are applied.
type ruleSet struct {
	Rules
	off     marks
	signals []marks  // by rule
	ids     []uint64 // by limit, of its name
}

func compile(r Rules) *ruleSet {
	set := &ruleSet{Rules: r, signals: make([]marks, len(r.Rules))}
	for i := range r.Limits {
		h := fnv.New64a()
		_, _ = h.Write([]byte(r.Limits[i].Name)) // it never fails
		set.ids = append(set.ids, h.Sum64())
	}
	mark := func(m *marks, codes []Code) {
		for _, code := range codes {
			if s, ok := signalOf(code); ok {
				m.set(s)
			}
		}
	}
	mark(&set.off, r.Off)
	for i := range r.Rules {
		mark(&set.signals[i], r.Rules[i].Signal)
	}
	return set
}

func (s *ruleSet) allows(addr netip.Addr) bool {
	for _, p := range s.Allow {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// decide applies the first rule that fits.
func (s *ruleSet) decide(v *Verdict, q *Request, active marks, score int) {
	for i := range s.Rules.Rules {
		r := &s.Rules.Rules[i]
		if !r.fits(q, score) || s.signals[i] != 0 && s.signals[i]&active == 0 {
			continue
		}
		v.Rule = r.Name
		if r.Then == ActionAllow || r.Then > v.Action {
			v.Action = r.Then
		}
		return
	}
}

func (a *Rule) fits(q *Request, score int) bool {
	return score >= a.Score && among(a.Country, q.place.Country) && among(a.Method, q.method) && begins(a.Path, q.path) &&
		(len(a.Net) == 0 || slices.Contains(a.Net, q.place.Net.String()))
}

func among(values []string, value string) bool {
	return len(values) == 0 || slices.Contains(values, value)
}

func begins(prefixes []string, path string) bool {
	if len(prefixes) == 0 {
		return true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}
