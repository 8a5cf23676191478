package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/archive"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// spoken is a store of days that are made up when they are asked for, and of how often they are.
type spoken struct {
	nowhere
	first, last stats.Day
	open        []stats.Day
	rows        int // a day, of one dimension
	asked       map[stats.Day]int
}

var awkward = []string{"", "/", "/<b>&", `/"quoted"\`, "/\u2028", "/тексты/бет", "/\x01\t", "/\u00ff", "/z"}

func (s *spoken) Span(context.Context) (a, b stats.Day, ok bool, err error) {
	return s.first, s.last, true, nil
}

func (s *spoken) Open(context.Context, stats.Day) ([]stats.Day, error) { return s.open, nil }

func (s *spoken) Totals(_ context.Context, first, last stats.Day, f func(stats.Total)) error {
	for day := max(first, s.first); day <= min(last, s.last); day++ {
		for hour := range uint8(24) {
			f(stats.Total{Day: day, Hour: hour, Counts: stats.Counts{stats.Views: int64(hour), stats.Visits: int64(day)}})
		}
	}
	return nil
}

// Rows tells days and values in no order.
func (s *spoken) Rows(_ context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	if dim != stats.DimPage && dim != stats.DimFile {
		return nil
	}
	r := rand.New(rand.NewPCG(uint64(first), 1))
	for _, i := range r.Perm(s.rows) {
		for n := range int(last-first) + 1 {
			day := last - stats.Day(n)
			if i == 0 {
				s.asked[day]++
			}
			value := awkward[i%len(awkward)]
			if i >= len(awkward) {
				value = fmt.Sprint("/", i)
			}
			row := stats.Row{Day: day, Dim: dim, Value: value, Counts: stats.Counts{stats.Requests: int64(i) - 3}}
			if dim == stats.DimPage {
				row.Counts[stats.Views], row.Counts[stats.Visitors] = int64(i)-3, 1<<40
			}
			f(row)
		}
	}
	return nil
}

func (s *spoken) Folds(_ context.Context, first, last stats.Day, _ ...stats.Dimension) (all []stats.Fold, err error) {
	for day := first; day <= last; day++ {
		for range int(day) % 3 {
			all = append(all, stats.Fold{Day: day, Dim: stats.DimCity, Reason: stats.FoldTop, K: 5, Values: 2, Counts: stats.Counts{stats.Views: 9}})
		}
	}
	return all, nil
}

// TestTextIsJSON: what is written by hand is what encoding/json writes of it, sorted and escaped.
func TestTextIsJSON(t *testing.T) {
	t.Parallel()
	s := &spoken{first: visit.DateOf(2026, time.January, 20), last: visit.DateOf(2026, time.April, 2), rows: 40, asked: map[stats.Day]int{}}
	s.open = []stats.Day{s.first + 3, s.last}
	var out bytes.Buffer
	done, err := archive.Write(ctx, &out, s, archive.WriteOptions{Site: "site", Zone: time.UTC})
	if days := int(s.last-s.first) - 1; err != nil || done.Days != days || done.Rows != days*2*s.rows {
		t.Fatalf("%+v, %v", done, err)
	}
	lines := strings.Split(out.String(), "\n")
	lines = lines[2 : len(lines)-2]
	type fold struct {
		Dimension string           `json:"dimension"`
		Reason    string           `json:"reason"`
		K         int              `json:"k"`
		Values    int              `json:"values"`
		Counts    map[string]int64 `json:"counts"`
	}
	for i, line := range lines {
		if i < len(lines)-1 {
			line = strings.TrimSuffix(line, ",")
		}
		var day struct {
			Day    string                                 `json:"day"`
			Totals map[string]map[string]int64            `json:"totals"`
			Rows   map[string]map[string]map[string]int64 `json:"rows"`
			Folds  []fold                                 `json:"folds,omitempty"`
		}
		err := json.Unmarshal([]byte(line), &day)
		again, _ := json.Marshal(day)
		if err != nil || string(again) != line {
			t.Fatalf("%v\n%s\nis not\n%s", err, line, again)
		}
		if len(day.Rows["page"]) != s.rows || day.Rows["page"]["/"]["visitors"] != 1<<40 || day.Rows["page"]["/"]["views"] != -2 || len(day.Totals) != 24 {
			t.Errorf("%s: %d rows", day.Day, len(day.Rows["page"]))
		}
	}
	// The first day tells how large days are, the others of its month are read together.
	for day := s.first; day <= s.last; day++ {
		if s.asked[day] > 2 {
			t.Errorf("%v is read %d times", day, s.asked[day])
		}
	}
}

// TestLargeMonthsAreReadInParts: memory is bounded by rows, not by days.
func TestLargeMonthsAreReadInParts(t *testing.T) {
	t.Parallel()
	s := &counted{spoken: spoken{first: visit.DateOf(2026, time.March, 1), last: visit.DateOf(2026, time.March, 11), rows: 60_000, asked: map[stats.Day]int{}}}
	done, err := archive.Write(ctx, discard{}, s, archive.WriteOptions{Site: "site", Zone: time.UTC})
	if err != nil || done.Rows != 11*2*s.rows {
		t.Fatalf("%+v, %v", done, err)
	}
	if s.most > 1<<20 || s.most < 1<<19 {
		t.Errorf("%d rows at once", s.most)
	}
}

// counted notes how many rows are told at once.
type counted struct {
	spoken
	most int
}

func (s *counted) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	s.most = max(s.most, 2*s.rows*(int(last-first)+1))
	return s.spoken.Rows(ctx, dim, first, last, f)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// packing notes how far it was told to pack.
type packing struct {
	archive.Target
	before []stats.Day
}

func (p *packing) Pack(ctx context.Context, before stats.Day) error {
	p.before = append(p.before, before)
	return p.Target.Pack(ctx, before)
}

// TestMonthsArePackedAsTheyCome: a file does not grow to what a year of single days takes.
func TestMonthsArePackedAsTheyCome(t *testing.T) {
	t.Parallel()
	from := &spoken{first: visit.DateOf(2026, time.January, 20), last: visit.DateOf(2026, time.March, 2), rows: 1, asked: map[stats.Day]int{}}
	var doc bytes.Buffer
	if _, err := archive.Write(ctx, &doc, from, archive.WriteOptions{Site: "site", Zone: time.UTC}); err != nil {
		t.Fatal(err)
	}
	to := &packing{Target: bolt(t)}
	for run := range 2 {
		if report, err := archive.Read(ctx, bytes.NewReader(doc.Bytes()), options(to)); err != nil || report.Days != 42 {
			t.Fatalf("%+v, %v", report, err)
		}
		want := []stats.Day{visit.DateOf(2026, time.February, 1), visit.DateOf(2026, time.March, 1), visit.DateOf(2026, time.March, 3)}
		if !slices.Equal(to.before, want) {
			t.Errorf("run %d: packed up to %v, want %v", run, to.before, want)
		}
	}
}
