package guard_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

// moody is a store that is away at times.
type moody struct {
	*boltstore.Store
	away atomic.Bool
}

func (m *moody) Merge(ctx context.Context, b stats.Batch) (stats.Merged, error) {
	if m.away.Load() {
		return stats.Merged{}, errors.New("the store is away")
	}
	return m.Store.Merge(ctx, b)
}

// TestAccountAddsUp: accepted = stored + waiting + spooled + dropped while the store is there, while it is away and after.
func TestAccountAddsUp(t *testing.T) {
	store := new(moody)
	h := build(t, func(c *guard.Config) {
		store.Store = c.Store.(*boltstore.Store)
		c.Store, c.FlushEvery = store, 5*time.Millisecond
	})
	settled := func(what string, views int64, where func(guard.State) int64) {
		t.Helper()
		deadline := time.After(time.Minute)
		for {
			s := h.guard.State()
			if s.Missing() == 0 && s.Figures.Accepted == views && where(s) == views {
				return
			}
			select {
			case <-deadline:
				t.Fatalf("%s: accepted %d, stored %d, waiting %d, spooled %d, missing %d", what, s.Figures.Accepted, s.Spool.Stored, s.Figures.Waiting, s.Spool.Hits, s.Missing())
			case <-time.After(time.Millisecond):
			}
		}
	}
	for range 30 {
		h.do(http.MethodGet, "/a", nil)
	}
	settled("the store is there", 30, func(s guard.State) int64 { return s.Spool.Stored })
	store.away.Store(true)
	for range 40 {
		h.do(http.MethodGet, "/a", nil)
	}
	settled("the store is away", 70, func(s guard.State) int64 { return s.Spool.Stored + s.Spool.Hits })
	if s := h.guard.State(); s.Spool.Hits != 40 || s.Spool.Stored != 30 {
		t.Errorf("%d hits wait on disk and %d are stored, want 40 and 30", s.Spool.Hits, s.Spool.Stored)
	}
	store.away.Store(false)
	settled("the store is back", 70, func(s guard.State) int64 { return s.Spool.Stored })
}
