package stats_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

func sample() stats.Batch {
	return stats.Batch{
		Instance: "run", Seq: 7, Mark: []byte("line 12"),
		Totals: []stats.Total{{Day: 20_000, Hour: 23, Counts: stats.Counts{stats.Views: 3, stats.Bounces: -1, stats.MissingBots: 1 << 40}}},
		Rows: []stats.Row{
			{Day: 20_000, Dim: stats.DimPage, Value: "/қазақ", Counts: stats.Counts{stats.Exits: -2}},
			{Day: -1, Dim: stats.DimSource, Value: "", Counts: stats.Counts{stats.Requests: 1}},
		},
	}
}

func TestBatchRoundTrip(t *testing.T) {
	for _, b := range []stats.Batch{{}, sample()} {
		data, err := b.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		var got stats.Batch
		if err := got.UnmarshalBinary(data); err != nil || !reflect.DeepEqual(got, b) {
			t.Errorf("got %+v, %v; want %+v", got, err, b)
		}
	}
}

func TestBatchBounds(t *testing.T) {
	for _, c := range []struct {
		name string
		b    stats.Batch
	}{
		{"instance", stats.Batch{Instance: strings.Repeat("x", stats.MaxInstance+1)}},
		{"mark", stats.Batch{Mark: make([]byte, stats.MaxMark+1)}},
		{"value", stats.Batch{Rows: []stats.Row{{Dim: stats.DimPage, Value: strings.Repeat("x", stats.MaxValue+1)}}}},
		{"control character", stats.Batch{Rows: []stats.Row{{Dim: stats.DimPage, Value: "/a\nb"}}}},
		{"dimension", stats.Batch{Rows: []stats.Row{{Dim: stats.NumDimensions}}}},
		{"no dimension", stats.Batch{Rows: []stats.Row{{}}}},
		{"hour", stats.Batch{Totals: []stats.Total{{Hour: 24}}}},
		{"measure of totals in a row", stats.Batch{Rows: []stats.Row{{Dim: stats.DimPage, Counts: stats.Counts{stats.Refused: 1}}}}},
	} {
		if _, err := c.b.AppendBinary(nil); !errors.Is(err, stats.ErrEncoding) {
			t.Errorf("%s: %v, want ErrEncoding", c.name, err)
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	whole, err := sample().AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		var b stats.Batch
		if err := b.UnmarshalBinary(whole[:i]); !errors.Is(err, stats.ErrEncoding) || b.Seq != 0 {
			t.Fatalf("first %d bytes: %v, want ErrEncoding and nothing changed", i, err)
		}
	}
	var b stats.Batch
	if err := b.UnmarshalBinary(append(bytes.Clone(whole), 0)); err == nil {
		t.Error("a byte too many was accepted")
	}
	if err := b.UnmarshalBinary(append([]byte{9}, whole[1:]...)); err == nil {
		t.Error("an unknown version was accepted")
	}
	huge := []byte{1, 0, 0, 0, 0xff, 0xff, 0x03}
	if err := b.UnmarshalBinary(huge); err == nil {
		t.Error("65,535 totals in no bytes were accepted")
	}
}

func FuzzBatch(f *testing.F) {
	whole, _ := sample().AppendBinary(nil)
	f.Add(whole)
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var b stats.Batch
		if b.UnmarshalBinary(data) != nil {
			return
		}
		again, err := b.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x was read as %+v and written as %x, %v", data, b, again, err)
		}
	})
}

func FuzzRestore(f *testing.F) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1})
	pv := page("/")
	a.Add(&pv)
	a.Cut(stats.HourEnd)
	a.Add(&pv)
	snapshot, err := a.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(snapshot)
	f.Add([]byte{1, 1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		a := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1})
		if a.Restore(data) != nil {
			return
		}
		a.Cut(stats.HourEnd)
		for {
			b, ok := a.Outgoing()
			if !ok {
				return
			}
			if _, err := b.AppendBinary(nil); err != nil {
				t.Fatal(err)
			}
			a.Delivered(b)
		}
	})
}
