package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
)

// riskShelf is where incidents and blocks rest: in the Redis of the counters, else beside the statistics under keys of their own. A user
// who may not keep them there is no reason not to start: they are kept in memory then, which the log says. The returned function closes
// what was opened.
func (f riskFlags) riskShelf(ctx context.Context, site, redisURL string, counters *redisstore.Counters, store database, logger *slog.Logger) (risk.Shelf, func() error) {
	none := func() error { return nil }
	if bolt, ok := store.(*boltstore.Store); ok && counters == nil {
		return bolt.Shelf(nil), none
	}
	var err error
	opened := none
	if counters == nil {
		counters, err = redisstore.OpenCounters(ctx, redisstore.CountersOptions{Site: site, URL: redisURL})
		if err == nil {
			opened = counters.Close
		}
	}
	if err == nil {
		shelf, missing := counters.Shelf(ctx)
		if missing == nil {
			return shelf, opened
		}
		err = errors.Join(missing, opened())
	}
	logger.Warn("incidents and blocks are kept in memory and end with this program: see docs/risk.md for the rights that a Redis user needs", "error", err)
	return nil, none
}

// keptOfRisk is what the desk keeps, for the list of all that is kept.
func (s *site) keptOfRisk() []server.Kept {
	if s.guard.RiskDesk() == nil {
		return nil
	}
	where := "kept.in.memory"
	if s.shelved {
		where = "kept.in.store"
	}
	return []server.Kept{
		{What: "kept.incidents", Where: where, Term: "kept.until.30"},
		{What: "kept.deeds", Where: where, Term: "kept.until.90"},
		{What: "kept.account", Where: where, Term: "kept.until.30"},
	}
}
