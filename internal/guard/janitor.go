package guard

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// janitor ends days: it erases their keys, closes them in the store once everything of them is there,
// and lets go of what is older than it may be.
type janitor struct {
	cancel  context.CancelFunc
	running sync.WaitGroup

	trimming sync.Mutex
	trimmed  stats.Kept // what the store was last rid of
}

const (
	sweepEvery = time.Minute
	sweepTime  = 30 * time.Second
)

func (j *janitor) start(g *Guard) {
	ctx, cancel := context.WithCancel(context.Background())
	j.cancel = cancel
	j.running.Go(func() {
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for {
			if err := g.sweep(ctx); err != nil && !errors.Is(err, context.Canceled) {
				g.faults.note("close a day", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

func (j *janitor) stop() {
	j.cancel()
	j.running.Wait()
}

// sweep does what is due now. A step that fails is tried again at the next sweep.
func (g *Guard) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	if err := g.keepMet(ctx, false); err != nil {
		g.faults.note("keep what was met", err)
	}
	g.reckon(ctx)
	ended := g.aggregator.Ended()
	for _, day := range g.anonymiser.Days() {
		if day < ended {
			g.anonymiser.Drop(day)
		}
	}
	if g.spool.State().Batches > 0 || g.importing(ctx) {
		return nil // what is on its way to the store may belong to a day that would close
	}
	return errors.Join(g.closeDays(ctx, ended), g.letGo(ctx))
}

// Importing is the prefix of the documents by which an import under way keeps days from being closed:
// each holds the time, in RFC 3339, until which it asks for that.
const Importing = "import/"

// importing reports whether a log is being imported, perhaps by another process.
func (g *Guard) importing(ctx context.Context) bool {
	documents, ok := g.config.Store.(interface {
		Get(ctx context.Context, key string) ([]byte, error)
		Keys(ctx context.Context, prefix string) ([]string, error)
	})
	if !ok {
		return false
	}
	keys, err := documents.Keys(ctx, Importing)
	if err != nil {
		return true // closing would fail as well
	}
	for _, key := range keys {
		text, err := documents.Get(ctx, key)
		if err != nil {
			continue
		}
		if until, err := time.Parse(time.RFC3339, string(text)); err == nil && g.config.Now().Before(until) {
			return true
		}
	}
	return false
}
