package guard

import (
	"net/http"

	"github.com/kelisim/kelisim/consent"
)

// WellKnown returns what answers r in place of the site: the support resource of Global Privacy Control
// (https://www.w3.org/TR/gpc/, section "GPC Support Resource"). It is nil for every other address and method, and
// where the policy has the signal refuse nothing: such a site must not say that it abides by it, and may answer
// itself. It answers the interface for account events, too ([RiskAPI]). The request is neither gated nor counted.
func (g *Guard) WellKnown(r *http.Request) http.Handler {
	if api := g.riskAPIFor(r); api != nil {
		return api
	}
	if r.URL.Path != consent.GPCPath || r.Method != http.MethodGet && r.Method != http.MethodHead || g.config.Skip(r) {
		return nil
	}
	rules := g.Rules()
	if len(rules.Policy().OptOuts.Purposes) == 0 {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "public, max-age=3600")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(rules.GPCDocument()) // the client may go away
	})
}
