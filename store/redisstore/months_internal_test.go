package redisstore

import (
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// Whoever packs what has changed since it was read changes nothing, and is told: a month that took in another day, or a day
// that has expired, would be lost or come back.
func TestStalePackingIsRefused(t *testing.T) {
	server := redistest.Start(t)
	s, err := Open(t.Context(), Options{URL: server.URL(), Site: "s"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	month := packed.FirstOf(20_000)
	const dim = stats.DimPage
	for day := month; day < month+7; day++ {
		row := stats.Row{Day: day, Dim: dim, Value: "/", Counts: stats.Counts{stats.Views: 3, stats.Visitors: 5}}
		if err := s.Close(t.Context(), stats.Closing{Day: day, Rows: []stats.Row{row}}); err != nil {
			t.Fatal(err)
		}
	}
	keys := []string{s.key("m", month, dim), s.key("v", month, dim)}
	try := func(head string, days ...stats.Day) int {
		args := []any{s.k, int(dim), head, "sums of somebody", "cells", int64(0)}
		for _, day := range days {
			args = append(args, int(day))
		}
		n, err := s.scripts.pack.Run(t.Context(), s.stats, keys, args...).Int()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := try("", month, month+7); n != 0 {
		t.Error("a day that is not there was packed")
	}
	if n := try("what was read", month); n != 0 {
		t.Error("a month that is not there any more was replaced")
	}
	if err := s.Pack(t.Context(), month+7); err != nil {
		t.Fatal(err)
	}
	if n := try(""); n != 0 {
		t.Error("a month that came since was replaced")
	}
	got := 0
	err = s.Rows(t.Context(), dim, month, month+30, func(r stats.Row) { got += int(r.Counts[stats.Views]) })
	if err != nil || got != 21 {
		t.Errorf("%d views, %v; want 21", got, err)
	}
}
