package guard

import (
	"io"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/visit"
)

// clock stands where the test puts it; the janitor reads it, too.
type clock struct{ seconds atomic.Int64 }

func newClock(at time.Time) *clock {
	c := new(clock)
	c.seconds.Store(at.Unix())
	return c
}

func (c *clock) time() time.Time     { return time.Unix(c.seconds.Load(), 0).UTC() }
func (c *clock) add(d time.Duration) { c.seconds.Add(int64(d / time.Second)) }

// clocked is a guard whose clock stands where the test puts it, over a store with one counted day.
func clocked(t *testing.T, now *clock, retention string, change ...func(*Config)) (*Guard, *boltstore.Store) {
	t.Helper()
	policy, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range policy.Data {
		if policy.Data[i].ID == DataCounts {
			if err := policy.Data[i].Retention.UnmarshalText([]byte(retention)); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "k.db"), boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	config := Config{
		Store: store, Policy: policy, Secret: []byte("a secret of at least thirty-two bytes"), Trust: visit.TrustDirect, Dir: dir,
		Now: now.time, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour,
	}
	for _, f := range change {
		f(&config)
	}
	g, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	g.janitor.stop() // a sweep of its own would come whenever a busy machine lets it: these tests sweep by hand
	t.Cleanup(func() {
		_ = g.Shutdown(t.Context())
		_ = store.Shutdown()
	})
	return g, store
}

// count counts one page view now, and brings it to the store.
func count(t *testing.T, g *Guard, now time.Time) stats.Day {
	t.Helper()
	day, hour := visit.DayOf(now, time.UTC)
	g.aggregator.Add(&visit.Pageview{Day: day, Hour: hour, Kind: visit.KindPage, Path: "/", Section: "/", Status: 200, Step: visit.Step{NewVisitor: true, NewVisit: true}})
	settle(t, g)
	return day
}

func settle(t *testing.T, g *Guard) {
	t.Helper()
	if err := g.flusher.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.spool.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, store *boltstore.Store) int {
	t.Helper()
	days, err := store.Open(t.Context(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return len(days)
}

func TestSweepClosesADayThatIsOver(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 23, 50, 0, 0, time.UTC))
	g, store := clocked(t, now, "2 years")
	count(t, g, now.time())
	for _, step := range []struct {
		after time.Duration
		open  int
	}{{0, 1}, {30 * time.Minute, 1}, {2 * time.Hour, 0}} {
		now.add(step.after)
		settle(t, g)
		if err := g.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := open(t, store); got != step.open {
			t.Errorf("%v: %d days open, want %d", now.time(), got, step.open)
		}
	}
}

func TestOneInstanceAtATimeClosesDays(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	g, store := clocked(t, now, "2 years")
	count(t, g, now.time())
	now.add(24 * time.Hour)
	settle(t, g)
	other := []byte("another " + now.time().Add(time.Minute).Format(time.RFC3339))
	if ok, err := store.Swap(t.Context(), Closing, nil, other); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := g.sweep(t.Context()); err != nil || open(t, store) != 1 {
		t.Errorf("a day was closed while another instance closes days (%v)", err)
	}
	if held, err := store.Get(t.Context(), Closing); err != nil || string(held) != string(other) {
		t.Errorf("the other's claim was taken: %q, %v", held, err)
	}
	now.add(2 * time.Minute) // the other was killed, and its claim has expired
	if err := g.sweep(t.Context()); err != nil || open(t, store) != 0 {
		t.Errorf("the day stays open after the other was killed (%v)", err)
	}
	if held, err := store.Get(t.Context(), Closing); err == nil {
		t.Errorf("the claim was kept: %q", held)
	}
}

func TestSweepWaitsForAnImport(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	g, store := clocked(t, now, "2 years")
	count(t, g, now.time())
	now.add(24 * time.Hour)
	settle(t, g)
	if ok, err := store.Swap(t.Context(), Importing+"x", nil, []byte(now.time().Add(time.Minute).Format(time.RFC3339))); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := g.sweep(t.Context()); err != nil || open(t, store) != 1 {
		t.Errorf("a day was closed during an import (%v)", err)
	}
	now.add(2 * time.Minute) // the import was killed, and its word has expired
	if err := g.sweep(t.Context()); err != nil || open(t, store) != 0 {
		t.Errorf("the day stays open after a killed import (%v)", err)
	}
}

func TestS4_6_3_StatisticsGoWhenTheirTermIsOver(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	g, store := clocked(t, now, "30 days")
	first := count(t, g, now.time())
	held := func() (n int) {
		if err := store.Totals(t.Context(), first, first, func(stats.Total) { n++ }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct{ days, held int }{{29, 1}, {2, 0}} {
		now.add(time.Duration(step.days) * 24 * time.Hour)
		settle(t, g)
		if err := g.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := held(); got != step.held {
			t.Errorf("%v: %d hours held, want %d", now.time(), got, step.held)
		}
	}
}
