package main

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// TestArchiveOfTheDashboardIsReadBack: what an admin downloads while the site is served holds every number of the closed
// days, and the program reads it into another store, of the other engine too.
func TestArchiveOfTheDashboardIsReadBack(t *testing.T) {
	e := openEntrances(t, t.TempDir())
	past := visit.DateOf(2026, time.March, 1)
	fillDays(t, e.site.store, past, 4)
	e.owner()
	status, text := e.do(http.MethodGet, "/admin/export/archive.json", "", "")
	if status != http.StatusOK || !json.Valid([]byte(text)) {
		t.Fatalf("the archive is answered %d with %d bytes", status, len(text))
	}
	file := filepath.Join(t.TempDir(), "archive.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := everythingOf(t, e.site.store, past, 4)
	if len(want) < 50 {
		t.Fatalf("only %d rows were made up", len(want))
	}

	server := redistest.Start(t)
	code, _, stderr := kelisim("import", "--export", "--site", "site", "--floor", "1", "--redis", server.URL(), file)
	if code != exitOK {
		t.Fatalf("import: %d: %s", code, stderr)
	}
	into, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "site", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = into.Shutdown() })
	if got := everythingOf(t, into, past, 4); !maps.Equal(got, want) {
		t.Errorf("%d numbers were read back, %d were there", len(got), len(want))
	}
	if open, err := into.Open(t.Context(), past+9); err != nil || len(open) > 0 {
		t.Errorf("days %v are open (%v): only closed ones were to come", open, err)
	}
}

// owner makes the first account and signs in.
func (e *entrances) owner() {
	e.t.Helper()
	link, err := e.site.dashboard.SetupLink(e.t.Context(), e.server.URL)
	if err != nil {
		e.t.Fatal(err)
	}
	at, err := url.Parse(link)
	if err != nil {
		e.t.Fatal(err)
	}
	if status, _ := e.post("/admin/setup", url.Values{"token": {at.Query().Get("token")}, "name": {"owner"}, "password": {"a long pass phrase"}}); status != http.StatusSeeOther {
		e.t.Fatalf("set-up answered %d", status)
	}
}

// fillDays counts some days as a site would and closes all but the last of them.
func fillDays(t *testing.T, store database, first visit.Day, days int) {
	t.Helper()
	a := stats.NewAggregator(stats.Options{Instance: "filler", Floors: stats.Floors{Person: 1}, Shards: 1})
	tracker := visit.NewTracker(0, 0, nil)
	for n := range days {
		for who := range 60 {
			for step, path := range []string{"/", "/blog", "/shop/x"}[:1+who%3] {
				pv := visit.Pageview{
					Day: first + visit.Day(n), Hour: uint8(who % 24), Kind: visit.KindPage, Status: 200, Path: path, Source: []string{"", "news.example"}[who%2],
					Country: []string{"KZ", "DE", "UZ"}[who%3], Browser: "Chrome", OS: "Windows", Device: []string{"desktop", "mobile"}[who%2], Language: "kk",
				}
				tracker.Observe(visit.Key{1, uint64(n*100 + who + 1)}, visit.Key{}, time.Unix(int64(n*86400+who*3600+step*60), 0), &pv)
				a.Add(&pv)
			}
		}
	}
	for a.Cut(stats.HourEnd); ; {
		b, ok := a.Outgoing()
		if !ok {
			break
		}
		if _, err := store.Merge(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		a.Delivered(b)
	}
	if _, err := stats.NewCloser(store, store, stats.Floors{Person: 1}).Close(t.Context(), first+visit.Day(days)-1); err != nil {
		t.Fatal(err)
	}
}

// everythingOf is every number of closed days, totals, rows and folds.
func everythingOf(t *testing.T, s stats.Source, first visit.Day, days int) map[string]stats.Counts {
	t.Helper()
	all, last := map[string]stats.Counts{}, first+visit.Day(days)-2
	err := s.Totals(t.Context(), first, last, func(r stats.Total) { all[r.Day.String()+" "+string(rune('a'+r.Hour))] = r.Counts })
	for dim := range stats.Stored() {
		if err == nil {
			err = s.Rows(t.Context(), dim, first, last, func(r stats.Row) {
				all[strings.Join([]string{r.Day.String(), dim.String(), r.Value}, "\x00")] = r.Counts
			})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}
