package packed

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// tried is what a measure would take, as it is and less the one that it goes with.
type tried [stats.NumMeasures + 2]struct{ used, negative, cost int }

const (
	requestsLess = int(stats.NumMeasures) + iota
	entriesLess
)

func (t *tried) count(c *stats.Counts) {
	for m, n := range c {
		t.one(m, n)
	}
	t.one(requestsLess, c[stats.Requests]-c[stats.Views])
	t.one(entriesLess, c[stats.Entries]-c[stats.Visits])
}

func (t *tried) one(i int, n int64) {
	if n == 0 {
		return
	}
	t[i].used++
	t[i].cost += 1 + bits.Len64(uint64(max(n, -n)))/7
	if n < 0 {
		t[i].negative++
	}
}

// layout chooses how counts are written.
func (t *tried) layout() (l layout) {
	if t[requestsLess].cost < t[stats.Requests].cost {
		l.less |= lessViews
		t[stats.Requests] = t[requestsLess]
	}
	if t[entriesLess].cost < t[stats.Entries].cost {
		l.less |= lessVisits
		t[stats.Entries] = t[entriesLess]
	}
	for m := range stats.NumMeasures {
		if t[m].used > 0 {
			l.columns[l.n] = m
			l.n++
		}
	}
	slices.SortStableFunc(l.columns[:l.n], func(a, b stats.Measure) int { return cmp.Compare(t[b].used, t[a].used) })
	for i, m := range l.columns[:l.n] {
		if t[m].negative > 0 {
			l.signed |= 1 << i
		}
	}
	return l
}

// survey finds out how the values are best written.
func (g *gathering) survey() error {
	var all tried
	seconds, pairs := map[string]bool{}, true
	g.least = math.MaxInt64
	err := g.each(func(t *together) {
		g.values++
		_, second, ok := strings.Cut(view(t.value), separator)
		if pairs = pairs && ok; pairs && !seconds[second] {
			seconds[strings.Clone(second)] = true
		}
		var sum stats.Counts
		for days := t.days; days != 0; days &= days - 1 {
			c := &t.on[bits.TrailingZeros32(days)]
			people := *c
			if people[stats.Bots] = 0; !people.IsZero() {
				g.least = min(g.least, g.dim.Crowd(c))
			}
			sum.Add(c)
			all.count(c)
		}
		all.count(&sum)
	})
	if err != nil {
		return err
	}
	g.least = max(0, g.least)
	g.layout = all.layout()
	if pairs && g.values > 0 {
		g.less |= joinedPairs
		for text := range seconds {
			g.seconds = append(g.seconds, text)
		}
		slices.Sort(g.seconds)
	}
	return nil
}
