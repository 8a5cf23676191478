package logimport_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// requests returns how many requests rest under each day, in totals and in rows of status classes.
func requests(t *testing.T, store stats.Source) (totals, rows map[string]int64) {
	t.Helper()
	totals, rows = map[string]int64{}, map[string]int64{}
	first, last, ok, err := store.Span(ctx)
	if err != nil || !ok {
		t.Fatalf("span: %v %v", ok, err)
	}
	err = store.Totals(ctx, first, last, func(total stats.Total) { totals[total.Day.String()] += total.Counts.Hits() })
	if err != nil {
		t.Fatal(err)
	}
	err = store.Rows(ctx, stats.DimStatus, first, last, func(r stats.Row) { rows[r.Day.String()] += r.Counts[stats.Requests] + r.Counts[stats.Bots] })
	if err != nil {
		t.Fatal(err)
	}
	return totals, rows
}

func hit(out *bytes.Buffer, visitor int, at time.Time) {
	fmt.Fprintf(out, "192.0.2.%d - - [%s] \"GET / HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\"\n", visitor, at.Format(stamp))
}

// TestUnsortedAcrossMidnight: lines are written when an answer ends, so those around midnight are mixed.
func TestUnsortedAcrossMidnight(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(5, 6))
	var log bytes.Buffer
	want := map[string]int64{}
	for range 2000 {
		at := midnight.Add(time.Duration(r.IntN(7200)-3600) * time.Second)
		want[at.Format(time.DateOnly)]++
		hit(&log, 1+r.IntN(200), at)
	}
	store := newStore(t)
	if report := count(t, store, log.Bytes()); report.Late != 0 {
		t.Errorf("%+v", report)
	}
	totals, rows := requests(t, store)
	same(t, "day, totals", totals, want)
	same(t, "day, rows", rows, want)
}

// TestEveryLineCountsOnItsDay: however a log is ordered, the totals of its days are right. Rows may be
// missing of days that lie far behind the lines above them, and the report says how many.
func TestEveryLineCountsOnItsDay(t *testing.T) {
	t.Parallel()
	day := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	var sorted []time.Time
	for i := range 1500 {
		sorted = append(sorted, day.AddDate(0, 0, i/2))
	}
	reversed := make([]time.Time, 0, len(sorted))
	for i := range sorted {
		reversed = append(reversed, sorted[len(sorted)-1-i])
	}
	shuffled := append([]time.Time{}, sorted...)
	rand.New(rand.NewPCG(7, 8)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var sparse []time.Time
	for i := range 1100 {
		sparse = append(sparse, day.AddDate(0, 0, i))
	}
	firstAhead := append([]time.Time{day.AddDate(70, 0, 0)}, sorted...)
	oneAhead := append([]time.Time{sorted[0], day.AddDate(70, 0, 0)}, sorted[1:]...)
	tests := []struct {
		name  string
		lines []time.Time
		late  bool
	}{
		{"sorted", sorted, false},
		{"one line with a wrong clock", oneAhead, false},
		{"the first line with a wrong clock", firstAhead, false},
		{"a line a day", sparse, false},
		{"reversed", reversed, true},
		{"shuffled", shuffled, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			want := map[string]int64{}
			for i, at := range tt.lines {
				hit(&log, i%250+1, at)
				want[at.Format(time.DateOnly)]++
			}
			store := newStore(t)
			report := count(t, store, log.Bytes())
			totals, rows := requests(t, store)
			same(t, "day", totals, want)
			if report.Late > 0 != tt.late {
				t.Errorf("%d late, want any: %v", report.Late, tt.late)
			}
			inRows := int64(0)
			for _, n := range rows {
				inRows += n
			}
			if inRows+report.Late != report.Counted {
				t.Errorf("%d in rows, %d late, %d counted", inRows, report.Late, report.Counted)
			}
		})
	}
}
