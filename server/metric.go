package server

import (
	"math"

	"github.com/kelisim/kelisim/stats"
)

// metric is one of the numbers at the head of the overview. Its name is a key of the locales and
// stands in addresses.
type metric struct {
	Name  string
	Value func(c *stats.Counts) float64
	Unit  unit
	Mood  int  // what an increase is: 1 good, -1 bad, 0 neither
	Daily bool // under a page it is known of days, not of hours
}

type unit uint8

const (
	unitCount unit = iota
	unitShare
	unitSeconds
	unitRatio
)

func count(m stats.Measure) func(*stats.Counts) float64 {
	return func(c *stats.Counts) float64 { return float64(c[m]) }
}

// pervisit is a measure over visits, of a page over those that began there; NaN where there are none.
func pervisit(a stats.Measure) func(*stats.Counts) float64 {
	return func(c *stats.Counts) float64 {
		visits := c[stats.Visits]
		if visits == 0 {
			visits = c[stats.Entries]
		}
		if visits == 0 {
			return math.NaN()
		}
		return math.Max(0, float64(c[a])/float64(visits))
	}
}

func metrics() []metric {
	return []metric{
		{"visitors", count(stats.Visitors), unitCount, 1, false},
		{"visits", count(stats.Visits), unitCount, 1, false},
		{"views", count(stats.Views), unitCount, 1, false},
		{"pervisit", pervisit(stats.Views), unitRatio, 1, false},
		{"bounce", pervisit(stats.Bounces), unitShare, -1, false},
		{"duration", pervisit(stats.Seconds), unitSeconds, 1, false},
		{"refused", count(stats.Refused), unitCount, 0, false},
		{"bots", count(stats.Bots), unitCount, 0, false},
	}
}

// narrowed reports whether m is counted under a filter too.
func (m metric) narrowed() bool {
	switch m.Name {
	case "visitors", "visits", "views", "pervisit", "bounce", "duration":
		return true
	}
	return false
}

// findMetric returns the metric with the given name, the first one for an unknown name.
func findMetric(name string) metric {
	all := append(metrics(), pageMetrics()...)
	for _, m := range all {
		if m.Name == name {
			return m
		}
	}
	return all[0]
}

// Format writes a value of u.
func (u unit) Format(l *locale, v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case u == unitShare:
		return l.Percent(v)
	case u == unitSeconds:
		return l.Duration(v)
	case u == unitRatio:
		return l.Decimal(v, 2)
	}
	return l.Number(int64(math.Round(v)))
}

// change is how a value stands to the one before.
type change struct {
	Known bool
	Sign  int    // -1, 0, 1
	Mood  string // good, bad, even
	Text  string // "12 %"
	Words string // for those who do not see the arrow
}

func compare(l *locale, m metric, now, before float64) change {
	if math.IsNaN(now) || math.IsNaN(before) || (before == 0 && m.Unit != unitShare) {
		return change{}
	}
	c := change{Known: true, Mood: "even"}
	diff := now - before
	if m.Unit == unitShare {
		c.Text = l.T("format.points", l.Decimal(math.Abs(diff)*100, 1))
		diff *= 1000
	} else {
		diff /= before
		c.Text = l.Percent(math.Abs(diff))
		diff *= 1000
	}
	switch {
	case math.Abs(diff) < 0.5:
		c.Words = l.T("change.same")
		return c
	case diff > 0:
		c.Sign, c.Words = 1, l.T("change.more")
	default:
		c.Sign, c.Words = -1, l.T("change.less")
	}
	switch c.Sign * m.Mood {
	case 1:
		c.Mood = "good"
	case -1:
		c.Mood = "bad"
	}
	return c
}
