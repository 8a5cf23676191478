package logimport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

const stamp = "02/Jan/2006:15:04:05 -0700"

var ctx = context.Background()

// theLog returns the real log where there is one, else the one in testdata.
func theLog(tb testing.TB) []byte {
	tb.Helper()
	log, err := os.ReadFile(logs(tb)[0])
	if err != nil {
		tb.Fatal(err)
	}
	return log
}

// logs returns the logs to test with, the largest first: the real one where KELISIM_TESTDATA (or the
// data folder beside the repository) has it, and always the one in testdata.
func logs(tb testing.TB) []string {
	tb.Helper()
	dir := os.Getenv("KELISIM_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	small := filepath.Join("testdata", "small.log")
	if real := filepath.Join(dir, "apache_logs"); exists(real) {
		return []string{real, small}
	}
	return []string{small}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// other returns another address for each round, within the same /24 or /48.
func other(address string, round int) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || !addr.Is4() {
		return address
	}
	b := addr.As4()
	b[3] += byte(7 * round)
	return netip.AddrFrom4(b).String()
}

func options(tb testing.TB) logimport.Options {
	tb.Helper()
	locator, err := geo.Embedded()
	if err != nil {
		tb.Fatal(err)
	}
	return logimport.Options{Locator: locator, Zone: time.UTC}
}

func newStore(tb testing.TB) *boltstore.Store {
	tb.Helper()
	store, err := boltstore.Open(filepath.Join(tb.TempDir(), "kelisim.db"), boltstore.Options{Site: "site"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Shutdown(); err != nil {
			tb.Error(err)
		}
	})
	return store
}

// count imports a log and fails the test if it cannot be.
func count(tb testing.TB, sink stats.Sink, log []byte) logimport.Report {
	tb.Helper()
	o := options(tb)
	o.Sink = sink
	report, err := logimport.File(ctx, bytes.NewReader(log), o)
	if err != nil {
		tb.Fatal(err)
	}
	return report
}

// answers returns what every report says about everything in a store, as text.
func answers(tb testing.TB, source stats.Source, floors stats.Floors) string {
	tb.Helper()
	r := stats.NewReports(source, nil, stats.ReportOptions{Zone: time.UTC, Floors: floors})
	days, ok, err := r.Span(ctx)
	if err != nil || !ok {
		return fmt.Sprintf("span: %v %v", ok, err)
	}
	var out bytes.Buffer
	tell := func(what string, answer any, err error) {
		if err != nil {
			tb.Fatalf("%s: %v", what, err)
		}
		text, err := json.Marshal(answer)
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&out, "%s: %s\n", what, text)
	}
	tell("span", days, nil)
	summary, err := r.Summary(ctx, days)
	tell("summary", summary, err)
	comparison, err := r.Compare(ctx, days, days.Previous())
	tell("comparison", comparison, err)
	hours, err := r.Hours(ctx, days)
	tell("hours", hours, err)
	folds, err := r.Folds(ctx, days)
	tell("folds", folds, err)
	for _, unit := range []stats.Unit{stats.ByHour, stats.ByDay, stats.ByWeek, stats.ByMonth} {
		points, err := r.Series(ctx, days, unit, nil)
		tell(fmt.Sprint("series ", unit), points, err)
	}
	for dim := range stats.Dimensions() {
		for day := days.First; day <= days.Last; day++ {
			for _, bots := range []bool{false, true} {
				top, err := r.Top(ctx, stats.Query{Dim: dim, Range: stats.Range{First: day, Last: day}, Limit: 10_000, Bots: bots})
				tell(fmt.Sprint(dim, " ", day, " ", bots), top, err)
			}
		}
		top, err := r.Top(ctx, stats.Query{Dim: dim, Range: days})
		tell(dim.String(), top, err)
	}
	return out.String()
}
