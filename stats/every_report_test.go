package stats_test

import (
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// TestTheOracleKnowsEveryReport fails when Reports learns something that the oracle does not check.
func TestTheOracleKnowsEveryReport(t *testing.T) {
	exact, unfolded := reportChecks()
	checked := slices.Sorted(maps.Keys(exact))
	checked = append(checked, slices.Sorted(maps.Keys(unfolded))...)
	slices.Sort(checked)
	if methods := reportMethods(); !slices.Equal(methods, checked) {
		t.Errorf("Reports has %v,\nthe oracle checks %v", methods, checked)
	}
}

// inEveryStore runs a property over random worlds in memory, and some of them in the embedded store and in Redis.
func inEveryStore(t *testing.T, property func(*rapid.T, func() keeping)) {
	some := func(t *rapid.T) bool { return rapid.IntRange(0, 9).Draw(t, "left out") == 0 }
	sites := 0
	site := func() string { sites++; return fmt.Sprint("site", sites) }
	t.Run("memory", rapid.MakeCheck(func(t *rapid.T) { property(t, func() keeping { return newMemory() }) }))
	t.Run("bolt", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "k.db")
		rapid.Check(t, func(rt *rapid.T) {
			if !some(rt) {
				return
			}
			property(rt, func() keeping {
				store, err := boltstore.Open(path, boltstore.Options{Site: site()})
				if err != nil {
					rt.Fatal(err)
				}
				rt.Cleanup(func() { _ = store.Shutdown() })
				return store
			})
		})
	})
	t.Run("redis", func(t *testing.T) {
		url := redistest.Start(t).URL()
		rapid.Check(t, func(rt *rapid.T) {
			if !some(rt) {
				return
			}
			property(rt, func() keeping {
				store, err := redisstore.Open(t.Context(), redisstore.Options{URL: url, Site: site(), Logger: slog.New(slog.DiscardHandler)})
				if err != nil {
					rt.Fatal(err)
				}
				rt.Cleanup(func() { _ = store.Shutdown() })
				return store
			})
		})
	})
}

// check compares reports with the truth, each by its check.
func (w *world) check(truth *tally, checks map[string]func(*world, *tally)) {
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		checks[name](w, truth)
	}
}

// TestEveryReportAgreesWithAnExactCount: where nothing is held back, every report says what a slow and simple count of the
// raw events says: while some of it waits in memory, when all of it rests, and when the days are closed.
func TestEveryReportAgreesWithAnExactCount(t *testing.T) {
	exact, unfolded := reportChecks()
	inEveryStore(t, func(t *rapid.T, open func() keeping) {
		w := newWorld(t, rapid.IntRange(1, 12).Draw(t, "people"), stats.Floors{Person: 1, Open: 1})
		w.rest, w.store = open(), nil
		w.run(rapid.IntRange(0, 120).Draw(t, "steps"))
		truth := w.oracle.count()
		w.check(truth, exact)
		w.check(truth, unfolded)
		w.live.EndDays(w.days().Last + 1)
		w.flush(stats.Running)
		w.check(truth, exact)
		w.check(truth, unfolded)
		if _, err := stats.NewCloser(w.rest, w.rest, w.floors).Close(t.Context(), w.days().Last+1); err != nil {
			t.Fatal(err)
		}
		w.check(truth, exact)
		w.check(truth, unfolded)
	})
}

// TestTotalsAgreeWithAnExactCountUnderAnyFloor: what has no floor is exact whatever the floors of the rest are, before
// the days are closed and after; lists and their "other" add up to it.
func TestTotalsAgreeWithAnExactCountUnderAnyFloor(t *testing.T) {
	exact, _ := reportChecks()
	inEveryStore(t, func(t *rapid.T, open func() keeping) {
		floors := stats.Floors{Person: rapid.IntRange(2, 6).Draw(t, "k"), Open: rapid.IntRange(1, 3).Draw(t, "kopen")}
		w := newWorld(t, rapid.IntRange(1, 30).Draw(t, "people"), floors)
		w.rest, w.store = open(), nil
		w.run(rapid.IntRange(0, 160).Draw(t, "steps"))
		truth := w.oracle.count()
		w.check(truth, exact)
		w.live.EndDays(w.days().Last + 1)
		w.flush(stats.Running)
		if _, err := stats.NewCloser(w.rest, w.rest, w.floors).Close(t.Context(), w.days().Last+1); err != nil {
			t.Fatal(err)
		}
		w.check(truth, exact)
		w.checkFloor(truth)
	})
}
