package logimport

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// prefix begins the names of imports: nobody else's batches have it.
const prefix = "import-"

// Store is what [Held] asks.
type Store interface {
	stats.Source
	Open(ctx context.Context, before stats.Day) ([]stats.Day, error)
}

// Held returns the days of which a store holds anything that does not come from imports of logs, as far as it can tell: open
// days which something else wrote, and closed ones, of which nobody knows who wrote them.
func Held(ctx context.Context, s Store) (map[stats.Day]bool, error) {
	held := map[stats.Day]bool{}
	first, last, ok, err := s.Span(ctx)
	if err != nil || !ok {
		return held, err
	}
	open, err := s.Open(ctx, last+1)
	if err != nil {
		return nil, err
	}
	imported := map[stats.Day]bool{}
	for _, day := range open {
		if err := s.Rows(ctx, stats.DimWriter, day, day, func(r stats.Row) {
			ours, seen := imported[day]
			imported[day] = strings.HasPrefix(r.Value, prefix) && (ours || !seen)
		}); err != nil {
			return nil, err
		}
	}
	err = s.Totals(ctx, first, last, func(t stats.Total) {
		if !imported[t.Day] {
			held[t.Day] = true
		}
	})
	return held, err
}

// held reports whether a line at t is new and of a day at which counting stops.
func (im *run) held(t time.Time) bool {
	if len(im.options.Held) == 0 || im.lines <= im.past.lines || im.old(t) {
		return false
	}
	day, _ := visit.DayOf(t, im.options.Zone)
	return im.options.Held[day]
}

// stop ends the file before the line that was read last, as if it ended there: it can be continued like one that has grown.
func (im *run) stop(ctx context.Context) error {
	im.lines--
	im.report.Lines--
	return errors.Join(im.end(ctx), ErrHeld)
}
