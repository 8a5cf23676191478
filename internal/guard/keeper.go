package guard

import (
	"context"
	"sync"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// keeper keeps the policies that came into force, so that visitors can read what they agreed to (S4-10), and looks
// for rules that were added in the dashboard of another instance. It holds nobody up: what the store does not take
// now it is given again later.
type keeper struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
	wake    chan struct{}

	mu    sync.Mutex
	queue []*consent.Rulebook // not kept yet, the oldest first
}

// Timing of the keeper.
const (
	refreshEvery = 20 * time.Second
	keepTime     = 5 * time.Second
	maxUnkept    = 64 // while the store is away; those in between give way to the first and the latest
)

func (k *keeper) start(g *Guard) {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	k.running.Go(func() {
		ticker := time.NewTicker(refreshEvery)
		defer ticker.Stop()
		for {
			k.store(ctx, g)
			select {
			case <-ctx.Done():
				return
			case <-k.wake:
			case <-ticker.C:
				k.look(ctx, g)
			}
		}
	})
}

// look takes over what was added at another instance.
func (k *keeper) look(ctx context.Context, g *Guard) {
	if err := g.Refresh(ctx); err != nil && ctx.Err() == nil {
		g.faults.note("rules of the dashboard", err)
	}
}

func (k *keeper) stop() {
	k.cancel()
	k.running.Wait()
}

// keep has rules kept soon.
func (k *keeper) keep(rules *consent.Rulebook) {
	k.mu.Lock()
	if len(k.queue) >= maxUnkept {
		k.queue = append(k.queue[:1], k.queue[2:]...)
	}
	k.queue = append(k.queue, rules)
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default: // it is awake
	}
}

// store keeps what waits, until the first that the store does not take.
func (k *keeper) store(ctx context.Context, g *Guard) {
	documents, ok := g.config.Store.(consent.Documents)
	for ctx.Err() == nil {
		k.mu.Lock()
		if !ok {
			k.queue = nil
		}
		if len(k.queue) == 0 {
			k.mu.Unlock()
			return
		}
		first := k.queue[0]
		k.mu.Unlock()
		if err := k.put(ctx, consent.Archive{Documents: documents}, first); err != nil {
			if ctx.Err() == nil {
				g.faults.note("keep the policy", err)
			}
			return
		}
		k.mu.Lock()
		k.queue = k.queue[1:] // keep lets the first alone
		k.mu.Unlock()
	}
}

func (k *keeper) put(ctx context.Context, a consent.Archive, rules *consent.Rulebook) error {
	ctx, cancel := context.WithTimeout(ctx, keepTime)
	defer cancel()
	return a.Keep(ctx, rules)
}

// waiting is how many policies the store has not taken yet.
func (k *keeper) waiting() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.queue)
}
