package attack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// strangers are the floors of a share link.
var strangers = stats.Floors{Person: 20, Open: 20}

// shared is what a share link may show of the day: totals, and every value of every list. It has none of what networks are
// answered, and no filters.
func shared(ctx context.Context, r *stats.Reports) (*attack.Dump, error) {
	d := &attack.Dump{Rows: map[attack.Cell]stats.Counts{}}
	days := stats.Range{First: attack.Day(), Last: attack.Day()}
	for dim := range stats.Dimensions() {
		if strings.HasPrefix(dim.String(), "net") && dim != stats.DimNetwork {
			continue
		}
		top, err := r.Top(ctx, stats.Query{Dim: dim, Range: days, Limit: 10_000})
		if err != nil {
			return nil, err
		}
		for _, l := range top.Lines {
			d.Rows[attack.Cell{Dim: dim, Value: l.Value}] = l.Counts
		}
	}
	points, err := r.Series(ctx, days, stats.ByHour, nil)
	for hour, p := range points {
		d.Hours[hour] = p.Counts
	}
	return d, err
}

// TestAShareLinkTellsNoCellBelowItsFloor subtracts what a share link shows from its totals, and its lists from each other, at
// moments of an open day and after its close.
func TestAShareLinkTellsNoCellBelowItsFloor(t *testing.T) {
	t.Parallel()
	plain, told := 0, 0
	for seed := range uint64(12) {
		guards := 1 + 3*int(seed%2)
		addrs := [...]int{60, 200, 600}[seed%3]
		m := newMemory()
		site, err := attack.NewSite(attack.NewPopulation(addrs, rand.New(rand.NewPCG(seed, 5))), m, attack.Rules{Seed: seed, Guards: guards})
		if err != nil {
			t.Fatal(err)
		}
		look := func(moment string) {
			t.Helper()
			for _, apart := range []bool{false, true} {
				d, err := shared(t.Context(), stats.NewReports(m, nil, stats.ReportOptions{Floors: strangers, Apart: apart}))
				if err != nil {
					t.Fatal(err)
				}
				below := attack.DifferencesUnder(site, d, strangers)
				if !apart {
					plain += len(below)
					continue
				}
				told += len(d.Rows)
				report(t, fmt.Sprintf("%d addresses, %d guards, %s", addrs, guards, moment), below)
			}
		}
		for hour := range 4 {
			from := float64(8+hour) / 24
			if err := site.Run(t.Context(), addrs/2, from, from+1./24); err != nil {
				t.Fatal(err)
			}
			look(fmt.Sprint("hour ", 8+hour))
		}
		if err := site.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		look("closed")
	}
	if plain == 0 || told < 200 {
		t.Errorf("%d cells below the floor are told where reports are not set apart, %d lines where they are: this test cannot fail", plain, told)
	}
}

// TestTwoReadsOfAShareLinkTellNoVisitor plays a page view a second and reads the link after each, and what waits in memory as an
// admin does. Were either told of each page view, each reading would tell the country, page and browser of one visitor together.
func TestTwoReadsOfAShareLinkTellNoVisitor(t *testing.T) {
	t.Parallel()
	for _, reader := range []struct {
		waiting  bool
		together int
		found    bool
	}{{}, {waiting: true}, {waiting: true, together: 1, found: true}} {
		p, m := attack.NewPopulation(300, rand.New(rand.NewPCG(2, 2))), newMemory()
		site, err := attack.NewSite(p, m, attack.Rules{Seed: 2, Together: reader.together})
		if err != nil {
			t.Fatal(err)
		}
		live := site.Live(0).Resting()
		if reader.waiting {
			live = site.Live(0)
		}
		r := stats.NewReports(m, live, stats.ReportOptions{Floors: strangers, Apart: true})
		before, rows := &attack.Dump{}, 0
		var steps []attack.Step
		site.Watch = func(stats.Batch) {
			after, err := shared(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			step := attack.Difference(before, after)
			steps, before = append(steps, step), after
			if len(step.Rows) > 0 {
				rows++
			}
		}
		const hour = 1. / 24
		if err := site.Run(t.Context(), 300, hour-300./86400, hour); err != nil {
			t.Fatal(err)
		}
		joint := attack.Joint(steps, fewest)
		if reader.found {
			if len(joint) == 0 {
				t.Error("each page view is told, and nothing is found: this test cannot fail")
			}
			continue
		}
		report(t, "together", joint)
		if rows < 5 {
			t.Errorf("%d differences, %d of them with rows", len(steps), rows)
		}
	}
}
