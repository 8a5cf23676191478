package server

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// speedView is how quick the site is: for the server, and as browsers told of it.
type speedView struct {
	Answers []speedFigure // quantiles of the time to the answer
	Vitals  []vital
	Count   int64
}

type speedFigure struct{ Label, Value string }

// vital is one of the Core Web Vitals at its 75th percentile, and how its values divide.
type vital struct {
	Name, Value, Class string // Class: good, warn, bad
	Verdict            string
	Count              int64
	Parts              []lossPart
}

// thresholds of the Core Web Vitals (https://web.dev/articles/vitals): up to the first a value is good, beyond
// the second poor. They are ends of buckets.
var thresholds = [...]struct {
	dim        stats.Dimension
	good, poor int64
}{
	{stats.DimLCP, 2500, 4000},
	{stats.DimINP, 200, 500},
	{stats.DimCLS, 100, 250},
}

func newSpeedView(ctx context.Context, rep Reports, l *locale, days stats.Range) (*speedView, error) {
	v := &speedView{}
	latency, err := rep.Quantiles(ctx, stats.DimLatency, days)
	if err != nil {
		return nil, err
	}
	v.Count = latency.Count
	for _, share := range []float64{.5, .75, .95, .99} {
		if ms, ok := latency.At(share); ok {
			v.Answers = append(v.Answers, speedFigure{l.T("speed.quantile", l.Percent(share)), milliseconds(l, ms)})
		}
	}
	for _, t := range thresholds {
		q, err := rep.Quantiles(ctx, t.dim, days)
		if err != nil {
			return nil, err
		}
		if at, ok := q.At(.75); ok {
			v.Vitals = append(v.Vitals, newVital(l, &q, at, t.good, t.poor))
		}
	}
	return v, nil
}

func newVital(l *locale, q *stats.Quantiles, at float64, good, poor int64) vital {
	v := vital{Name: l.T("dimension." + q.Dim.String()), Value: amountOf(l, q.Dim)(int64(at)), Class: "good", Count: q.Count}
	switch {
	case at > float64(poor):
		v.Class = "bad"
	case at > float64(good):
		v.Class = "warn"
	}
	v.Verdict = l.T("speed." + v.Class)
	shares := []float64{q.Under(good), q.Under(poor) - q.Under(good), 1 - q.Under(poor)}
	x := 0.0
	for i, class := range []string{"good", "warn", "bad"} {
		v.Parts = append(v.Parts, lossPart{Class: "v-" + class, Label: l.T("speed." + class), Count: int64(shares[i]*float64(q.Count) + .5), X: width0(x), Width: width0(shares[i])})
		x += shares[i]
	}
	return v
}
