package guard

import (
	"context"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// Timing of the desk: what is decided at one process holds at all that are told at once, and at others within syncEvery and syncTime.
const (
	syncEvery = 15 * time.Second
	syncTime  = 5 * time.Second
	syncFirst = 2 * time.Second // at the start, which waits for no longer
)

// start takes over who is blocked, and has the desk hand over what happens from now on.
func (r *riskGuard) start(g *Guard) {
	if r == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.sync(ctx, g, syncFirst)
	if r.peers != nil {
		r.peers.start(ctx, g, &r.running, r.look)
	}
	r.running.Go(func() {
		ticker := time.NewTicker(syncEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				r.sync(context.WithoutCancel(ctx), g, syncFirst)
				return
			case <-r.looks:
				r.sync(ctx, g, syncTime)
			case <-ticker.C:
				r.sync(ctx, g, syncTime)
			}
		}
	})
}

// look has the next round come now.
func (r *riskGuard) look() {
	select {
	case r.looks <- struct{}{}:
	default: // it comes anyway
	}
}

// sync is one round. A shelf that is away delays nothing: blocks that are known hold, and incidents wait.
func (r *riskGuard) sync(ctx context.Context, g *Guard, bound time.Duration) {
	ok := true
	defer g.rescue("risk desk", &ok)
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	if err := r.desk.Sync(ctx); err != nil && ctx.Err() == nil {
		g.faults.note("risk desk", err)
	}
}

// tell keeps an event that was not told a moment ago.
func (r *riskGuard) tell(event RiskEvent) {
	if r.events.add(event) {
		r.desk.Note(event)
	}
}

// RiskDesk is where an admin sees what was judged and decides who is kept out; nil where nothing is judged.
func (g *Guard) RiskDesk() *risk.Desk {
	if g.risk == nil {
		return nil
	}
	return g.risk.desk
}
