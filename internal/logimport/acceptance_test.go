package logimport_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// tally is a count of a log made in another way than the product's: one regular expression, net/url, maps.
type tally struct {
	lines, bad                 int
	path, status, source, days map[string]int64
}

var line = regexp.MustCompile(`^(\S+) \S+ \S+ \[([^\]]*)\] "((?:[^"\\]|\\.)*)" (\d{3}) (?:\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?$`)

func countApart(t *testing.T, log []byte) tally {
	t.Helper()
	scrubber := visit.NewScrubber(0)
	c := tally{path: map[string]int64{}, status: map[string]int64{}, source: map[string]int64{}, days: map[string]int64{}}
	for _, text := range strings.Split(strings.TrimSuffix(string(log), "\n"), "\n") {
		c.lines++
		m := line.FindStringSubmatch(text)
		if m == nil {
			c.bad++
			continue
		}
		at, err := time.Parse(stamp, m[2])
		if err != nil {
			t.Fatal(err)
		}
		target := ""
		if words := strings.Fields(m[3]); len(words) == 3 {
			target = words[1]
		}
		c.days[at.UTC().Format(time.DateOnly)]++
		c.status[m[4][:1]+"xx"]++
		c.source[source(m[5], target)]++
		c.path[scrubber.Path(pathOf(target))]++
	}
	return c
}

// pathOf is the path of a request target, whether absolute or not.
func pathOf(target string) string {
	target, _, _ = strings.Cut(target, "?")
	if u, err := url.ParseRequestURI(target); err == nil && u.Host != "" {
		return u.EscapedPath()
	}
	return target
}

// source is the referrer's host, or else what the site's own tag says.
func source(referrer, target string) string {
	u, err := url.Parse(referrer)
	host := ""
	if err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "android-app") {
		host = strings.ToLower(u.Hostname())
	}
	for strings.HasPrefix(host, "www.") {
		host = host[len("www."):]
	}
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		host = ""
	}
	if _, query, ok := strings.Cut(target, "?"); ok && host == "" {
		if tags, err := url.ParseQuery(query); err == nil {
			return strings.ToLower(tags.Get("utm_source"))
		}
	}
	return host
}

// TestEqualsAnIndependentCount: before days close, what the reports say of a log is what counting it in
// another way gives, bots included; after they close, the totals are the same and the folds say where
// every number that left the rows has gone.
func TestEqualsAnIndependentCount(t *testing.T) {
	t.Parallel()
	for _, path := range logs(t) {
		for _, k := range []int{1, 5} {
			t.Run(fmt.Sprintf("%s, floor %d", filepath.Base(path), k), func(t *testing.T) {
				t.Parallel()
				log, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				o, store := options(t), newStore(t)
				o.Sink, o.Floors = store, stats.Floors{Person: k}
				report, err := logimport.File(ctx, bytes.NewReader(log), o)
				if err != nil {
					t.Fatal(err)
				}
				want := countApart(t, log)
				if report.Lines != int64(want.lines) || report.Bad != int64(want.bad) || len(report.Named) != want.bad || report.Counted != report.Lines-report.Bad {
					t.Errorf("report %+v; want %d lines, %d of them bad", report, want.lines, want.bad)
				}
				compareCounts(t, store, want)
				checkClosing(t, store)
			})
		}
	}
}

func compareCounts(t *testing.T, store stats.Source, want tally) {
	t.Helper()
	reports := stats.NewReports(store, nil, stats.ReportOptions{Zone: time.UTC})
	days, _, err := reports.Span(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dims := func(list ...stats.Dimension) map[string]int64 {
		sum := map[string]int64{}
		for _, dim := range list {
			top, err := reports.Top(ctx, stats.Query{Dim: dim, Range: days, Limit: 10_000, Bots: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range top.Lines {
				sum[l.Value] += l.Counts[stats.Requests] + l.Counts[stats.Bots]
			}
			if !top.Other.Counts.IsZero() {
				t.Errorf("%v: %v are in no line", dim, top.Other)
			}
		}
		return sum
	}
	same(t, "path", dims(stats.DimPage, stats.DimFile), want.path)
	same(t, "status class", dims(stats.DimStatus), want.status)
	same(t, "referrer host", dims(stats.DimSource), want.source)
	same(t, "day", perDay(t, reports, days), want.days)
}

func perDay(t *testing.T, reports *stats.Reports, days stats.Range) map[string]int64 {
	t.Helper()
	points, err := reports.Series(ctx, days, stats.ByDay, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := map[string]int64{}
	for _, p := range points {
		if n := p.Counts[stats.Requests] + p.Counts[stats.Bots]; n > 0 {
			sum[p.At.Format(time.DateOnly)] = n
		}
	}
	return sum
}

func same(t *testing.T, what string, got, want map[string]int64) {
	t.Helper()
	keys := map[string]bool{}
	for _, m := range []map[string]int64{got, want} {
		for k := range m {
			keys[k] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if got[k] != want[k] {
			t.Errorf("%s %q: %d, counted apart %d", what, k, got[k], want[k])
		}
	}
}

// daily is the rows of one dimension on one day, by value.
type daily map[stats.Day]map[stats.Dimension]map[string]stats.Counts

func rest(t *testing.T, store stats.Source, days stats.Range) (rows daily, totals map[stats.Day]stats.Counts) {
	t.Helper()
	rows, totals = daily{}, map[stats.Day]stats.Counts{}
	err := store.Totals(ctx, days.First, days.Last, func(total stats.Total) {
		sum := totals[total.Day]
		sum.Add(&total.Counts)
		totals[total.Day] = sum
	})
	if err != nil {
		t.Fatal(err)
	}
	for day := days.First; day <= days.Last; day++ {
		rows[day] = map[stats.Dimension]map[string]stats.Counts{}
		for dim := range stats.Dimensions() {
			values := map[string]stats.Counts{}
			rows[day][dim] = values
			if err := store.Rows(ctx, dim, day, day, func(r stats.Row) { values[r.Value] = r.Counts }); err != nil {
				t.Fatal(err)
			}
		}
	}
	return rows, totals
}

// checkClosing closes all days and accounts for every number that is in no row any more.
func checkClosing(t *testing.T, store interface {
	stats.Source
	stats.Keeper
}) {
	t.Helper()
	first, last, _, err := store.Span(ctx)
	if err != nil {
		t.Fatal(err)
	}
	days := stats.Range{First: first, Last: last}
	before, totals := rest(t, store, days)
	if _, err := stats.NewCloser(store, store, stats.Floors{Person: 5}).Close(ctx, last+1); err != nil {
		t.Fatal(err)
	}
	after, totalsAfter := rest(t, store, days)
	if !maps.Equal(totals, totalsAfter) {
		t.Errorf("closing changed totals:\n before %v\n after  %v", totals, totalsAfter)
	}
	folds, err := store.Folds(ctx, first, last)
	if err != nil {
		t.Fatal(err)
	}
	told := map[stats.Day]map[stats.Dimension]stats.Fold{}
	for _, f := range folds {
		if told[f.Day] == nil {
			told[f.Day] = map[stats.Dimension]stats.Fold{}
		}
		sum := told[f.Day][f.Dim]
		sum.Values += f.Values
		sum.Counts.Add(&f.Counts)
		told[f.Day][f.Dim] = sum
	}
	for day := first; day <= last; day++ {
		for dim := range stats.Dimensions() {
			explain(t, day, dim, before[day][dim], after[day][dim], told[day][dim])
		}
	}
}

// explain holds what left the rows of a dimension against what its folds say.
func explain(t *testing.T, day stats.Day, dim stats.Dimension, before, after map[string]stats.Counts, told stats.Fold) {
	t.Helper()
	var left stats.Counts
	values := 0
	for value, counts := range before {
		now := after[value]
		if now != counts {
			values++
		}
		left.Add(&counts)
		left.Sub(&now)
	}
	for value := range after {
		if _, ok := before[value]; !ok {
			t.Errorf("%v %v: closing made up the value %q", day, dim, value)
		}
	}
	if left != told.Counts || values != told.Values {
		t.Errorf("%v %v: %d values and %v left the rows; the folds tell of %d and %v", day, dim, values, left, told.Values, told.Counts)
	}
}
