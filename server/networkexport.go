package server

import (
	"context"
	"math"

	"github.com/kelisim/kelisim/stats"
)

// exportNetworks writes what each provider was answered, and within how many milliseconds half and 95 % of it.
func exportNetworks(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	spec, _ := findList("netprovider")
	measures := spec.columns()
	file := exported{K: rep.Floors().Of(spec.Dim), Rows: []exportedRow{}}
	top, err := rep.Top(ctx, stats.Query{Dim: spec.Dim, Range: p.days(), Sort: spec.Order, Limit: all})
	if err != nil {
		return file, nil, err
	}
	waits, err := rep.Waits(ctx, p.days())
	file.Total, file.Other = named(&top.Whole, measures), named(&top.Other.Counts, measures)
	for _, line := range top.Lines {
		counts := named(&line.Counts, measures)
		if q := waits[line.Value]; q != nil {
			half, _ := q.At(.5)
			most, _ := q.At(.95)
			counts["p50ms"], counts["p95ms"] = int64(math.Ceil(half)), int64(math.Ceil(most))
		}
		file.Rows = append(file.Rows, exportedRow{Value: clean(line.Value, valueMax), Counts: counts})
	}
	return file, append(texts(measures), "p50ms", "p95ms"), err
}

// exportSpikes writes the hours in which errors came from one provider; the usual is in thousandths.
func exportSpikes(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{K: rep.Floors().Of(stats.DimNetHour), Total: map[string]int64{}, Rows: []exportedRow{}}
	spikes, err := rep.Spikes(ctx, p.days())
	for i := range spikes {
		s := &spikes[i]
		file.add(exportedRow{Value: clean(s.Provider, valueMax), Time: s.Day.String() + "T" + clock(s.Hour), Counts: map[string]int64{
			"requests": s.Requests, "rejects": s.Rejects, "faults": s.Faults, "usual_permille": int64(math.Round(s.Usual * 1000)),
		}})
	}
	delete(file.Total, "usual_permille")
	return file, []string{"requests", "rejects", "faults", "usual_permille"}, err
}
