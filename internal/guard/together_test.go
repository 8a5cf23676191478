package guard_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// instance is one process of a site.
type instance struct {
	*guard.Guard
	handler http.Handler
	dir     string
	log     *logged
}

// logged is a log that may be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startOn starts a process in dir.
func startOn(t *testing.T, store guard.Store, dir string, now func() time.Time) *instance {
	t.Helper()
	in := &instance{dir: dir, log: &logged{}}
	var err error
	t.Cleanup(func() {
		for _, path := range seenFiles(t, dir) { // what the last Shutdown leaves
			_ = os.Remove(path)
		}
	})
	in.Guard, err = guard.New(guard.Config{
		Store: store, Policy: policy(t), Secret: secret, Trust: visit.TrustDirect, Dir: dir, Memory: guard.MemoryDir(), Floors: stats.Floors{Person: 1}, Now: now,
		Logger: slog.New(slog.NewTextHandler(in.log, nil)), FlushEvery: 10 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Shutdown(context.Background()) })
	in.handler = in.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>t</title><p>page</p>")
	}))
	return in
}

// seenFiles are those that hold who was seen for the next start in dir: in the machine's memory, and not in dir.
func seenFiles(t *testing.T, dir string) []string {
	t.Helper()
	if guard.MemoryDir() == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(dir))
	seen, _ := filepath.Glob(filepath.Join(guard.MemoryDir(), fmt.Sprintf("kelisim-%x-*", sum[:8])))
	if rest, _ := filepath.Glob(filepath.Join(dir, "*.seen*")); len(rest) != 0 {
		t.Errorf("who was seen rests on disk: %q", rest)
	}
	return seen
}

// view lets a visitor open a page.
func (in *instance) view(visitor int, path string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = fmt.Sprintf("203.0.113.%d:1000", visitor)
	r.Header = http.Header{"User-Agent": {browser}, "Accept": {"text/html"}, "Sec-Fetch-Dest": {"document"}}
	in.handler.ServeHTTP(httptest.NewRecorder(), r)
}

// soon waits for what goroutines do meanwhile.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick, over := time.NewTicker(5*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// counted adds up what a store holds.
func counted(t *testing.T, store guard.Store) (sum stats.Counts) {
	t.Helper()
	if err := store.Totals(t.Context(), 0, 1<<20, func(t stats.Total) { sum.Add(&t.Counts) }); err != nil {
		t.Fatal(err)
	}
	return sum
}

func holds(t *testing.T, sum stats.Counts, views, visitors, visits, bounces int64) {
	t.Helper()
	got := [...]int64{sum[stats.Views], sum[stats.Visitors], sum[stats.Visits], sum[stats.Bounces]}
	if want := [...]int64{views, visitors, visits, bounces}; got != want {
		t.Errorf("%v page views, visitors, visits and bounces, want %v", got, want)
	}
}

func noonOnly() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }

func bolt(t *testing.T) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "k.db"), boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Shutdown() })
	return store
}

// TestARestartInOrderBeginsNobodyAnew where a process is alone: what it knew waits on disk, sealed, until it is back.
func TestARestartInOrderBeginsNobodyAnew(t *testing.T) {
	t.Parallel()
	store, dir := bolt(t), t.TempDir()
	in := startOn(t, store, dir, noonOnly)
	for visitor := range 20 {
		in.view(visitor, "/canary-path")
	}
	if err := in.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if guard.MemoryDir() == "" {
		t.Skip("no folder of this system is known to be in memory")
	}
	seen := seenFiles(t, dir)
	if len(seen) != 1 {
		t.Fatalf("%d files hold who was seen, want 1", len(seen))
	}
	if raw, err := os.ReadFile(seen[0]); err != nil || bytes.Contains(raw, []byte("canary")) {
		t.Errorf("it is not sealed, or cannot be read: %v", err)
	}
	in = startOn(t, store, dir, noonOnly)
	if left := seenFiles(t, dir); len(left) != 0 {
		t.Errorf("%q is left after the start", left)
	}
	for visitor := range 25 {
		in.view(visitor, "/b")
	}
	if state := in.State(); len(state.Anew) != 0 || state.Visitors.Visitors != 25 {
		t.Errorf("%+v, %+v", state.Anew, state.Visitors)
	}
	if err := in.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(t, counted(t, store), 45, 25, 25, 5)
}

// TestWhatACrashMayCountTwiceIsSaid: nobody knows any more who was seen, and how many that were is told until the day ends.
func TestWhatACrashMayCountTwiceIsSaid(t *testing.T) {
	t.Parallel()
	store := bolt(t)
	var mu sync.Mutex
	at := noonOnly()
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	crashed := startOn(t, store, t.TempDir(), now)
	if anew := crashed.State().Anew; len(anew) != 0 {
		t.Errorf("nothing was begun anew: %+v", anew)
	}
	for visitor := range 20 {
		crashed.view(visitor, "/")
	}
	soon(t, "all is stored", func() bool { return crashed.State().Spool.Stored >= 20 }) // and then it is heard of no more
	in := startOn(t, store, t.TempDir(), now)
	in.view(1, "/")
	anew := in.State().Anew
	if len(anew) != 1 || anew[0].Upto != 20 || !anew[0].At.Equal(noonOnly()) {
		t.Errorf("begun anew: %+v, want 20 at noon", anew)
	}
	r := httptest.NewRecorder()
	in.Metrics().ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(r.Body.String(), "\nkelisim_visitors_anew 20\n") {
		t.Error("the metrics do not say so")
	}
	mu.Lock()
	at = at.AddDate(0, 0, 1)
	mu.Unlock()
	if anew := in.State().Anew; len(anew) != 0 {
		t.Errorf("on the next day: %+v", anew)
	}
}

// TestSeveralProcessesCountAVisitorOnce, one of which is restarted meanwhile, over a real Redis.
func TestSeveralProcessesCountAVisitorOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	open := func() *redisstore.Store {
		store, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "test"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Shutdown() })
		return store
	}
	var all []*instance
	for range 3 {
		all = append(all, startOn(t, open(), t.TempDir(), noonOnly))
	}
	together := func() {
		t.Helper()
		soon(t, "all know of all", func() bool {
			for _, in := range all {
				if s := in.State(); s.Peers.Others < 2 || !s.Peers.Complete || !s.Line {
					return false
				}
			}
			return true
		})
	}
	know := func(visitors int64) {
		t.Helper()
		soon(t, "all know all visitors", func() bool {
			for _, in := range all {
				if in.State().Visitors.Visitors != visitors {
					return false
				}
			}
			return true
		})
	}
	together()
	for visitor := range 30 {
		all[visitor%3].view(visitor, "/a")
	}
	know(30)
	for visitor := range 30 {
		all[(visitor+1)%3].view(visitor, "/b")
	}
	if err := all[0].Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(seenFiles(t, all[0].dir)) != 0 {
		t.Error("who was seen is kept although others know")
	}
	all[0] = startOn(t, open(), all[0].dir, noonOnly)
	know(30)
	together()
	for visitor := range 30 {
		all[visitor%3].view(visitor, "/c")
	}
	for i, in := range all {
		if s := in.State(); len(s.Anew) != 0 || s.Peers.Lost != 0 {
			t.Errorf("%d: begun anew: %+v", i, s)
		}
	}
	for i, in := range all {
		if err := in.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(seenFiles(t, in.dir)); guard.MemoryDir() != "" && (n == 1) != (i == 2) {
			t.Errorf("%d, %d files hold who was seen: the last of three keeps it, and no other", i, n)
		}
	}
	holds(t, counted(t, open()), 90, 30, 30, 0)
}

// TestWithoutTheRightEachCountsForItself, which is said, and disturbs no page.
func TestWithoutTheRightEachCountsForItself(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	if reply, err := server.Command(t.Context(), "ACL", "SETUSER", "k", "on", ">pw", "~*", "resetchannels", "+@all"); err != nil || string(reply) != "+OK" {
		t.Fatalf("%s, %v", reply, err)
	}
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: strings.Replace(server.URL(), "://", "://k:pw@", 1), Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Shutdown() })
	all := []*instance{startOn(t, store, t.TempDir(), noonOnly), startOn(t, store, t.TempDir(), noonOnly)}
	for _, in := range all {
		in.view(1, "/")
		soon(t, "it is logged", func() bool { return strings.Contains(in.log.String(), "NOPERM") })
		s := in.State()
		if !s.Line || s.Peers.Up || s.Faults != 0 {
			t.Errorf("%+v, %d faults", s.Peers, s.Faults)
		}
		if n := strings.Count(in.log.String(), "count visitors together"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		if err := in.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, counted(t, store), 2, 2, 2, 2)
}

// TestMemoryIsNoDisk: a folder that is not in the machine's memory is refused.
func TestMemoryIsNoDisk(t *testing.T) {
	t.Parallel()
	_, err := guard.New(guard.Config{Store: bolt(t), Policy: policy(t), Secret: secret, Trust: visit.TrustDirect, Dir: t.TempDir(), Memory: "/proc"})
	if err == nil || !strings.Contains(err.Error(), `Memory "/proc" is no folder of the machine's memory`) {
		t.Error(err)
	}
}
