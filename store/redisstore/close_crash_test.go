package redisstore_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// A closing during which Redis is killed has been done or has not; run again, it is done.
func TestClosingCutShortByAKillIsRunAgain(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "always")
	store := open(t, server, "s")
	for round := range stats.Day(8) {
		day := 20_000 + round
		open, closed := stats.Batch{Instance: fmt.Sprint("i", round), Seq: 1}, stats.Closing{Day: day}
		want := map[string]stats.Counts{}
		for i := range 900 {
			c := stats.Counts{stats.Views: int64(i + 1), stats.Requests: int64(i + 1)}
			open.Rows = append(open.Rows, stats.Row{Day: day, Dim: stats.DimPage, Value: fmt.Sprintf("/page/%04d", i), Counts: c})
			if i%2 == 0 {
				closed.Rows = append(closed.Rows, open.Rows[i])
				want[open.Rows[i].Value] = c
			}
		}
		if err := insist(t.Context(), store, open); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() { _ = store.Close(t.Context(), closed) }) // it may fail
		for range rand.IntN(4) {                               // the closing gets further in some rounds than in others
			_ = store.Ping(t.Context())
		}
		server.Kill()
		wg.Wait()
		server.Restart()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		for store.Close(ctx, closed) != nil && ctx.Err() == nil {
			continue
		}
		cancel()
		got := map[string]stats.Counts{}
		if err := store.Rows(t.Context(), stats.DimPage, day, day, func(r stats.Row) { got[r.Value] = r.Counts }); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, want) {
			t.Fatalf("round %d: %d rows, want %d", round, len(got), len(want))
		}
		if days, err := store.Open(t.Context(), day+1); err != nil || len(days) != 0 {
			t.Fatalf("round %d: open days %v, %v", round, days, err)
		}
	}
}
