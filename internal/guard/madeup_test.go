package guard_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// word is the n-th word that nobody scrubs.
func word(n int) string {
	const syllables = "ka lo mi ne ra su ti vo ba de"
	list := strings.Fields(syllables)
	var b strings.Builder
	for range 6 {
		b.WriteString(list[n%10])
		b.WriteByte('-')
		n /= 10
	}
	return strings.TrimSuffix(b.String(), "-")
}

// sink is a response that nobody reads.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}

// flooded is how many requests an attacker sends, each with values of its own.
const flooded = 1_000_000

// TestMadeUpValuesAreBounded: a million made-up paths, referrers, campaigns and tellings cost bounded memory and a bounded
// store; every hit is in the totals, what found no room is in "other" and said to be, and the account adds up.
func TestMadeUpValuesAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("sends a million requests")
	}
	dir := ""
	h := build(t, func(c *guard.Config) { dir, c.FlushEvery = c.Dir, time.Second })
	h.do(http.MethodGet, "/real", nil)
	h.live() // a page of the site, known before the flood comes
	site := h.guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><body>"))
	}))
	before := heap()
	var sending sync.WaitGroup
	for part := range 4 {
		sending.Go(func() {
			for n := part; n < flooded; n += 4 {
				site.ServeHTTP(&sink{http.Header{}}, madeUp(t, n))
			}
		})
	}
	sending.Wait()
	grown := heap() - before
	t.Logf("the flood left %d MiB in memory", grown>>20)
	if grown > 128<<20 {
		t.Errorf("the flood left %d MiB in memory", grown>>20)
	}
	state := h.guard.State()
	if state.Figures.Missing() != 0 || state.Figures.Accepted < flooded {
		t.Errorf("of %d hits %d were accepted, and %d are missing", flooded, state.Figures.Accepted, state.Figures.Missing())
	}
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimCampaign} {
		if state.Figures.Folded[dim].Capped == 0 {
			t.Errorf("%v: nothing is said to have been left out: %+v", dim, state.Figures.Folded[dim])
		}
	}
	if sum := h.totals(); sum[stats.Views] != flooded+1 {
		t.Errorf("%d page views at rest, want %d", sum[stats.Views], flooded+1)
	}
	state = h.guard.State()
	if state.Missing() != 0 || state.Spool.Stored != state.Figures.Accepted {
		t.Errorf("%d accepted, %d stored, %d missing", state.Figures.Accepted, state.Spool.Stored, state.Missing())
	}
	h.wantBounded(filepath.Join(dir, "k.db"))
}

// madeUp is the n-th request of an attacker with many addresses.
func madeUp(t *testing.T, n int) *http.Request {
	w := word(n)
	r, err := http.NewRequest(http.MethodGet, "http://example.kz/"+w+"?utm_campaign="+w, nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	r.Header = http.Header{"User-Agent": {browser}, "Accept": {"text/html"}, "Referer": {"https://" + w + ".example/"}}
	r.RemoteAddr = fmt.Sprintf("198.18.%d.%d:4000", n>>8&255, n&255)
	return r
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// wantBounded wants no more values at rest than each dimension may have, the real page among them, and a small file.
func (h *house) wantBounded(file string) {
	h.t.Helper()
	today, _ := visit.DayOf(h.now(), time.UTC)
	for dim := range stats.Dimensions() {
		values, real := map[string]bool{}, false
		err := h.store.Rows(context.Background(), dim, today-1, today+1, func(r stats.Row) {
			values[fmt.Sprint(r.Day, r.Value)] = true
			real = real || r.Value == "/real"
		})
		if err != nil {
			h.t.Fatal(err)
		}
		if most := dim.Spec().Cap; len(values) > 2*most { // the flood may last over midnight
			h.t.Errorf("%v: %d values at rest, at most %d may be", dim, len(values), most)
		}
		if dim == stats.DimPage && len(values) < dim.Spec().Cap/4 {
			h.t.Errorf("%d pages at rest: the flood was none", len(values))
		}
		if dim == stats.DimPage && !real {
			h.t.Error("the flood drove a page of the site out")
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Logf("the database has %d MiB", info.Size()>>20)
	if info.Size() > 128<<20 {
		h.t.Errorf("the database has %d MiB", info.Size()>>20)
	}
}
