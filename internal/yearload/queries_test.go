package yearload_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// query is one report of the dashboard.
type query struct {
	name string
	ask  func(context.Context, *stats.Reports, stats.Range) error
}

// queries are all reports that a page of the dashboard asks for.
func queries() []query {
	list := []query{
		{"summary", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Summary(ctx, d)
			return err
		}},
		{"comparison", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Compare(ctx, d, d.Previous())
			return err
		}},
		{"series by day", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Series(ctx, d, stats.ByDay, nil)
			return err
		}},
		{"series by day, another zone", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Series(ctx, d, stats.ByDay, time.FixedZone("", 5*3600))
			return err
		}},
		{"hours of the week", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Hours(ctx, d)
			return err
		}},
		{"folds", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Folds(ctx, d)
			return err
		}},
		{"consents", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Consents(ctx, d)
			return err
		}},
		{"loyalty", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Loyalty(ctx, d, stats.ByMonth)
			return err
		}},
		{"cohorts", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, _, err := r.Cohorts(ctx, d)
			return err
		}},
		{"flows", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, _, err := r.Flows(ctx, d, "", 20)
			return err
		}},
		{"latency quantiles", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Quantiles(ctx, stats.DimLatency, d)
			return err
		}},
	}
	for dim := range stats.Dimensions() {
		list = append(list, query{"list of " + dim.String(), func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Top(ctx, stats.Query{Dim: dim, Range: d})
			return err
		}})
	}
	list = append(list, query{"search in pages", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
		_, err := r.Top(ctx, stats.Query{Dim: stats.DimPage, Range: d, Search: "article-1"})
		return err
	}})
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimCity} {
		list = append(list, query{fmt.Sprintf("list of %v, shared", dim), func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			_, err := r.Top(ctx, stats.Query{Dim: dim, Range: d})
			return err
		}})
	}
	for _, f := range []stats.Filter{{Dim: stats.DimCountry, Value: "KZ"}, {Dim: stats.DimPage, Value: "/section-0/title-of-article-0"}, {Dim: stats.DimDevice, Value: "mobile"}} {
		list = append(list, filtered(f)...)
	}
	return list
}

// filtered are reports narrowed to one value.
func filtered(f stats.Filter) (list []query) {
	add := func(name string, ask func(context.Context, *stats.Reports, stats.Range) error) {
		list = append(list, query{fmt.Sprintf("%s under a %v", name, f.Dim), func(ctx context.Context, r *stats.Reports, d stats.Range) error {
			under, err := r.Under(f)
			if err != nil {
				return err
			}
			return ask(ctx, under, d)
		}})
	}
	add("summary", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
		_, err := r.Summary(ctx, d)
		return err
	})
	add("hours", func(ctx context.Context, r *stats.Reports, d stats.Range) error {
		_, err := r.Hours(ctx, d)
		return err
	})
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimCountry, stats.DimBrowser, stats.DimCity} {
		if f.Narrows(dim) {
			add("list of "+dim.String(), func(ctx context.Context, r *stats.Reports, d stats.Range) error {
				_, err := r.Top(ctx, stats.Query{Dim: dim, Range: d})
				return err
			})
		}
	}
	return list
}

// timed is how long a query takes: the first time after the store forgot all, then half of the times, 95 of 100, and at most.
type timed struct {
	name                string
	cold, p50, p95, max time.Duration
}

// shared is the floor of share links: what is added up for the dashboard's is not enough for it.
var shared = stats.Floors{Person: 20, Open: 20}

// measure asks every query a few times and tells the slowest; over a full year it tells all, and which are slower than wanted.
func measure(t *testing.T, cold func() store, span stats.Range, rounds int, full bool) {
	t.Helper()
	var all []timed
	for _, q := range queries() {
		o := stats.ReportOptions{Zone: time.UTC}
		if strings.HasSuffix(q.name, ", shared") {
			o.Floors, o.Apart = shared, true
		}
		rep := stats.NewReports(cold(), nil, o)
		took := make([]time.Duration, 0, rounds)
		for range rounds + 1 {
			began := time.Now()
			if err := q.ask(t.Context(), rep, span); err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			took = append(took, time.Since(began))
		}
		first := took[0]
		took = took[1:]
		slices.Sort(took)
		all = append(all, timed{q.name, first, took[rounds/2], took[(rounds*95+99)/100-1], took[rounds-1]})
	}
	slices.SortFunc(all, func(a, b timed) int { return int(b.p95 - a.p95) })
	slow, slowCold := 0, 0
	for i, q := range all {
		if q.p95 > wanted {
			slow++
		}
		if q.cold > wantedCold {
			slowCold++
		}
		if i < 15 || full {
			t.Logf("%-32s cold %7.1f  p50 %7.1f  p95 %7.1f  max %7.1f ms", q.name, ms(q.cold), ms(q.p50), ms(q.p95), ms(q.max))
		}
	}
	t.Logf("%d reports, %d of them above %v at p95, %d above %v when cold", len(all), slow, wanted, slowCold, wantedCold)
	if limit := 2 * time.Second; !full && all[0].p95 > limit {
		t.Errorf("%s takes %v over a small store", all[0].name, all[0].p95)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
