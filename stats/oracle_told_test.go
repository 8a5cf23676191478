package stats_test

import (
	"fmt"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// aims is the plan of random sites.
func aims() *visit.Plan {
	plan, err := visit.NewPlan([]visit.Goal{
		{Name: "bought", Aim: visit.Aim{Page: "/shop/x"}}, {Name: "read", Aim: visit.Aim{Page: "/blog/**"}}, {Name: "signed up", Aim: visit.Aim{Event: "signup"}},
	}, []visit.Funnel{
		{Name: "shop", Steps: []visit.Aim{{Page: "/"}, {Page: "/shop/x"}}},
		{Name: "reader", Steps: []visit.Aim{{Page: "/blog"}, {Event: "signup"}, {Page: "/blog/a"}}},
	})
	if err != nil {
		panic(err)
	}
	return plan
}

// meets reports whether something meets an aim: of the plan above, spelled out once more.
func meets(a, is visit.Aim) bool {
	if a.Page == "/blog/**" {
		return is.Page == "/blog/a" || is.Page == "/blog/b"
	}
	return a == is
}

// signalled is one thing that a page told of.
type signalled struct {
	who   int
	at    time.Time
	dim   stats.Dimension
	value string
}

// returned is a visitor with consent who was seen on a day, and what their browser kept of earlier ones.
type returned struct {
	who    int
	day    stats.Day
	before stats.Return // what the browser knew on the first of these days; it is the same for all of them
}

// countTold counts what was told of: signals, how pages were read, answers, returning visitors and what visits reached.
func (o *oracle) countTold(t *tally) {
	firsts := map[string]bool{}
	for _, s := range o.signals {
		day := visitDay(s.at)
		t.row(day, s.dim, s.value, stats.Events, 1)
		if key := fmt.Sprint(s.who, day, s.dim, s.value); !firsts[key] {
			firsts[key] = true
			t.row(day, s.dim, s.value, stats.Visitors, 1)
		}
	}
	for _, j := range o.visits {
		for i := range j.pages {
			t.read(&j.pages[i])
		}
		o.countAims(t, j)
	}
	for i := range o.acts {
		t.act(&o.acts[i])
	}
	o.countReturns(t)
}

// read counts how a page view went on.
func (t *tally) read(s *seen) {
	if s.tells == 0 {
		return
	}
	day, hour := visit.DayOf(s.at, time.UTC)
	for m, n := range map[stats.Measure]int{stats.Beacons: 1, stats.Engaged: s.engaged, stats.Scrolled: s.scrolled} {
		t.total(day, hour, m, int64(n))
		t.page(day, s.path, m, int64(n))
	}
	t.row(day, stats.DimEngaged, bucket([]int{1, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1800}, s.engaged), stats.Events, 1)
	t.row(day, stats.DimScroll, bucket([]int{10, 25, 50, 75, 90, 100}, s.scrolled), stats.Events, 1)
}

// countAims counts the goals and steps of funnels that a visit reached.
func (o *oracle) countAims(t *tally, j *journey) {
	for _, g := range o.plan.Goals() {
		before := false
		for _, m := range j.met {
			if !meets(g.Aim, m.aim) {
				continue
			}
			t.row(visitDay(m.at), stats.DimGoal, g.Name, stats.Events, 1)
			if !before {
				t.row(visitDay(m.at), stats.DimGoal, g.Name, stats.Visits, 1)
			}
			before = true
		}
	}
	for _, f := range o.plan.Funnels() {
		step := 0
		for _, m := range j.met {
			if step < len(f.Steps) && meets(f.Steps[step], m.aim) {
				step++
				t.row(visitDay(m.at), stats.DimFunnel, fmt.Sprintf("%s/%d", f.Name, step), stats.Events, 1)
				t.row(visitDay(m.at), stats.DimFunnel, fmt.Sprintf("%s/%d", f.Name, step), stats.Visits, 1)
			}
		}
	}
}

// act counts a question or an answer.
func (t *tally) act(a *stats.Act) {
	t.total(a.Day, a.Hour, stats.Events, 1)
	t.row(a.Day, stats.DimConsent, a.Method+"/"+string(a.Outcome), stats.Events, 1)
	for _, p := range a.Purposes {
		switch a.Outcome {
		case stats.OutcomeCustomised:
			t.row(a.Day, stats.DimConsentPurpose, p+"/granted", stats.Events, 1)
		case stats.OutcomeWithdrawn:
			t.row(a.Day, stats.DimConsentPurpose, p+"/withdrawn", stats.Events, 1)
		}
	}
	shown := a.Outcome == stats.OutcomeShown
	if a.Facets == nil || !shown && a.Outcome != stats.OutcomeAccepted && a.Outcome != stats.OutcomeCustomised {
		return
	}
	for dim, value := range map[stats.Dimension]string{
		stats.DimConsentCountry: a.Facets.Country, stats.DimConsentLanguage: a.Facets.Language, stats.DimConsentDevice: a.Facets.Device,
		stats.DimConsentVariant: a.Facets.Variant, stats.DimConsentTime: a.Facets.Time,
	} {
		if value == "" && (dim == stats.DimConsentVariant || dim == stats.DimConsentTime) || shown && dim == stats.DimConsentTime {
			continue
		}
		t.row(a.Day, dim, value+"/"+string(a.Outcome), stats.Events, 1)
	}
}

// countReturns counts visitors who consented: different ones of days, weeks and months, looked at as a whole.
func (o *oracle) countReturns(t *tally) {
	seen := map[string]bool{}
	for _, r := range o.returns {
		once := func(of string, dim stats.Dimension, value string) {
			if key := fmt.Sprint(r.who, of, dim); !seen[key] {
				seen[key] = true
				t.row(r.day, dim, value, stats.Events, 1)
				t.row(r.day, dim, value, stats.Visitors, 1)
			}
		}
		first, known := r.before.First, r.before.Known
		if !known {
			once("ever", stats.DimReturn, stats.ReturnNew)
			first = o.firstDay(r.who)
		}
		once(r.day.String(), stats.DimReturn, stats.ReturnDay)
		if !known || week(r.before.Last) != week(r.day) {
			once("week "+week(r.day), stats.DimReturn, stats.ReturnWeek)
		}
		if !known || month(r.before.Last) != month(r.day) {
			once("month "+month(r.day), stats.DimReturn, stats.ReturnMonth)
			once("month "+month(r.day), stats.DimCohort, month(first))
		}
	}
}

// firstDay is the first day of a visitor whose browser knew of none.
func (o *oracle) firstDay(who int) stats.Day {
	for _, r := range o.returns {
		if r.who == who {
			return r.day
		}
	}
	return 0
}

func week(d stats.Day) string {
	year, n := d.Time(time.UTC).ISOWeek()
	return fmt.Sprint(year, n)
}

func month(d stats.Day) string { return d.Time(time.UTC).Format("2006-01") }
