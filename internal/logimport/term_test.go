package logimport_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// since counts a log of which days before first are not kept.
func since(t *testing.T, sink stats.Sink, log []byte, first stats.Day) logimport.Report {
	t.Helper()
	o := options(t)
	o.Sink, o.First = sink, first
	report, err := logimport.File(ctx, bytes.NewReader(log), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestS4_6_3_LinesOlderThanTheTermAreNotCounted: they are told, leave nothing in the store, and can be counted later.
func TestS4_6_3_LinesOlderThanTheTermAreNotCounted(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	begin := time.Date(2015, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 3 * logimport.Chunk {
		hit(&log, 1+i%250, begin.AddDate(0, 0, i/1000))
	}
	day := func(n int) stats.Day { d, _ := visit.DayOf(begin.AddDate(0, 0, n), time.UTC); return d }
	store := newStore(t)
	if r := since(t, store, log.Bytes(), day(100)); r.Counted != 0 || r.Old != r.Lines {
		t.Fatalf("all too old: %+v", r)
	}
	if _, _, ok, err := store.Span(ctx); ok || err != nil {
		t.Fatalf("the store holds something: %v %v", ok, err)
	}
	if r := since(t, store, log.Bytes(), day(25)); r.Counted != 5000 || r.Old != 25_000 || r.First != day(25) {
		t.Errorf("some too old: %+v", r)
	}
	hit(&log, 1, begin.AddDate(0, 0, 30))
	for _, first := range []stats.Day{day(28), 0} { // the days go on, or the term is made longer
		if r := since(t, store, log.Bytes(), first); r.Before+r.Counted != 5001 || r.Counted > 1 || r.Old != 25_000 {
			t.Errorf("again, since %v: %+v", first, r)
		}
	}
	if got := sums(t, store); got[stats.Requests] != 5001 {
		t.Errorf("%d requests", got[stats.Requests])
	}
}
