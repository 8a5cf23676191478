package spool_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/spool"
	"github.com/kelisim/kelisim/stats"
)

// fake is a store that can go away and back in time.
type fake struct {
	mu      sync.Mutex
	away    bool
	applied map[string]uint64
	views   int64
	entries []string
	took    chan struct{}
}

func newFake() *fake { return &fake{applied: map[string]uint64{}, took: make(chan struct{}, 1<<16)} }

var errAway = errors.New("the store is away")

func (f *fake) Merge(_ context.Context, b stats.Batch) (stats.Merged, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch last := f.applied[b.Instance]; {
	case f.away:
		return stats.Merged{}, errAway
	case b.Seq <= last:
		return stats.Merged{Duplicate: true}, nil
	case b.Seq != last+1:
		return stats.Merged{}, stats.ErrGap
	}
	f.applied[b.Instance] = b.Seq
	for _, t := range b.Totals {
		f.views += t.Counts[stats.Views]
	}
	f.took <- struct{}{}
	return stats.Merged{}, nil
}

func (f *fake) Applied(_ context.Context, instance string) (stats.Applied, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return stats.Applied{}, errAway
	}
	return stats.Applied{Seq: f.applied[instance]}, nil
}

func (f *fake) Append(_ context.Context, e consent.Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return errAway
	}
	for _, id := range f.entries {
		if id == e.ID {
			return nil
		}
	}
	f.entries = append(f.entries, e.ID)
	return nil
}

func (*fake) Entry(context.Context, string) (consent.Entry, error) {
	return consent.Entry{}, consent.ErrNoEntry
}

func (*fake) Entries(context.Context, int, func(int, consent.Entry) bool) error { return nil }

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fake) counted() (views int64, entries int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.views, len(f.entries)
}

func open(t *testing.T, dir string) *spool.Spool {
	t.Helper()
	s, err := spool.Open(spool.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *spool.Spool, from, to uint64) {
	t.Helper()
	for seq := from; seq <= to; seq++ {
		var total stats.Total
		total.Day, total.Counts[stats.Views] = 20000, 1
		if err := s.Put(t.Context(), stats.Batch{Instance: s.Instance(), Seq: seq, Totals: []stats.Total{total}}); err != nil {
			t.Fatal(err)
		}
	}
}

func drain(t *testing.T, s *spool.Spool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestHandsOverInOrderAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), newFake()
	s := open(t, dir)
	s.Start(store)
	put(t, s, 1, 50)
	if err := s.Append(t.Context(), consent.Entry{ID: "one", Sealed: []byte("sealed")}); err != nil {
		t.Fatal(err)
	}
	drain(t, s)
	if views, entries := store.counted(); views != 50 || entries != 1 {
		t.Errorf("store has %d views and %d entries, want 50 and 1", views, entries)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d folders left after everything was acknowledged", len(left))
	}
}

func TestWaitsOutAnOutage(t *testing.T) {
	t.Parallel()
	store := newFake()
	store.away = true
	s := open(t, t.TempDir())
	defer s.Close()
	s.Start(store)
	put(t, s, 1, 20)
	if err := s.Append(t.Context(), consent.Entry{ID: "one"}); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Entry("one"); !ok {
		t.Error("an entry that waits cannot be read")
	}
	if state := s.State(); state.Batches != 20 || state.Entries != 1 {
		t.Errorf("state %+v, want 20 batches and 1 entry waiting", state)
	}
	store.set(func() { store.away = false })
	drain(t, s)
	if views, entries := store.counted(); views != 20 || entries != 1 {
		t.Errorf("store has %d views and %d entries, want 20 and 1", views, entries)
	}
	if state := s.State(); state.Fault != "" {
		t.Errorf("fault %q is still shown after the store came back", state.Fault)
	}
}

// TestOutlivesItsProcess leaves a spool without closing it, as kill -9 does, and lets another run find it.
// The lock goes with the process; here it is let go by copying the folder.
func TestOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	dir, next, store := t.TempDir(), t.TempDir(), newFake()
	store.away = true
	s := open(t, dir)
	s.Start(store)
	put(t, s, 1, 7)
	if err := s.Append(t.Context(), consent.Entry{ID: "kept"}); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(next, "dead"), os.DirFS(filepath.Join(dir, s.Instance()))); err != nil {
		t.Fatal(err)
	}
	tear(t, filepath.Join(next, "dead", "00000001.seg"))
	_ = s.Close()

	store.set(func() { store.away = false })
	heir := open(t, next)
	heir.Start(store)
	defer heir.Close()
	deadline := time.After(time.Minute)
	for views, entries := store.counted(); views != 7 || entries != 1; views, entries = store.counted() {
		select {
		case <-store.took:
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("store has %d views and %d entries, want 7 and 1", views, entries)
		}
	}
}

// tear adds half a frame to a segment, as a crash in the middle of a write does.
func tear(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write([]byte{200, 0, 0, 0, 1, 2, 3, 4, 1, 9, 9}); err != nil {
		t.Fatal(err)
	}
}

func TestStoreGoesBackInTime(t *testing.T) {
	t.Parallel()
	store := newFake()
	s := open(t, t.TempDir())
	defer s.Close()
	s.Start(store)
	put(t, s, 1, 10)
	drain(t, s)
	store.set(func() { store.applied[s.Instance()], store.views = 4, 4 }) // an older snapshot
	put(t, s, 11, 12)
	drain(t, s)
	if views, _ := store.counted(); views != 12 {
		t.Errorf("store has %d views after a rollback, want 12", views)
	}
}

func TestStoreForgetsEverything(t *testing.T) {
	t.Parallel()
	store := newFake()
	s := open(t, t.TempDir())
	defer s.Close()
	s.Start(store)
	put(t, s, 1, 10)
	drain(t, s)
	store.set(func() { clear(store.applied); store.views = 0 })
	put(t, s, 11, 13)
	drain(t, s)
	if views, _ := store.counted(); views != 13 {
		t.Errorf("store has %d views, want all 13 that are kept", views)
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	s, err := spool.Open(spool.Options{Dir: t.TempDir(), MaxBytes: 200})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := stats.Batch{Instance: s.Instance(), Seq: 1, Mark: []byte(strings.Repeat("m", 300))}
	if err := s.Put(t.Context(), b); !errors.Is(err, spool.ErrFull) {
		t.Errorf("Put over the bound: %v, want ErrFull", err)
	}
	if err := s.Append(t.Context(), consent.Entry{ID: "e", Sealed: make([]byte, 300)}); err != nil {
		t.Errorf("a consent entry has room of its own: %v", err)
	}
}

func TestUnwritableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.Open(spool.Options{Dir: filepath.Join(file, "spool")}); err == nil || !strings.Contains(err.Error(), "must be a folder") {
		t.Errorf("error %v does not say what to do", err)
	}
}

func TestManyWriters(t *testing.T) {
	t.Parallel()
	store := newFake()
	s := open(t, t.TempDir())
	defer s.Close()
	s.Start(store)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if err := s.Append(context.Background(), consent.Entry{ID: fmt.Sprint(i), Sealed: []byte("x")}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	drain(t, s)
	if _, entries := store.counted(); entries != 100 {
		t.Errorf("store has %d entries, want 100", entries)
	}
}

func BenchmarkAppend(b *testing.B) {
	s, err := spool.Open(spool.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	entry := consent.Entry{ID: "0123456789abcdef012345", Sealed: make([]byte, 700)}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Append(context.Background(), entry); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
