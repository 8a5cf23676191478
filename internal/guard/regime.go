package guard

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"slices"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/internal/csp"
)

// regime is everything that follows from one policy. It is made once and then only read, but for what it remembers
// of visitors' cookies and languages; a request keeps to the one under which it began.
type regime struct {
	filed    consent.Policy  // as the site gave it
	overlay  consent.Overlay // what an admin added to it in the dashboard
	rules    *consent.Rulebook
	regional bool // the policy has another model for some regions
	returns  bool // the policy declares ReturnsCookie
	device   bool // and DeviceCookie
	keys     *consent.Keys
	choices  choices
	faces    *faces
	sources  *csp.Book
	centre   http.Handler
}

// now is the regime in force. Ask once per request.
func (g *Guard) now() *regime { return g.inForce.Load() }

// newRegime makes everything that pages need under a policy, or says what is wrong with it.
func (g *Guard) newRegime(filed consent.Policy, overlay consent.Overlay) (p *regime, err error) {
	c := g.config
	rules, err := c.compile(filed, overlay)
	if err != nil {
		return nil, err
	}
	p = &regime{filed: filed, overlay: overlay, rules: rules, regional: len(rules.Policy().Models) > 0, keys: g.keys, choices: choices{seed: maphash.MakeSeed()}}
	_, p.returns = returnsRule(rules.Policy())
	_, p.device = c.deviceRule(rules.Policy())
	policy := c.CSP
	policy.Allow = append(slices.Clone(policy.Allow), c.ConsentMode.Origins()...)
	if p.sources, err = csp.New(rules, policy, csp.Site{Hosts: c.Hosts, Report: g.reportPath()}); err != nil {
		return nil, err
	}
	p.faces = newFaces(rules, c.Prefix, c.Form, p.sources.Varies(), g.sharedBeacon())
	if p.centre, err = centre.New(g.centreConfig(p)); err != nil {
		return nil, err
	}
	return p, nil
}

// compile makes the policy a rulebook, with the rules of the overlay as far as they fit.
func (c *Config) compile(filed consent.Policy, overlay consent.Overlay) (*consent.Rulebook, error) {
	rules, err := consent.Compile(filed)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if err := checkTerms(filed, c.Keep); err != nil {
		return nil, err
	}
	if len(overlay.Cookies) == 0 {
		return rules, nil
	}
	policy, left := filed.Overlaid(overlay)
	if len(left) > 0 {
		c.Logger.Info("cookie rules added in the dashboard that the policy file makes needless or impossible are left out", "rules", len(left))
	}
	whole, err := consent.Compile(policy)
	if err != nil {
		c.Logger.Warn("cookie rules added in the dashboard do not fit the policy file, which alone is in force", "error", err)
		return rules, nil
	}
	return whole, nil
}

// withCentre answers what is under the prefix, by the policy that is in force when it is asked for.
func (g *Guard) withCentre() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.now().centre.ServeHTTP(w, r) })
}
