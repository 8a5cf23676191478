package logimport_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// TestDaysCountedLiveAreNotCountedAgain: counting stops where they begin, goes on where it is told to, and days of other
// imports, and lines counted before, are no hindrance.
func TestDaysCountedLiveAreNotCountedAgain(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	day, _ := visit.DayOf(noon, time.UTC)
	var before, log bytes.Buffer
	for i := range 25 {
		hit(&before, 100+i, noon.Add(time.Second))
	}
	for i := range 75 {
		hit(&log, 1+i%25, noon.AddDate(0, 0, i/25))
	}
	for _, tt := range []struct {
		name   string
		writer string
		closed bool
		stops  bool
	}{
		{"live", "live", false, true},
		{"another import", "import-x", false, false},
		{"closed", "import-x", true, true},
		{"nobody known", "", false, true},
	} {
		store := newStore(t)
		count(t, store, before.Bytes())
		b := stats.Batch{Instance: "other", Seq: 1, Totals: []stats.Total{{Day: day + 1, Hour: 12, Counts: stats.Counts{stats.Requests: 25}}}}
		if tt.writer != "" {
			b.Rows = []stats.Row{{Day: day + 1, Dim: stats.DimWriter, Value: tt.writer, Counts: stats.Counts{stats.Events: 1}}}
		}
		if _, err := store.Merge(ctx, b); err != nil {
			t.Fatal(err)
		}
		if tt.closed {
			if err := store.Close(ctx, stats.Closing{Day: day + 1}); err != nil {
				t.Fatal(err)
			}
		}
		try := func(add bool) (logimport.Report, error) {
			o := options(t)
			o.Sink = store
			if held, err := logimport.Held(ctx, store); err != nil {
				t.Fatal(err)
			} else if !add {
				o.Held = held
			}
			return logimport.File(ctx, bytes.NewReader(log.Bytes()), o)
		}
		for run := range 2 {
			r, err := try(false)
			if errors.Is(err, logimport.ErrHeld) != tt.stops || tt.stops && (r.Lines != 25 || r.Counted+r.Before != 25 || (r.Counted > 0) != (run == 0)) {
				t.Errorf("%s, run %d: %+v, %v", tt.name, run, r, err)
			}
		}
		if r, err := try(true); err != nil || r.Counted+r.Before != 75 {
			t.Errorf("%s, all the same: %+v, %v", tt.name, r, err)
		}
		if r, err := try(false); err != nil || r.Before != 75 {
			t.Errorf("%s, counted before: %+v, %v", tt.name, r, err)
		}
		if got := sums(t, store); got[stats.Requests] != 125 {
			t.Errorf("%s: %d requests", tt.name, got[stats.Requests])
		}
	}
}
