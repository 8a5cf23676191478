package logimport_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
)

// TestGoatCounter: an export goes the way of a log: scrubbed, under the floor, once.
func TestGoatCounter(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile(filepath.Join("..", "goatcounter", "testdata", "version2.csv"))
	if err != nil {
		t.Fatal(err)
	}
	store := newStore(t)
	o := options(t)
	o.Sink, o.Format, o.Floors = store, logimport.GoatCounter, stats.Floors{Person: 1}
	for run := range 2 {
		report, err := logimport.File(ctx, bytes.NewReader(sample), o)
		if err != nil || report.Views != 4 || report.Bots != 1 || report.Events != 1 || report.Bad != 2 || report.Counted+report.Before != 6 || (report.Counted == 0) != (run == 1) {
			t.Fatalf("%+v, %v", report, err)
		}
	}
	text := answers(t, store, o.Floors)
	for _, want := range []string{`"Value":"KZ"`, `"Value":"google.com"`, `"Value":"Firefox 140"`, `"Value":"iOS"`, `"Value":"news.ycombinator.com"`, `"Value":"spring"`, `"Value":"newsletter-signup"`, `"Value":"Home"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{"ann@", "8000-0000"} {
		if strings.Contains(text, never) {
			t.Errorf("%q rests in the store", never)
		}
	}
	o.Format = logimport.AccessLog
	if report, err := logimport.File(ctx, bytes.NewReader(sample), o); err != nil || report.Counted != 0 || report.Bad != report.Lines {
		t.Errorf("read as a log: %+v, %v", report, err)
	}
	o.Format = logimport.GoatCounter
	if _, err := logimport.File(ctx, strings.NewReader("Path,Date\n/,2026-03-01T12:00:05Z\n"), o); !errors.Is(err, logimport.ErrFormat) {
		t.Errorf("no export of GoatCounter: %v", err)
	}
}

// TestGoatCounterGrows: a longer export of the same site adds what is new, and visits are told by session.
func TestGoatCounterGrows(t *testing.T) {
	t.Parallel()
	var export bytes.Buffer
	export.WriteString("2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date\n")
	line := func(i int) {
		fmt.Fprintf(&export, "/page-%d,,false,,Chrome 146,Windows 10,session-%d,0,,,,KZ,true,2026-03-%02dT12:00:%02dZ\n", i%7, i%100, 1+i/1000, i%60)
	}
	for i := range 12_000 {
		line(i)
	}
	store := newStore(t)
	o := options(t)
	o.Sink, o.Format = store, logimport.GoatCounter
	if _, err := logimport.File(ctx, bytes.NewReader(export.Bytes()), o); err != nil {
		t.Fatal(err)
	}
	for i := 12_000; i < 15_000; i++ {
		line(i)
	}
	report, err := logimport.File(ctx, &export, o)
	if err != nil || report.Before != 12_000 || report.Counted != 3000 {
		t.Fatalf("%+v, %v", report, err)
	}
	var sum stats.Counts
	if err := store.Totals(ctx, report.First, report.Last, func(total stats.Total) { sum.Add(&total.Counts) }); err != nil {
		t.Fatal(err)
	}
	if sum[stats.Views] != 15_000 || sum[stats.Visitors] != 1500 {
		t.Errorf("%d page views of %d visitors", sum[stats.Views], sum[stats.Visitors])
	}
}
