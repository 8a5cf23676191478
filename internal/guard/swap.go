package guard

import (
	"context"
	"fmt"
	"reflect"

	"github.com/kelisim/kelisim/consent"
)

// SetPolicy puts another policy in force, for every request that begins from now on; requests under way end under
// the one they began with. No choice is lost: those made under the old policy stand, unless the revision is material
// (S4-10). It returns once the policy is in force; the error says why it is not, and then the former one stands: it
// names every fault of p at once, and what may not follow the policy in force ([consent.Rulebook.Succeeds]).
//
// The ledger's log keeps the name that it began with, whatever site.domains says, here and after a restart. Safe for concurrent use.
func (g *Guard) SetPolicy(p consent.Policy) error {
	g.swapping.Lock()
	defer g.swapping.Unlock()
	now := g.now()
	next, err := g.newRegime(p, now.overlay)
	if err != nil {
		return fmt.Errorf("guard: %w", err)
	}
	if err := next.rules.Succeeds(now.rules); err != nil {
		return fmt.Errorf("guard: policy: %w", err)
	}
	g.enact(next)
	return nil
}

// Refresh puts in force at once what an admin added to the policy in the dashboard, or took back. The guard does so
// by itself within half a minute, for rules that were added at another instance. The error says that the rules could not
// be read: what is in force stands.
func (g *Guard) Refresh(ctx context.Context) error {
	g.refreshing.Lock() // held around the store, lest an older reading come later
	defer g.refreshing.Unlock()
	overlay, err := g.config.readOverlay(ctx)
	if err != nil {
		return fmt.Errorf("guard: cookie rules added in the dashboard: %w", err)
	}
	g.swapping.Lock()
	defer g.swapping.Unlock()
	now := g.now()
	if reflect.DeepEqual(overlay.Cookies, now.overlay.Cookies) {
		return nil
	}
	next, err := g.newRegime(now.filed, overlay)
	if err != nil {
		return fmt.Errorf("guard: %w", err)
	}
	g.enact(next)
	return nil
}

// enact puts p in force, and has it kept for those who ask later what they agreed to.
func (g *Guard) enact(p *regime) {
	g.inForce.Store(p)
	g.keeper.keep(p.rules)
}
