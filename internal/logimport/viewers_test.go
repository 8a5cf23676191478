package logimport_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// viewersOf counts apart who viewed which page on which day: sets of days, addresses and user agents. What is a page view of a
// person is said by package visit, of each line by itself.
func viewersOf(t *testing.T, log []byte) map[string]int64 {
	t.Helper()
	a, err := visit.NewAnonymiser(visit.Options{Secret: make([]byte, 32), Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	var parser accesslog.Parser
	seen, sum := map[string]bool{}, map[string]int64{}
	for text := range strings.Lines(string(log)) {
		l, err := parser.Parse(strings.TrimSuffix(text, "\n"))
		if err != nil {
			continue
		}
		pv := a.Page(visit.FromLog(l), visit.Response{Status: l.Status})
		who := strings.Join([]string{l.Time.UTC().Format(time.DateOnly), l.Addr.String(), l.UserAgent, pv.Path}, "\x00")
		if pv.View() && !seen[who] {
			seen[who] = true
			sum[pv.Path]++
		}
	}
	return sum
}

// TestThePagesOfALogHaveTheirVisitors: those who viewed them, wherever their day began; a few in a thousand may be missed, and
// nobody counts twice.
func TestThePagesOfALogHaveTheirVisitors(t *testing.T) {
	t.Parallel()
	for _, path := range logs(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			log, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			store, want := newStore(t), viewersOf(t, log)
			count(t, store, log)
			reports := stats.NewReports(store, nil, stats.ReportOptions{Zone: time.UTC})
			days, _, err := reports.Span(ctx)
			if err != nil {
				t.Fatal(err)
			}
			top, err := reports.Top(ctx, stats.Query{Dim: stats.DimPage, Range: days, Limit: 10_000})
			if err != nil {
				t.Fatal(err)
			}
			var all, missed int64
			for _, l := range top.Lines {
				got, exact := l.Counts[stats.Visitors], want[l.Value]
				if got > exact || exact-got > 2+exact/20 {
					t.Errorf("%s has %d visitors, counted apart %d", l.Value, got, exact)
				}
				all, missed = all+exact, missed+exact-got
				delete(want, l.Value)
			}
			if len(want) > 0 || missed*100 > all {
				t.Errorf("%d of %d visitors of pages are missed; pages without a line: %v", missed, all, want)
			}
			t.Logf("%d of %d visitors of pages are missed", missed, all)
		})
	}
}
