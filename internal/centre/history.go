package centre

import (
	"context"
	"sync"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// Bounds on what the notice costs the store, however often it is looked at.
const (
	historyAge  = 30 * time.Second // for which the list of former policies is not asked for again
	historyTime = 2 * time.Second  // for which a page waits for it
)

// history remembers which policies were in force: of each its hash, its revision and its languages, and no more. What
// could once be read is shown as long as the store is away. It is safe for concurrent use; whoever comes while the store
// is asked waits for that one answer.
type history struct {
	mu    sync.Mutex
	asked time.Time // zero: never
	known []consent.Edition
}

// list returns what was in force, the oldest first, and an error where the store was asked now and did not tell.
func (h *history) list(ctx context.Context, a Archive, now time.Time) ([]consent.Edition, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if age := now.Sub(h.asked); !h.asked.IsZero() && age >= 0 && age < historyAge {
		return h.known, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), historyTime) // others wait for it, too
	defer cancel()
	all, err := a.Editions(ctx)
	h.asked = now
	if len(all) > 0 || err == nil {
		h.known = nil // who reads the former list goes on with it
		for _, e := range all {
			h.known = append(h.known, consent.Edition{Hash: e.Hash, Policy: consent.Policy{Revision: e.Policy.Revision, Languages: e.Policy.Languages}})
		}
	}
	return h.known, err
}
