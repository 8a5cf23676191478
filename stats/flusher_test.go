package stats_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// now returns a page view of this moment.
func now(path string) visit.Pageview {
	pv := page(path)
	pv.Day, pv.Hour = visit.DayOf(time.Now(), time.UTC)
	return pv
}

func total(m *memory, measure stats.Measure) (n int64) {
	m.look(func() {
		for _, c := range m.totals {
			n += c[measure]
		}
	})
	return n
}

// rest returns a row at rest on the day of pv.
func rest(m *memory, pv visit.Pageview, dim stats.Dimension, value string) (c stats.Counts, ok bool) {
	m.look(func() { c, ok = m.rows[valueKey{pv.Day, dim, value}] })
	return c, ok
}

func TestFlusherHandsOverEachInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
		f := stats.NewFlusher(a, store, stats.FlusherOptions{})
		f.Start()
		add(a, 3, now("/"))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := total(store, stats.Views); got != 3 {
			t.Errorf("after a second %d page views are at rest, want 3", got)
		}
		if row, ok := rest(store, now("/"), stats.DimPage, "/"); ok {
			t.Errorf("a row left too early: %v", row)
		}
		add(a, 2, now("/"))
		if err := f.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := total(store, stats.Views); got != 5 {
			t.Errorf("after the end %d page views are at rest, want 5", got)
		}
	})
}

func TestFlusherLetsRowsGoWhenTheHourEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at a full hour
		a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
		f := stats.NewFlusher(a, store, stats.FlusherOptions{})
		f.Start()
		pv := now("/")
		add(a, 12, pv)
		add(a, 19-12, now("/other"))
		time.Sleep(61 * time.Minute)
		synctest.Wait()
		if row, ok := rest(store, pv, stats.DimCountry, "KZ"); ok {
			t.Errorf("a row left with fewer than 20 page views of a quiet hour: %v", row)
		}
		add(a, 12, pv)
		time.Sleep(58 * time.Minute)
		synctest.Wait()
		if row, ok := rest(store, pv, stats.DimBrowser, "Firefox"); ok {
			t.Errorf("a row left within the hour: %v", row)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if row, _ := rest(store, pv, stats.DimPage, "/"); row[stats.Views] != 24 {
			t.Errorf("after the hour the page has %d views at rest, want 24", row[stats.Views])
		}
		if err := f.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFlusherEndsADayAfterItsGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
		f := stats.NewFlusher(a, store, stats.FlusherOptions{Interval: time.Minute, Grace: 2 * time.Hour})
		f.Start()
		pv := now("/")
		add(a, 1, pv)
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		if a.Ended() != pv.Day {
			t.Errorf("an hour after midnight the first open day is %v, want %v", a.Ended(), pv.Day)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if a.Ended() != pv.Day+1 {
			t.Errorf("two hours after midnight the first open day is %v, want %v", a.Ended(), pv.Day+1)
		}
		if _, told := rest(store, pv, stats.DimCountry, "KZ"); told {
			t.Error("a country of one visitor is at rest")
		}
		if err := f.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFlusherOffersTheSameBatchAgain(t *testing.T) {
	for _, after := range []bool{false, true} { // a fault before or after the batch was taken
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
			store.fail, store.after = errors.New("the disk is full"), after
			f := stats.NewFlusher(a, store, stats.FlusherOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
			f.Start()
			for range 90 {
				add(a, 1, now("/"))
				time.Sleep(time.Second)
			}
			synctest.Wait()
			if got := f.Faults(); got < 85 {
				t.Errorf("%d faults, want about 90", got)
			}
			if got := strings.Count(log.String(), "level=ERROR"); got != 1 {
				t.Errorf("%d lines in the log, want 1:\n%s", got, log.String())
			}
			fig := a.Figures()
			if fig.Accepted != 90 || fig.Waiting != 90 {
				t.Errorf("figures %+v: want 90 waiting", fig)
			}
			store.look(func() { store.fail = nil })
			if err := f.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := total(store, stats.Views); got != 90 {
				t.Errorf("%d page views are at rest, want 90", got)
			}
			if len(store.batches) > 2 {
				t.Errorf("%d batches, want the first and one with all the rest", len(store.batches))
			}
		})
	}
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run"})
	f := stats.NewFlusher(a, stats.Direct(newMemory()), stats.FlusherOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a flusher that never started: %v, want context.Canceled", err)
	}
}
