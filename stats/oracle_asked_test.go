package stats_test

import (
	"fmt"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// answered counts what the network of a request was answered.
func (t *tally) answered(pv *visit.Pageview, who int) {
	prefix := fmt.Sprint(pv.Prefix, " ", pv.Provider)
	count := func(m stats.Measure) {
		if m == stats.Askers { // counted in memory, and told nowhere
			for dim, value := range map[stats.Dimension]string{stats.DimNetProvider: pv.Provider, stats.DimNetPrefix: prefix, stats.DimNetCountry: pv.Country} {
				t.askers[valueKey{pv.Day, dim, value}]++
			}
			return
		}
		t.row(pv.Day, stats.DimNetProvider, pv.Provider, m, 1)
		t.row(pv.Day, stats.DimNetPrefix, prefix, m, 1)
		t.row(pv.Day, stats.DimNetCountry, pv.Country, m, 1)
		if m != stats.Bots && m != stats.Requests {
			t.total(pv.Day, pv.Hour, m, 1)
		}
	}
	if pv.Bot != "" {
		count(stats.Bots)
		return
	}
	t.asked = append(t.asked, request{who, pv.Day, pv.Country, pv.Provider, prefix})
	hour := fmt.Sprintf("%02d", pv.Hour)
	e := event{who: who, day: pv.Day, values: map[stats.Dimension]string{stats.DimNetProvider: pv.Provider, hourOfDay: hour}, n: 1, seen: true}
	happened := func(m stats.Measure) {
		count(m)
		e.m = m
		t.events = append(t.events, e)
	}
	happened(stats.Requests)
	if pv.Asker {
		happened(stats.Askers)
	}
	if pv.Latency > time.Second {
		happened(stats.Slow)
	}
	if pv.Latency > 0 {
		t.row(pv.Day, stats.DimNetLatency, stats.JoinPair(pv.Provider, latencyBucket(pv)), stats.Requests, 1)
	}
	failed := map[int]stats.Measure{3: stats.Redirects, 4: stats.Rejects, 5: stats.Faults}[pv.Status/100]
	if failed == 0 {
		return
	}
	happened(failed)
	if failed == stats.Redirects {
		return
	}
	k := valueKey{pv.Day, stats.DimNetHour, stats.JoinPair(pv.Provider, hour)}
	if t.troubled[k] == nil {
		t.troubled[k] = map[int]bool{}
	}
	t.troubled[k][who] = true
}

func latencyBucket(pv *visit.Pageview) string {
	return bucket([]int{1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10000, 30000}, int(pv.Latency.Milliseconds()))
}

// real returns what a reader may be told of a value at most, and how many carry it: of what went wrong for a
// provider in an hour nothing, unless it went wrong for k visitors.
func (t *tally) real(k valueKey, floor int) (c stats.Counts, carried int64) {
	c = t.rows[k]
	carried = k.dim.Crowd(&c)
	switch k.dim {
	case stats.DimNetProvider, stats.DimNetPrefix, stats.DimNetCountry:
		carried = t.askers[k]
	case stats.DimNetHour:
		carried = t.askers[k]
		c[stats.Crowd] = int64(floor) // it has passed it, and no more is told
		if len(t.troubled[k]) < floor {
			c[stats.Rejects], c[stats.Faults] = 0, 0
		}
	case stats.DimNetLatency:
		provider, _ := stats.CutPair(k.value)
		carried = t.askers[valueKey{k.day, stats.DimNetProvider, provider}]
	}
	return c, carried
}
