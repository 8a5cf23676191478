//go:build linux

package guard_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/visit"
)

// TestWhatOthersPutIntoTheMachinesMemoryHoldsNothingUp: everybody on a machine may write to its memory. A pipe, a link to what
// never ends and a folder under the names of our files are left alone, and the start goes on.
func TestWhatOthersPutIntoTheMachinesMemoryHoldsNothingUp(t *testing.T) {
	t.Parallel()
	if guard.MemoryDir() == "" {
		t.Skip("no folder of the machine's memory here")
	}
	memory, err := os.MkdirTemp(guard.MemoryDir(), "kelisim-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(memory) })
	p, dir := policy(t), t.TempDir()
	sum := sha256.Sum256([]byte(dir))
	name := func(which string) string {
		return filepath.Join(memory, fmt.Sprintf("kelisim-%x-%s.seen", sum[:8], which))
	}
	if err := syscall.Mkfifo(name("pipe"), 0o666); err != nil {
		t.Skip("no pipes here:", err)
	}
	if err := os.Symlink("/dev/zero", name("link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	go func() { started <- oneRun(p, dir, memory, 1) }()
	select {
	case err := <-started:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the start waits for what somebody else put there")
	}
}

// TestASoleVisitorIsNoFiveVisitorsAfterFiveRestarts: where no memory outlives the program, as in a container that is made anew,
// each run counts a visitor of the day as new. What only they carry stays in memory all the same.
func TestASoleVisitorIsNoFiveVisitorsAfterFiveRestarts(t *testing.T) {
	t.Parallel()
	p, dir := policy(t), t.TempDir()
	for run := range 7 {
		if err := oneRun(p, dir, "", 5); err != nil {
			t.Fatalf("run %d: %v", run, err)
		}
	}
}

// oneRun starts a guard, lets one visitor open a page, and reports an error if their browser is told of under a floor of k.
func oneRun(p consent.Policy, dir, memory string, k int) error {
	store, err := boltstore.Open(filepath.Join(dir, "db"), boltstore.Options{Site: "test"})
	if err != nil {
		return err
	}
	defer func() { _ = store.Shutdown() }()
	g, err := guard.New(guard.Config{
		Store: store, Policy: p, Secret: secret, Trust: visit.TrustDirect, Dir: dir, Memory: memory, Floors: stats.Floors{Person: k},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	in := &instance{Guard: g, handler: g.Handler(http.HandlerFunc(page))}
	in.view(1, "/")
	today, _ := visit.DayOf(time.Now(), time.UTC)
	told := int64(0)
	g.Live().LiveRows(stats.DimBrowser, today-1, today+1, func(r stats.Row) { told += r.Counts[stats.Visitors] })
	if err := g.Shutdown(context.Background()); err != nil {
		return err
	}
	if k > 1 && told != 0 {
		return fmt.Errorf("the browser of one visitor is told of as that of %d", told)
	}
	return nil
}
