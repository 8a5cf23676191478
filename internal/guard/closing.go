package guard

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// settleAfter is how long after midnight a day may be closed: an hour after its end nothing is counted for it
// any more, and other instances have a quarter of an hour to hand over what they hold of it. What comes
// later still is in its totals only.
const settleAfter = 75 * time.Minute

// closeDays closes the days before ended that have settled, one instance at a time. Closing is one step in
// the store for each day: whoever is killed in the middle leaves the rest to the next sweep of anybody.
func (g *Guard) closeDays(ctx context.Context, ended stats.Day) error {
	settled, _ := visit.DayOf(g.config.Now().Add(-settleAfter), g.config.Zone)
	ended = min(ended, settled)
	open, err := g.config.Store.Open(ctx, ended)
	if err != nil || len(open) == 0 {
		return err
	}
	release, ok := g.claim(ctx)
	if !ok {
		return nil // another instance is at it
	}
	defer release()
	_, err = stats.NewCloser(g.config.Store, g.config.Store, g.config.Floors).Close(ctx, ended)
	return err
}

// Closing is the document by which one instance at a time closes days: who does, and until when it may.
const Closing = "closing"

// claim asks for the right to close days. A store without documents has one process.
func (g *Guard) claim(ctx context.Context) (release func(), ok bool) {
	documents, shared := g.config.Store.(interface {
		Get(ctx context.Context, key string) ([]byte, error)
		Swap(ctx context.Context, key string, old, new []byte) (bool, error)
	})
	if !shared {
		return func() {}, true
	}
	now := g.config.Now()
	held, err := documents.Get(ctx, Closing)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	owner, text, _ := strings.Cut(string(held), " ")
	if until, err := time.Parse(time.RFC3339, text); err == nil && now.Before(until) && owner != g.spool.Instance() {
		return nil, false
	}
	mine := []byte(g.spool.Instance() + " " + now.Add(2*sweepTime).UTC().Format(time.RFC3339))
	if ok, err := documents.Swap(ctx, Closing, held, mine); err != nil || !ok {
		return nil, false
	}
	return func() { _, _ = documents.Swap(context.WithoutCancel(ctx), Closing, mine, nil) }, true // it expires by itself, too
}
