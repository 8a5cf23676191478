package yearload_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/internal/yearload"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// small is the year that the ordinary tests load: page views.
const small = 60_000

// wanted is what a report may take over a full year, at p95; wantedCold, the first time after a restart.
const (
	wanted     = 50 * time.Millisecond
	wantedCold = 100 * time.Millisecond
)

var firstDay = visit.DateOf(2025, time.January, 1)

// store is what a year is kept in.
type store interface {
	stats.Sink
	stats.Source
	stats.Keeper
}

// views returns the size of the year: KELISIM_YEAR, or a small one of 20 days.
func views(t *testing.T) (views, days int, full bool) {
	t.Helper()
	text := os.Getenv("KELISIM_YEAR")
	if text == "" {
		return small, 20, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("KELISIM_YEAR=%q: give a number of page views", text)
	}
	return n, 365, true
}

func TestYearBolt(t *testing.T) {
	dir := os.Getenv("KELISIM_YEAR_DATA")
	if dir == "" {
		dir = t.TempDir()
	}
	path := filepath.Join(dir, "kelisim.db")
	var s *boltstore.Store
	open := func() store {
		opened, err := boltstore.Open(path, boltstore.Options{Site: "site"})
		if err != nil {
			t.Fatal(err)
		}
		s = opened
		return s
	}
	open()
	t.Cleanup(func() { _ = s.Shutdown() })
	year(t, s, func() store { // as after a restart: nothing of the file is in memory
		if err := s.Shutdown(); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("dd", "of="+path, "oflag=nocache", "conv=notrunc,fdatasync", "count=0").CombinedOutput(); err != nil {
			t.Fatalf("dd: %v: %s", err, out)
		}
		return open()
	})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("database: %.1f MiB", float64(info.Size())/(1<<20))
}

func TestYearRedis(t *testing.T) {
	redisstore.Quiet()
	url := os.Getenv("KELISIM_YEAR_REDIS")
	if url == "" {
		url = redistest.Start(t).URL()
	}
	s, err := redisstore.Open(context.Background(), redisstore.Options{URL: url, Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	year(t, s, func() store { return s })
	size, err := size(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("redis: %s", size)
}

// size returns what a server says of its memory.
func size(url string) (string, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return "", err
	}
	client := redis.NewClient(o)
	defer func() { _ = client.Close() }()
	text, err := client.Info(context.Background(), "memory").Result()
	used, _, _ := strings.Cut(text[strings.Index(text, "used_memory_human")+1:], "\r")
	return used, err
}

// onItsLastDay is a store at the end of the year: the last month is not packed yet.
type onItsLastDay struct {
	store
	last stats.Day
}

func (s onItsLastDay) Pack(ctx context.Context, before stats.Day) error {
	return s.store.Pack(ctx, min(before, s.last))
}

// year loads a year into s, day by day and closing each, packs what is packed on its last day, so that the last month is
// not, and measures every report over all of it. cold makes the store forget what it has read.
func year(t *testing.T, s store, cold func() store) {
	n, days, full := views(t)
	began := time.Now()
	span := stats.Range{First: firstDay, Last: firstDay + stats.Day(days-1)}
	var want int64
	if _, last, ok, err := s.Span(t.Context()); err != nil {
		t.Fatal(err)
	} else if !ok || last != span.Last { // not loaded by an earlier run
		want = load(t, onItsLastDay{s, span.Last}, n, days)
	}
	t.Logf("%d page views over %d days loaded and closed in %v", want, days, time.Since(began).Round(time.Second))
	began = time.Now()
	if err := s.Pack(t.Context(), span.Last); err != nil {
		t.Fatal(err)
	}
	t.Logf("packed in %v", time.Since(began).Round(time.Millisecond))
	var heap runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&heap)
	t.Logf("heap in use %.1f MiB, taken from the system at most %.1f MiB", float64(heap.HeapInuse)/(1<<20), float64(heap.Sys)/(1<<20))

	rep := stats.NewReports(s, nil, stats.ReportOptions{Zone: time.UTC})
	summary, err := rep.Summary(t.Context(), span)
	if err != nil {
		t.Fatal(err)
	}
	if got := summary.Counts[stats.Views]; want > 0 && got != want {
		t.Errorf("%d page views rest in the store, %d were counted", got, want)
	}
	rounds := 3
	if full {
		rounds = 60
	}
	measure(t, cold, span, rounds, full)
	t.Log("over 30 days, from the middle of a month")
	measure(t, cold, stats.Range{First: span.First + 14, Last: min(span.First+43, span.Last)}, rounds, false)
}

func load(t *testing.T, s store, n, days int) (want int64) {
	t.Helper()
	agg := stats.NewAggregator(stats.Options{Instance: "year", Shards: 1, MaxRows: stats.MaxRows})
	closer := stats.NewCloser(s, s, stats.Floors{})
	for i := range days {
		day := firstDay + stats.Day(i)
		today := n / days
		if days == 365 {
			today = yearload.Views(firstDay, i, n)
		}
		counted := 0
		yearload.Day(day, today, func(pv *visit.Pageview) {
			if pv.View() && pv.Bot == "" {
				want++
			}
			agg.Add(pv)
			if counted++; counted%50_000 == 0 {
				agg.Cut(stats.Running)
				drain(t, agg, s)
			}
		})
		agg.EndDays(day + 1)
		agg.Cut(stats.HourEnd)
		drain(t, agg, s)
		_, err := closer.Close(t.Context(), day+1)
		for try := 0; err != nil && try < 100; try++ {
			_, err = closer.Close(t.Context(), day+1)
		}
		if err != nil {
			t.Fatal(err)
		}
		if i%30 == 29 && days == 365 {
			fmt.Fprintf(os.Stderr, "%v day %d of %d\n", time.Now().Format(time.TimeOnly), i+1, days)
		}
	}
	return want
}

func drain(t *testing.T, agg *stats.Aggregator, s store) {
	t.Helper()
	for b, ok := agg.Outgoing(); ok; b, ok = agg.Outgoing() {
		_, err := s.Merge(t.Context(), b)
		for try := 0; err != nil && try < 100; try++ { // as a spool does: the machine may have other work
			_, err = s.Merge(t.Context(), b)
		}
		if err != nil {
			t.Fatal(err)
		}
		agg.Delivered(b)
	}
}
