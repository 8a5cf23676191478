package server

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// failChart is how much of what was asked for failed, over time.
type failChart struct {
	Title    string
	Top      string // what the highest column stands for
	Columns  []failColumn
	Keys     []lossPart
	From, To string
}

// failColumn is one stretch of time: faults of the server stand on what was refused.
type failColumn struct {
	Label, Title          string
	Requests, Bad, Broken int64
	Failed, Slow          string
	X, Width              string
	BadY, BadHeight       string
	BrokenY, BrokenHeight string
}

// chartShare is the least share that the whole height stands for: a tenth of a percent shall not look like a fire.
const chartShare = .02

func (s *Server) newFailChart(ctx context.Context, l *locale, p *period, provider string) (chart failChart, err error) {
	chart.Title = l.T("networks.chart." + string(p.By))
	var now series
	if provider == "" {
		now, err = readSeries(ctx, s.cfg.Reports, p, p.First, p.Last, noCutoff)
	} else {
		now, err = s.answered(ctx, p, provider)
	}
	if err != nil || now.Total[stats.Requests] <= 0 {
		return chart, err
	}
	most := chartShare
	for i := range now.Columns {
		most = max(most, failedShare(&now.Columns[i].Counts))
	}
	chart.Top = l.Percent(most)
	n := float64(len(now.Columns))
	for i := range now.Columns {
		c := &now.Columns[i]
		counts := &c.Counts
		bad, broken := shareOf(counts[stats.Rejects], counts[stats.Requests])/most, shareOf(counts[stats.Faults], counts[stats.Requests])/most
		out := failColumn{
			Label: c.label(l, p), Requests: max(0, counts[stats.Requests]), Bad: max(0, counts[stats.Rejects]), Broken: max(0, counts[stats.Faults]),
			Failed: l.Percent(failedShare(counts)), Slow: l.Percent(shareOf(counts[stats.Slow], counts[stats.Requests])),
			X: width0((float64(i) + .1) / n), Width: width0(.8 / n),
			BrokenY: width0(1 - broken), BrokenHeight: width0(broken), BadY: width0(1 - broken - bad), BadHeight: width0(bad),
		}
		out.Title = out.Label + ": " + l.T("networks.column", out.Failed, l.Number(out.Requests))
		chart.Columns = append(chart.Columns, out)
	}
	chart.From, chart.To = chart.Columns[0].Label, chart.Columns[len(chart.Columns)-1].Label
	chart.Keys = []lossPart{
		{Class: "v-bad", Label: l.T("networks.5xx"), Count: max(0, now.Total[stats.Faults])}, {Class: "v-warn", Label: l.T("networks.4xx"), Count: max(0, now.Total[stats.Rejects])},
	}
	return chart, nil
}

// answered sorts what one provider was answered into columns.
func (s *Server) answered(ctx context.Context, p *period, provider string) (series, error) {
	out := series{Columns: columns(p, p.First, p.Last)}
	hours, err := s.cfg.Reports.Answered(ctx, p.days(), provider)
	for i := range hours {
		for at := range out.Columns {
			if out.Columns[at].holds(hours[i].Day, int(hours[i].Hour)) {
				out.add(at, hours[i].Day, int(hours[i].Hour), &hours[i].Counts, true)
				break
			}
		}
	}
	return out, err
}
