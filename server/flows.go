package server

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// flowView is where visits went from the page on which they began.
type flowView struct {
	From []flowFrom
	K    int
	Went int64 // visits that went on, those to pages that are not told included
	Told int64

	Since string // the first day of which ways are kept, where it is within the range
}

// flowFrom is an entry page with the pages after it.
type flowFrom struct {
	Page   string
	Href   string // narrows the reports to it
	Visits int64
	To     []flowTo
}

type flowTo struct {
	Page, Width string
	Visits      int64
	Share       float64
}

// Bounds of the panel.
const (
	flowPages = 6
	flowNexts = 4
	flowRead  = 500
)

func newFlowView(ctx context.Context, rep Reports, days stats.Range, a address) (*flowView, error) {
	f, from := rep.Filter(), ""
	if f.Dim == stats.DimPage {
		from = f.Value
	}
	flows, went, err := rep.Flows(ctx, days, from, flowRead)
	if err != nil {
		return nil, err
	}
	v := &flowView{K: rep.Floors().Of(stats.DimFlow), Went: went}
	at := map[string]int{}
	for _, flow := range flows {
		v.Told += flow.Visits
		i, ok := at[flow.From]
		if !ok {
			if len(v.From) == flowPages {
				continue
			}
			i = len(v.From)
			at[flow.From] = i
			v.From = append(v.From, flowFrom{Page: clean(flow.From, valueMax), Href: a.With(filterParam, filterText(stats.Filter{Dim: stats.DimPage, Value: flow.From}))})
		}
		v.From[i].Visits += flow.Visits
		if len(v.From[i].To) < flowNexts {
			v.From[i].To = append(v.From[i].To, flowTo{Page: clean(flow.To, valueMax), Visits: flow.Visits})
		}
	}
	for i := range v.From {
		for j := range v.From[i].To {
			to := &v.From[i].To[j]
			to.Share = float64(to.Visits) / float64(v.From[i].Visits)
			to.Width = width(to.Share)
		}
	}
	return v, nil
}
