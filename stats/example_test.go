package stats_test

import (
	"context"
	"fmt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Six people from Kazakhstan and one from Germany look at a page. The one is in the totals, and nowhere else.
func Example() {
	ctx, store := context.Background(), newMemory()
	live := stats.NewAggregator(stats.Options{Instance: "example"})
	for _, country := range []string{"KZ", "KZ", "KZ", "DE", "KZ", "KZ", "KZ"} {
		live.Add(&visit.Pageview{
			Day: 20_000, Hour: 12, Kind: visit.KindPage, Status: 200, Path: "/", Country: country,
			Step: visit.Step{NewVisitor: true, NewVisit: true},
		})
	}
	flusher := stats.NewFlusher(live, stats.Direct(store), stats.FlusherOptions{})
	if err := flusher.Flush(ctx); err != nil {
		fmt.Println(err)
	}
	reports := stats.NewReports(store, live, stats.ReportOptions{})
	top, err := reports.Top(ctx, stats.Query{Dim: stats.DimCountry, Range: stats.Range{First: 20_000, Last: 20_000}})
	if err != nil {
		fmt.Println(err)
	}
	for _, line := range top.Lines {
		fmt.Println(line.Value, line.Counts[stats.Visitors])
	}
	fmt.Println("other", top.Other.Counts[stats.Visitors])
	// Output:
	// KZ 6
	// other 1
}
