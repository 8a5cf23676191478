package server

import (
	"sort"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// riskSpan is what the page is of: when each bar of the drawing begins, hours for a day and days of the site's zone for more.
type riskSpan struct {
	days  int
	edges []time.Time
}

func riskSpanOf(now time.Time, days int, zone *time.Location) riskSpan {
	span := riskSpan{days: days}
	if days == 1 {
		for i := range 24 {
			span.edges = append(span.edges, now.Truncate(time.Hour).Add(time.Duration(i-23)*time.Hour))
		}
		return span
	}
	now = now.In(zone)
	for i := range days {
		span.edges = append(span.edges, time.Date(now.Year(), now.Month(), now.Day()+i+1-days, 0, 0, 0, 0, zone))
	}
	return span
}

func (s *riskSpan) first() time.Time { return s.edges[0] }

// label names the bar that begins at a time.
func (s *riskSpan) label(l *locale, t time.Time, zone *time.Location) string {
	if s.days == 1 {
		return l.Moment(t, zone)
	}
	return l.DateOf(t)
}

// doneAndWould is how many incidents something was done about, and about how many it would have been.
func doneAndWould(counts map[risk.Outcome]int64) (did, would int64) {
	for o, n := range counts {
		if o.Mode == risk.ModeEnforce {
			did += n
		} else {
			would += n
		}
	}
	return did, would
}

// bars draws what happened.
func bars(l *locale, hours []risk.Hour, span *riskSpan, zone *time.Location) (all []riskBar, most int64) {
	type sum struct{ did, would int64 }
	sums := make([]sum, len(span.edges))
	for i := range hours {
		at := max(0, sort.Search(len(sums), func(j int) bool { return span.edges[j].After(hours[i].At) })-1) // an hour that reaches in is of the first
		did, would := doneAndWould(hours[i].Counts)
		sums[at].did += did
		sums[at].would += would
	}
	for _, s := range sums {
		most = max(most, s.did+s.would)
	}
	for i, s := range sums {
		did, would := scaled(s.did, most), scaled(s.would, most)
		all = append(all, riskBar{
			Label: span.label(l, span.edges[i], zone), X: i * barStep, DoneY: barHeight - did, DoneH: did, WouldY: barHeight - did - would, WouldH: would,
			Did: l.Number(s.did), Would: l.Number(s.would),
		})
	}
	return all, most
}

// scaled is a height; what is there at all is seen.
func scaled(n, most int64) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return max(2, int(n*(barHeight-4)/most))
}
