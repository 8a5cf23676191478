package guard

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// Environment that makes this test binary a process that closes days: where they rest, and how many minutes its clock
// is ahead.
const (
	closerStore = "KELISIM_CLOSER_STORE"
	closerAhead = "KELISIM_CLOSER_AHEAD"
)

const (
	closerDays = 24
	firstOfAll = stats.Day(20_000)
)

// telling is a store that says on standard output when a day has been closed, and waits for a byte on standard input: whoever
// kills it is never too late.
type telling struct {
	resting
	shared
}

// shared is what one process at a time is agreed by.
type shared interface {
	Get(ctx context.Context, key string) ([]byte, error)
	Swap(ctx context.Context, key string, old, new []byte) (bool, error)
	Keys(ctx context.Context, prefix string) ([]string, error)
}

func (s telling) Close(ctx context.Context, c stats.Closing) error {
	err := s.resting.Close(ctx, c)
	fmt.Println("closed")
	_, _ = os.Stdin.Read(make([]byte, 1)) // nothing comes once nobody is left to kill it
	return err
}

// openAt opens a store by its URL, or by the path of its file.
func openAt(ctx context.Context, where string) (resting, error) {
	if strings.HasPrefix(where, "redis:") {
		return redisstore.Open(ctx, redisstore.Options{URL: where, Site: "s", Logger: slog.New(slog.DiscardHandler)})
	}
	return boltstore.Open(where, boltstore.Options{Site: "s"})
}

// TestCloserProcess is no test but the process that the next one starts and kills.
func TestCloserProcess(t *testing.T) {
	where := os.Getenv(closerStore)
	if where == "" {
		t.Skip("it is started by TestClosingGoesOnAfterAKill")
	}
	ahead, err := strconv.Atoi(os.Getenv(closerAhead))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := openAt(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	now := newClock((firstOfAll + closerDays + 1).Time(time.UTC).Add(12*time.Hour + time.Duration(ahead)*time.Minute))
	g, err := New(Config{ // its janitor sweeps at once
		Store: telling{store, store.(shared)}, Policy: policy, Secret: []byte("a secret of at least thirty-two bytes"), Trust: visit.TrustDirect, Dir: t.TempDir(),
		Now: now.time, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour, Floors: stats.Floors{Person: 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		if err := g.sweep(t.Context()); err != nil {
			t.Log(err)
		}
		if open, err := store.Open(t.Context(), firstOfAll+closerDays); err == nil && len(open) == 0 {
			break
		}
		now.add(time.Minute) // until what the dead have claimed has expired
	}
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := store.Shutdown(); err != nil {
		t.Error(err)
	}
}

// closer runs such a process, and kills it when it has closed some days; it ends by itself where there are fewer.
func closer(t *testing.T, where string, ahead, days int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCloserProcess$")
	cmd.Env = append(os.Environ(), closerStore+"="+where, closerAhead+"="+strconv.Itoa(ahead))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "closed" {
			_, _ = in.Write([]byte{1}) // it goes on with the next, in which it may die
			if days--; days == 0 {
				_ = cmd.Process.Kill()
			}
		}
	}
	_ = cmd.Wait()
}

// TestClosingGoesOnAfterAKill: processes that close days are killed in the middle, one after the other and two at once.
// In the end every day is closed once, as if nobody had been killed.
func TestClosingGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	want := restOf(t, filepath.Join(t.TempDir(), "whole.db"), func(store resting) {
		fillOpen(t, store)
		if _, err := stats.NewCloser(store, store, stats.Floors{Person: 5}).Close(t.Context(), firstOfAll+closerDays); err != nil {
			t.Fatal(err)
		}
	})
	if len(want) < 24*100 {
		t.Fatalf("only %d numbers were made up", len(want))
	}
	for name, row := range map[string]struct {
		where string
		both  int // processes at the same moment
	}{
		"bolt": {filepath.Join(t.TempDir(), "k.db"), 1}, "redis": {redistest.Start(t, "--appendfsync", "always").URL(), 2},
	} {
		t.Run(name, func(t *testing.T) {
			_ = restOf(t, row.where, func(store resting) { fillOpen(t, store) })
			killed := 0
			for round := range 40 {
				var all sync.WaitGroup
				for range row.both {
					all.Go(func() { closer(t, row.where, 600*round, 1+rand.IntN(closerDays/4)) })
				}
				all.Wait()
				open := 0
				_ = restOf(t, row.where, func(store resting) {
					days, err := store.Open(t.Context(), firstOfAll+closerDays)
					if err != nil {
						t.Fatal(err)
					}
					open = len(days)
				})
				if open > 0 && open < closerDays {
					killed++
				}
				if open == 0 {
					break
				}
			}
			if killed == 0 {
				t.Error("nobody was killed in the middle of it")
			}
			got := restOf(t, row.where, func(resting) {})
			if !maps.Equal(got, want) {
				t.Errorf("%d numbers at rest, %d without a kill", len(got), len(want))
			}
		})
	}
}

// fillOpen counts days that are not closed: pages that anybody may see, and countries of many and of few visitors.
func fillOpen(t *testing.T, store resting) {
	t.Helper()
	for n := range stats.Day(closerDays) {
		b := stats.Batch{Instance: "filler", Seq: uint64(n + 1)}
		var sum stats.Counts
		for i := range 300 {
			c := stats.Counts{stats.Views: int64(i + 2), stats.Visitors: int64(i%9 + 1), stats.Visits: int64(i%9 + 1), stats.Requests: int64(i + 2)}
			b.Rows = append(b.Rows, stats.Row{Day: firstOfAll + n, Dim: stats.DimPage, Value: fmt.Sprintf("/page/%03d", i), Counts: c})
			sum.Add(&c)
		}
		for i := range 60 {
			c := stats.Counts{stats.Views: 5, stats.Visitors: int64(i%9 + 1), stats.Requests: 5}
			b.Rows = append(b.Rows, stats.Row{Day: firstOfAll + n, Dim: stats.DimProvider, Value: fmt.Sprintf("Provider %02d", i), Counts: c})
		}
		b.Totals = []stats.Total{{Day: firstOfAll + n, Hour: 12, Counts: sum}}
		if _, err := store.Merge(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

// restOf opens a store, has something done to it, and returns every number in it by what it is of.
func restOf(t *testing.T, where string, f func(resting)) map[string]stats.Counts {
	t.Helper()
	store, err := openAt(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	f(store)
	all := map[string]stats.Counts{}
	last := firstOfAll + closerDays
	err = store.Totals(t.Context(), firstOfAll, last, func(r stats.Total) { all[fmt.Sprint(r.Day, r.Hour)] = r.Counts })
	for dim := range stats.Stored() {
		if err == nil {
			err = store.Rows(t.Context(), dim, firstOfAll, last, func(r stats.Row) { all[fmt.Sprint(r.Day, dim, r.Value)] = r.Counts })
		}
	}
	if err == nil {
		var folds []stats.Fold
		folds, err = store.Folds(t.Context(), firstOfAll, last)
		for _, f := range folds {
			all[fmt.Sprint("fold", f.Day, f.Dim, f.Reason, f.K, f.Values)] = f.Counts
		}
	}
	if err == nil {
		err = store.Shutdown()
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}
