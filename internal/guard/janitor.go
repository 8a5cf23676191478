package guard

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// janitor ends days: it erases their keys, closes them in the store once everything of them is there,
// and lets go of what is older than it may be.
type janitor struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
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
	ended := g.aggregator.Ended()
	for _, day := range g.anonymiser.Days() {
		if day < ended {
			g.anonymiser.Drop(day)
		}
	}
	if g.spool.State().Batches > 0 || g.importing(ctx) {
		return nil // what is on its way to the store may belong to a day that would close
	}
	err := g.closeDays(ctx, ended)
	if first, ok := g.firstKept(); ok {
		err = errors.Join(err, g.config.Store.Expire(ctx, first))
	}
	return err
}

// DataCounts is the id of the data kind in a policy whose retention holds for statistics (S4-6.3). A
// policy that does not name it keeps them for ever: they are no personal data.
const DataCounts = "counts"

// firstKept is the first day whose statistics the policy still keeps.
func (g *Guard) firstKept() (stats.Day, bool) {
	for _, kind := range g.now().rules.Policy().Data {
		if kind.ID == DataCounts && !kind.Retention.IsZero() {
			now := g.config.Now()
			first, _ := visit.DayOf(now.Add(-kind.Retention.After(now).Sub(now)), g.config.Zone)
			return first, true
		}
	}
	return 0, false
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
