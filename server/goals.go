package server

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// goalView is what visits reached of the site's plan.
type goalView struct {
	Goals   []goalRow
	Funnels []funnel
	Some    bool // the site has a plan
}

type goalRow struct {
	Name, Width    string
	Events, Visits int64
	Rate           float64
}

// funnel is a way through the site, step by step.
type funnel struct {
	Name  string
	Steps []funnelStep
	Whole float64 // share of those at the first step that reached the last
}

type funnelStep struct {
	Aim, Width string
	Visits     int64
	Kept       float64
	First      bool
}

func newGoalView(ctx context.Context, s *Server, rep Reports, days stats.Range) (*goalView, error) {
	v := &goalView{Some: s.cfg.Plan != nil}
	goals, funnels, err := rep.Goals(ctx, s.cfg.Plan, days)
	if err != nil {
		return nil, err
	}
	var most float64
	for _, g := range goals {
		most = max(most, g.Rate)
	}
	for _, g := range goals {
		row := goalRow{Name: clean(g.Name, valueMax), Events: g.Events, Visits: g.Visits, Rate: g.Rate, Width: "0%"}
		if most > 0 {
			row.Width = width(g.Rate / most)
		}
		v.Goals = append(v.Goals, row)
	}
	for _, f := range funnels {
		v.Funnels = append(v.Funnels, newFunnel(f))
	}
	return v, nil
}

func newFunnel(f stats.FunnelReport) funnel {
	out := funnel{Name: clean(f.Name, valueMax)}
	for i, step := range f.Steps {
		aim := step.Aim.Page
		if aim == "" {
			aim = step.Aim.Event
		}
		row := funnelStep{Aim: clean(aim, valueMax), Visits: step.Visits, Kept: step.Kept, Width: "0%", First: i == 0}
		if first := f.Steps[0].Visits; first > 0 {
			out.Whole = float64(step.Visits) / float64(first)
			row.Width = width(out.Whole)
		}
		out.Steps = append(out.Steps, row)
	}
	return out
}
