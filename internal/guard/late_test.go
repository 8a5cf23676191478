package guard

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// resting is both stores, for tests of what comes to rest.
type resting interface {
	Store
	Shutdown() error
}

// inBothStores runs a test over the embedded store and over Redis.
func inBothStores(t *testing.T, f func(t *testing.T, store resting)) {
	t.Run("bolt", func(t *testing.T) {
		store, err := boltstore.Open(filepath.Join(t.TempDir(), "k.db"), boltstore.Options{Site: "test"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Shutdown() })
		f(t, store)
	})
	t.Run("redis", func(t *testing.T) {
		store, err := redisstore.Open(t.Context(), redisstore.Options{URL: redistest.Start(t).URL(), Site: "test", Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Shutdown() })
		f(t, store)
	})
}

// TestLateHitsGoToTheOpenDay: an answer that takes so long that its day is closed meanwhile is counted on the day
// after it, and said to be late; the closed day stays as it was closed.
func TestLateHitsGoToTheOpenDay(t *testing.T) {
	inBothStores(t, func(t *testing.T, store resting) {
		policy, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		now := newClock(time.Date(2026, 3, 1, 23, 50, 0, 0, time.UTC))
		g, err := New(Config{
			Store: store, Policy: policy, Secret: []byte("a secret of at least thirty-two bytes"), Trust: visit.TrustDirect, Dir: t.TempDir(),
			Now: now.time, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour, Floors: stats.Floors{Person: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = g.Shutdown(context.Background()) })
		day, _ := visit.DayOf(now.time(), time.UTC)
		site := g.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" { // the night passes, and the day is closed
				now.add(3 * time.Hour)
				settle(t, g)
				if err := g.sweep(r.Context()); err != nil {
					t.Error(err)
				}
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<!doctype html><html><body></body></html>")
		}))
		for _, path := range []string{"/first", "/slow", "/next"} {
			r := httptest.NewRequest(http.MethodGet, "http://example.kz"+path, nil)
			r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36")
			site.ServeHTTP(httptest.NewRecorder(), r)
		}
		settle(t, g)
		if open, err := store.Open(t.Context(), day+1); err != nil || len(open) > 0 {
			t.Fatalf("open days %v, %v: the day was to be closed before the answer ended", open, err)
		}
		totals := map[stats.Day]int64{}
		if err := store.Totals(t.Context(), day, day+1, func(t stats.Total) { totals[t.Day] += t.Counts[stats.Views] }); err != nil {
			t.Fatal(err)
		}
		pages := map[stats.Day]string{}
		r := stats.NewReports(store, g.Live(), stats.ReportOptions{Floors: stats.Floors{Person: 1}})
		for d := day; d <= day+1; d++ {
			top, err := r.Top(t.Context(), stats.Query{Dim: stats.DimPage, Range: stats.Range{First: d, Last: d}})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range top.Lines {
				pages[d] += l.Value
			}
		}
		state := g.State()
		if totals[day] != 1 || totals[day+1] != 2 || pages[day] != "/first" || pages[day+1] != "/next/slow" {
			t.Errorf("totals %v, pages %v: want /first on %v, /slow and /next on the day after", totals, pages, day)
		}
		if state.Figures.Late != 1 || state.Figures.Accepted != 3 || state.Missing() != 0 {
			t.Errorf("%d late of %d, %d missing: want 1 of 3, none missing", state.Figures.Late, state.Figures.Accepted, state.Missing())
		}
		if text := string(state.exposition()); !strings.Contains(text, "kelisim_hits_late_total 1\n") {
			t.Error("the metrics do not tell of the late hit")
		}
	})
}

// TestBatchesOfAClosedDayAreSaid: what an instance hands over for a day that another has closed is in the totals of that
// day, in no row of it, and the account of this instance says how many rows were left out.
func TestBatchesOfAClosedDayAreSaid(t *testing.T) {
	inBothStores(t, func(t *testing.T, store resting) {
		policy, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		g, err := New(Config{
			Store: store, Policy: policy, Secret: []byte("a secret of at least thirty-two bytes"), Trust: visit.TrustDirect, Dir: t.TempDir(),
			Now: now.time, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), FlushEvery: time.Hour, Floors: stats.Floors{Person: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = g.Shutdown(context.Background()) })
		day := count(t, g, now.time())
		if err := store.Close(t.Context(), stats.Closing{Day: day}); err != nil { // another instance, whose clock is ahead
			t.Fatal(err)
		}
		g.aggregator.Add(&visit.Pageview{Day: day, Hour: 12, Kind: visit.KindPage, Path: "/late", Section: "/late", Status: 200, Step: visit.Step{NewVisitor: true, NewVisit: true}})
		g.aggregator.Cut(stats.HourEnd)
		settle(t, g)
		var views int64
		rows := 0
		err = store.Totals(t.Context(), day, day, func(t stats.Total) { views += t.Counts[stats.Views] })
		if err == nil {
			err = store.Rows(t.Context(), stats.DimPage, day, day, func(stats.Row) { rows++ })
		}
		if err != nil || views != 2 || rows != 0 {
			t.Errorf("%d page views and %d pages of a closed day, %v; want 2 and none", views, rows, err)
		}
		if state := g.State(); state.Spool.Folded == 0 || state.Missing() != 0 || !strings.Contains(string(state.exposition()), "kelisim_rows_folded_total ") {
			t.Errorf("%d rows said to be folded, %d hits missing", state.Spool.Folded, state.Missing())
		}
	})
}
