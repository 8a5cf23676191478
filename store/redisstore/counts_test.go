package redisstore_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// TestRowsOfAnyMeasures: rows add up whatever measures each part of them has, and to one that rests from before.
func TestRowsOfAnyMeasures(t *testing.T) {
	server := redistest.Start(t)
	s, day := open(t, server, "any"), stats.Day(20_000)
	r := rand.New(rand.NewPCG(1, 2))
	want, seq := map[string]stats.Counts{}, uint64(0)
	merge := func(measures []stats.Measure) {
		b := stats.Batch{Instance: "i", Seq: seq + 1}
		for i := range 30 {
			row := stats.Row{Day: day, Dim: stats.DimPage, Value: fmt.Sprint("/", i)}
			for _, m := range measures {
				row.Counts[m] = int64(r.ExpFloat64()*500) - 100
			}
			sum := want[row.Value]
			sum.Add(&row.Counts)
			want[row.Value] = sum
			b.Rows = append(b.Rows, row)
		}
		if _, err := s.Merge(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		seq = b.Seq
		got := map[string]stats.Counts{}
		if err := s.Rows(t.Context(), stats.DimPage, day, day, func(r stats.Row) { got[r.Value] = r.Counts }); err != nil {
			t.Fatal(err)
		}
		for value, c := range want {
			if got[value] != c {
				t.Fatalf("batch %d: %s counts %v, want %v", seq, value, got[value], c)
			}
		}
	}
	merge([]stats.Measure{stats.Views, stats.Requests})
	merge([]stats.Measure{stats.Views, stats.Crowd, stats.Visitors})
	for m := range stats.NumMeasures {
		if m.OfRows() {
			merge([]stats.Measure{stats.Views, m})
		}
	}

	c := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = c.Close() }()
	key := fmt.Sprintf("k:{any}:d:%d:%d", day, stats.DimPage)
	id := c.HGet(t.Context(), fmt.Sprintf("k:{any}:i:%d:%d", day, stats.DimPage), "/7").Val()
	old := "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
	if err := c.HSet(t.Context(), key, id, old).Err(); err != nil {
		t.Fatal(err)
	}
	var sum stats.Counts
	for m := range old {
		sum[m] = int64(m) + 1
	}
	want["/7"] = sum
	merge([]stats.Measure{stats.Views, stats.Crowd})
	merge([]stats.Measure{stats.Slow})
}
