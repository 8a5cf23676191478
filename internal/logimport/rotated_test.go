package logimport_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
)

// cut cuts a log into n parts at line breaks, as rotation does.
func cut(log []byte, n int) (parts [][]byte) {
	ends := lineEnds(log)
	from := 0
	for i := 1; i <= n; i++ {
		to := ends[len(ends)*i/n-1]
		parts = append(parts, log[from:to])
		from = to
	}
	return parts
}

// sums adds up what rests in the totals of a store.
func sums(t *testing.T, store stats.Source) (c stats.Counts) {
	t.Helper()
	first, last, _, err := store.Span(ctx)
	if err == nil {
		err = store.Totals(ctx, first, last, func(total stats.Total) { c.Add(&total.Counts) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRotatedLogCountsVisitorsOnce: the parts of a log give the totals of the whole, since one run tells visitors and
// visits apart over all of them. Only what is counted again after a part changes nothing.
func TestRotatedLogCountsVisitorsOnce(t *testing.T) {
	t.Parallel()
	log := theLog(t)
	whole, rotated := newStore(t), newStore(t)
	count(t, whole, log)
	for range 2 {
		o := options(t)
		o.Sink = rotated
		run, err := logimport.New(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range cut(log, 3) {
			if _, err := run.File(ctx, bytes.NewReader(part)); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := sums(t, rotated), sums(t, whole); got != want {
			t.Errorf("the parts give %v, the whole %v", got, want)
		}
	}
}

func TestBegins(t *testing.T) {
	t.Parallel()
	const line = `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "x"` + "\n"
	const export = "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date\n" +
		"/,,false,,Chrome 146,Windows 10,s,0,,,,KZ,true,2026-03-01T12:00:05Z\n"
	at := time.Date(2026, 3, 1, 12, 0, 5, 0, time.UTC)
	tests := []struct {
		name, log string
		format    logimport.Format
		want      time.Time
	}{
		{"first line", line + strings.ReplaceAll(line, "01/Mar", "02/Mar"), logimport.AccessLog, at},
		{"behind bad ones", "noise\n\n" + line, logimport.AccessLog, at},
		{"no line break", line[:len(line)-1], logimport.AccessLog, at},
		{"an export", export, logimport.GoatCounter, at},
		{"empty", "", logimport.AccessLog, time.Time{}},
		{"nothing but noise", strings.Repeat("noise\n", 1<<19), logimport.AccessLog, time.Time{}},
		{"another format", line, logimport.GoatCounter, time.Time{}},
	}
	for _, tt := range tests {
		if got := logimport.Begins(strings.NewReader(tt.log), tt.format); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := logimport.Begins(iotest.ErrReader(errBroken), logimport.AccessLog); !got.IsZero() {
		t.Errorf("a fault: %v", got)
	}
}
