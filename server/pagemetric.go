package server

import (
	"math"

	"github.com/kelisim/kelisim/stats"
)

// pageMetrics are the numbers at the head of the overview where it is narrowed to a page: what is known of the page, not of visits. Those that
// are daily are known of days and not of their hours.
func pageMetrics() []metric {
	return []metric{
		{Name: "visitors", Value: count(stats.Visitors), Mood: 1, Daily: true},
		{Name: "views", Value: count(stats.Views), Mood: 1},
		{Name: "entries", Value: count(stats.Entries), Mood: 1},
		{Name: "exits", Value: count(stats.Exits), Daily: true},
		{Name: "bounced", Value: pervisit(stats.Bounces), Unit: unitShare, Mood: -1},
		{Name: "onpage", Value: onPage, Unit: unitSeconds, Mood: 1, Daily: true},
	}
}

// onPage is the mean time on a page, of the page views of which it is known; NaN where there are none.
func onPage(c *stats.Counts) float64 {
	if c[stats.Timed] <= 0 {
		return math.NaN()
	}
	return math.Max(0, float64(c[stats.Seconds])/float64(c[stats.Timed]))
}

// metricsUnder are the numbers at the head of the overview under a filter. In another time zone than the site's only hours are known, and
// the visitors of several pages are not those of each together.
func metricsUnder(f stats.Filter, p *period) (told []metric) {
	if f.Dim == stats.DimPage {
		for _, m := range pageMetrics() {
			if m.Daily && p.Zoned || m.Name == "visitors" && len(f.Values()) > 1 {
				continue
			}
			told = append(told, m)
		}
		return told
	}
	for _, m := range metrics() {
		if f == (stats.Filter{}) || m.narrowed() {
			told = append(told, m)
		}
	}
	return told
}

// drawn is the one of all that is drawn: the one that is asked for, or the first that is known of each column.
func drawnMetric(all []metric, name string, p *period) metric {
	var first *metric
	for i, m := range all {
		switch {
		case m.Daily && p.By == byHour:
		case m.Name == name:
			return m
		case first == nil:
			first = &all[i]
		}
	}
	return *first
}
