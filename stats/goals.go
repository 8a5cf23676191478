package stats

import (
	"context"
	"strconv"

	"github.com/kelisim/kelisim/visit"
)

// FunnelStep returns the value of [DimFunnel] for a step of a funnel; 1 is the first.
func FunnelStep(funnel string, step int) string { return funnel + "/" + strconv.Itoa(step) }

// GoalReport is how often a goal was reached.
type GoalReport struct {
	Name   string
	Events int64   // how often
	Visits int64   // by how many visits
	Rate   float64 // share of all visits of the range, 0–1
}

// FunnelReport is how far visits came in a funnel.
type FunnelReport struct {
	Name  string
	Steps []FunnelStepReport
}

// FunnelStepReport is one step of a funnel.
type FunnelStepReport struct {
	Aim    visit.Aim
	Visits int64   // that reached the step
	Kept   float64 // share of those at the step before; of all visits for the first step
}

// Goals returns what was reached of a plan in the range, in the plan's order. Goals and funnels count from
// the day on which they were defined; a visit counts on the day on which it reaches them.
func (r *Reports) Goals(ctx context.Context, plan *visit.Plan, days Range) ([]GoalReport, []FunnelReport, error) {
	sum, err := r.Summary(ctx, days)
	if err != nil {
		return nil, nil, err
	}
	goals, err := r.sums(ctx, DimGoal, days)
	if err != nil {
		return nil, nil, err
	}
	steps, err := r.sums(ctx, DimFunnel, days)
	if err != nil {
		return nil, nil, err
	}
	var told []GoalReport
	for _, g := range plan.Goals() {
		c := goals[g.Name]
		told = append(told, GoalReport{g.Name, c[Events], c[Visits], share(c[Visits], sum.Counts[Visits])})
	}
	var funnels []FunnelReport
	for _, f := range plan.Funnels() {
		report, before := FunnelReport{Name: f.Name}, sum.Counts[Visits]
		for i, aim := range f.Steps {
			visits := steps[FunnelStep(f.Name, i+1)][Visits]
			report.Steps = append(report.Steps, FunnelStepReport{aim, visits, share(visits, before)})
			before = visits
		}
		funnels = append(funnels, report)
	}
	return told, funnels, nil
}

// sums returns the counts of a dimension by value.
func (r *Reports) sums(ctx context.Context, dim Dimension, days Range) (map[string]Counts, error) {
	top, err := r.Top(ctx, Query{Dim: dim, Range: days, Limit: 10_000})
	if err != nil {
		return nil, err
	}
	all := make(map[string]Counts, len(top.Lines))
	for _, l := range top.Lines {
		all[l.Value] = l.Counts
	}
	return all, nil
}

func share(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(max(float64(part)/float64(whole), 0), 1)
}
