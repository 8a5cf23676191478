package stats_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// visitors returns page views of n paths by 500 visitors with 64 sets of attributes.
func visitors(n int) []visit.Pageview {
	list := make([]visit.Pageview, max(n, 1024))
	for i := range list {
		list[i] = visit.Pageview{
			Day: 20_000, Hour: uint8(i % 24), Kind: visit.KindPage, Status: 200,
			Path: "/section" + strconv.Itoa(i%8) + "/page" + strconv.Itoa(i%n), Source: "search.example", Channel: "search",
			Country: "KZ", Region: "Almaty", City: "Almaty", Provider: "AS" + strconv.Itoa(i%8),
			Browser: "Chrome", BrowserVersion: "Chrome " + strconv.Itoa(140+i%8), OS: "Windows", OSVersion: "Windows 11",
			Device: "desktop", Language: "kk",
		}
		if i%3 == 0 {
			list[i].Step = visit.Step{NewVisit: true, NewVisitor: i%6 == 0}
		} else {
			list[i].Source = ""
			list[i].Channel = ""
			list[i].Step = visit.Step{
				Second: i%3 == 1, Seconds: 20, Previous: list[i-1].Path, PreviousDay: 20_000,
				StartedDay: 20_000, StartedHour: uint8(i % 24), StartSource: "search.example", StartChannel: "search",
			}
		}
	}
	return list
}

// benchmarkAdd counts page views that differ in path, as a server makes them: on the stack, out of
// strings that caches hold.
func benchmarkAdd(b *testing.B, paths, shards int) {
	list := visitors(1024)
	names := make([]string, paths)
	for i := range names {
		names[i] = "/section" + strconv.Itoa(i%8) + "/page" + strconv.Itoa(i)
	}
	a := stats.NewAggregator(stats.Options{Instance: "bench", Shards: shards})
	i, previous := 0, names[0]
	add := func() {
		pv := list[i&63]
		pv.Path = names[i*7919%paths]
		if pv.Step.Previous != "" {
			pv.Step.Previous = previous
		}
		previous = pv.Path
		a.Add(&pv)
		i++
	}
	for range 4 * paths {
		add()
	}
	b.ReportAllocs()
	for b.Loop() {
		add()
	}
}

func BenchmarkAddHot(b *testing.B)   { benchmarkAdd(b, 8, 2) }
func BenchmarkAdd32000(b *testing.B) { benchmarkAdd(b, 32_000, 2) }

func BenchmarkAddParallel(b *testing.B) {
	list := visitors(512)
	a := stats.NewAggregator(stats.Options{Instance: "bench"})
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		i := int(n.Add(7919))
		for pb.Next() {
			a.Add(&list[i%len(list)])
			i += 31
		}
	})
}

func BenchmarkCut(b *testing.B) {
	for _, paths := range []int{100, 3000} {
		b.Run(fmt.Sprint(paths), func(b *testing.B) {
			list := visitors(paths)
			a := stats.NewAggregator(stats.Options{Instance: "bench"})
			b.ReportAllocs()
			for b.Loop() {
				for i := range list {
					a.Add(&list[i])
				}
				a.Cut(stats.HourEnd)
				for {
					batch, ok := a.Outgoing()
					if !ok {
						break
					}
					a.Delivered(batch)
				}
			}
		})
	}
}

// years is a source of a year with so many values a day.
type years struct {
	*memory
	values []string
}

func (y years) Rows(_ context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	c := stats.Counts{stats.Views: 9, stats.Visits: 5, stats.Visitors: 5, stats.Requests: 12}
	for day := first; day <= last; day++ {
		for _, value := range y.values {
			f(stats.Row{Day: day, Dim: dim, Value: value, Counts: c})
		}
	}
	return nil
}

func BenchmarkTopOfAYearUnderAFilter(b *testing.B) {
	y := years{memory: newMemory()}
	for i := range 1000 {
		y.values = append(y.values, stats.JoinPair("/section/page"+strconv.Itoa(i/10), "C"+strconv.Itoa(i%10)))
	}
	r, err := stats.NewReports(y, nil, stats.ReportOptions{}).Under(stats.Filter{Dim: stats.DimCountry, Value: "C3"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Top(b.Context(), stats.Query{Dim: stats.DimPage, Range: stats.Range{First: 1, Last: 365}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTopOfAYear(b *testing.B) {
	y := years{memory: newMemory()}
	for i := range 1000 {
		y.values = append(y.values, "/section/page"+strconv.Itoa(i))
	}
	r := stats.NewReports(y, nil, stats.ReportOptions{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Top(b.Context(), stats.Query{Dim: stats.DimPage, Range: stats.Range{First: 1, Last: 365}}); err != nil {
			b.Fatal(err)
		}
	}
}
