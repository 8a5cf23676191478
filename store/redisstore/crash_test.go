package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

const day = stats.Day(20_000)

// batch returns a batch of rows with one view each; those above a thousand go in several chunks.
func batch(instance string, seq uint64, rows int) stats.Batch {
	b := stats.Batch{Instance: instance, Seq: seq}
	var one stats.Counts
	one[stats.Views] = 1
	for i := range rows {
		b.Rows = append(b.Rows, stats.Row{Day: day, Dim: stats.DimPage, Value: fmt.Sprintf("/%05d", i), Counts: one})
	}
	one[stats.Views] = int64(rows)
	b.Totals = []stats.Total{{Day: day, Hour: 1, Counts: one}}
	return b
}

// size makes every fourth batch one of three chunks.
func size(seq uint64) int {
	if seq%4 == 0 {
		return 2500
	}
	return 30
}

func views(t *testing.T, s *redisstore.Store) (rows, totals int64) {
	t.Helper()
	err := errors.Join(
		s.Rows(t.Context(), stats.DimPage, day, day, func(r stats.Row) { rows += r.Counts[stats.Views] }),
		s.Totals(t.Context(), day, day, func(r stats.Total) { totals += r.Counts[stats.Views] }))
	if err != nil {
		t.Fatal(err)
	}
	return rows, totals
}

// insist merges b until it is acknowledged.
func insist(ctx context.Context, s *redisstore.Store, b stats.Batch) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := s.Merge(ctx, b)
		if err == nil || errors.Is(err, stats.ErrGap) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// A reply that does not arrive, whichever it is, leaves a batch merged whole or not at all, for readers
// who come before its writer does again; and sending it again makes it count once.
func TestEveryCutReply(t *testing.T) {
	server := redistest.Start(t)
	for replies := int64(0); ; replies++ {
		site := fmt.Sprintf("cut-%d", replies)
		reader := open(t, server, site)
		left := atomic.Int64{}
		left.Store(1 << 30)
		p := startProxy(t, server.Addr(), func() bool { return left.Add(-1) < 0 })
		writer, err := redisstore.Open(t.Context(), redisstore.Options{URL: p.url(), Site: site})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = writer.Shutdown() }()
		left.Store(replies)
		b := batch("i", 1, 4500)
		_, cut := writer.Merge(t.Context(), b)
		rows, totals := views(t, reader)
		if rows != totals || rows != 0 && rows != 4500 || cut == nil && rows != 4500 {
			t.Errorf("after %d replies (%v): %d in rows, %d in totals; want none or 4500", replies, cut, rows, totals)
		}
		left.Store(1 << 30)
		if err := insist(t.Context(), writer, b); err != nil {
			t.Fatal(err)
		}
		if rows, totals := views(t, reader); rows != 4500 || totals != 4500 {
			t.Errorf("after %d replies and again: %d in rows, %d in totals; want 4500", replies, rows, totals)
		}
		if cut == nil {
			if replies < 7 {
				t.Errorf("only %d replies were cut: is the batch still sent in chunks?", replies)
			}
			return
		}
	}
}

// One reply in ten is cut, at random, under several writers.
func TestCutRepliesCountOnce(t *testing.T) {
	const writers, batches = 3, 60
	server := redistest.Start(t)
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(3, 4))
	var on atomic.Bool
	p := startProxy(t, server.Addr(), func() bool {
		mu.Lock()
		defer mu.Unlock()
		return on.Load() && r.IntN(10) == 0
	})
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: p.url(), Site: "s"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Shutdown() }()
	on.Store(true)
	want := write(t, store, writers, batches, func() {})
	if rows, totals := views(t, open(t, server, "s")); rows != want || totals != want {
		t.Errorf("%d in rows, %d in totals, want %d", rows, totals, want)
	}
}

// write lets several instances merge batches, each insisting, and returns what they add up to. An
// instance whose store has fallen back, which ErrGap or Applied tell, sends again what is missing there.
func write(t *testing.T, s *redisstore.Store, writers, batches int, acknowledged func()) (want int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() { errs[w] = writeAs(ctx, s, fmt.Sprint("w", w), uint64(batches), acknowledged) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for seq := range uint64(batches) {
		want += int64(writers * size(seq+1))
	}
	return want
}

func writeAs(ctx context.Context, s *redisstore.Store, instance string, batches uint64, acknowledged func()) error {
	for ctx.Err() == nil {
		applied, err := s.Applied(ctx, instance)
		if err != nil {
			continue // the server is away
		}
		if applied.Seq == batches {
			return nil
		}
		for seq := applied.Seq + 1; seq <= batches; seq++ {
			err := insist(ctx, s, batch(instance, seq, size(seq)))
			if errors.Is(err, stats.ErrGap) {
				break
			}
			if err != nil {
				return err
			}
			acknowledged()
		}
	}
	return ctx.Err()
}

func TestKilledRedisCountsOnce(t *testing.T) {
	const writers, batches = 3, 80
	for _, fsync := range []string{"always", "everysec"} {
		t.Run(fsync, func(t *testing.T) {
			server := redistest.Start(t, "--appendfsync", fsync)
			store := open(t, server, "s")
			var acknowledged atomic.Int64
			crash := make(chan struct{}, 4)
			var wg sync.WaitGroup
			wg.Go(func() {
				for range crash {
					server.Kill()
					server.Restart()
				}
			})
			want := write(t, store, writers, batches, func() {
				if n := acknowledged.Add(1); n%(writers*batches/4) == writers*batches/8 && n < writers*batches {
					crash <- struct{}{}
				}
			})
			close(crash)
			wg.Wait()
			if fsync != "always" { // the last crash may have taken back what was acknowledged before it
				write(t, store, writers, batches, func() {})
			}
			if rows, totals := views(t, store); rows != want || totals != want {
				t.Errorf("%d in rows, %d in totals, want %d", rows, totals, want)
			}
		})
	}
}

// A power cut takes the end of the append-only file. What was acknowledged since is sent again. Each loss has a server of its own:
// Redis 7.0 leaves the beginning of a transaction whose end is lost in its file, and when it starts once more it takes what was
// written since for a part of that.
func TestFallBackIsReplayed(t *testing.T) {
	for _, lost := range []int64{1, 5_000, 300_000} {
		t.Run(fmt.Sprint(lost), func(t *testing.T) { fallBack(t, lost) })
	}
}

// fallBack merges batches, takes so many bytes of the file, and sends again what is missing.
func fallBack(t *testing.T, lost int64) {
	const batches = 40
	server := redistest.Start(t)
	store := open(t, server, "s")
	var sent []stats.Batch
	want := int64(0)
	for seq := range uint64(batches) {
		b := batch("i", seq+1, size(seq+1))
		if err := insist(t.Context(), store, b); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, b)
		want += int64(size(seq + 1))
	}
	server.Kill()
	files, err := filepath.Glob(filepath.Join(server.Dir(), "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) != 1 {
		t.Fatalf("append-only files: %v, %v", files, err)
	}
	info, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(files[0], info.Size()-lost); err != nil {
		t.Fatal(err)
	}
	server.Restart()
	applied, err := store.Applied(t.Context(), "i")
	if err != nil {
		t.Fatal(err)
	}
	if lost > 100_000 && applied.Seq >= batches {
		t.Fatalf("nothing was lost with %d bytes", lost)
	}
	rows, totals := views(t, store)
	if rows != totals || rows > want {
		t.Errorf("%d in rows, %d in totals", rows, totals)
	}
	for _, b := range sent[applied.Seq:] {
		if err := insist(t.Context(), store, b); err != nil {
			t.Fatal(err)
		}
	}
	if rows, totals := views(t, store); rows != want || totals != want {
		t.Errorf("again: %d in rows, %d in totals, want %d", rows, totals, want)
	}
}
