package stats_test

import (
	"fmt"
	"maps"
	"time"

	"pgregory.net/rapid"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// event is one thing that a visitor added to one measure, with all that is known of it.
type event struct {
	who    int
	day    stats.Day
	values map[stats.Dimension]string
	m      stats.Measure
	n      int64
	seen   bool // the visitor is seen by it, as one of that day
}

// hourOfDay is the half of pairs that is no dimension.
var hourOfDay = func() stats.Dimension {
	for d := range stats.Pairs() {
		if b := d.Spec().Pair[1]; !b.Valid() {
			return b
		}
	}
	panic("no pair has hours")
}()

// values returns what a page view of p is counted under.
func (p someone) values(hour uint8, path, source, channel, campaign string) map[stats.Dimension]string {
	v := map[stats.Dimension]string{
		hourOfDay: fmt.Sprintf("%02d", hour), stats.DimPage: path, stats.DimSection: visit.Section(path),
		stats.DimSource: source, stats.DimChannel: channel, stats.DimCampaign: campaign,
		stats.DimCountry: p.country, stats.DimProvider: p.provider, stats.DimBrowser: p.browser, stats.DimOS: p.os,
		stats.DimDevice: p.device, stats.DimLanguage: p.language,
	}
	for dim, value := range map[stats.Dimension]string{stats.DimBrowserVersion: p.version, stats.DimOSVersion: p.osVersion, stats.DimNetwork: p.network} {
		if value != "" {
			v[dim] = value
		}
	}
	if p.region != "" {
		v[stats.DimRegion] = p.country + "/" + p.region
		if p.city != "" {
			v[stats.DimCity] = p.country + "/" + p.region + "/" + p.city
		}
	}
	return v
}

// cross counts the pairs.
func (t *tally) cross(visits []*journey) {
	carriers := map[valueKey]map[int]bool{}
	for _, j := range visits {
		t.flow(carriers, j)
	}
	for _, e := range t.events {
		for pair := range stats.Pairs() {
			halves := pair.Spec().Pair
			a, aok := e.values[halves[0]]
			b, bok := e.values[halves[1]]
			if !aok || !bok || pair == stats.DimFlow {
				continue
			}
			t.carry(carriers, valueKey{e.day, pair, stats.JoinPair(a, b)}, e)
		}
	}
	for k, who := range carriers {
		c := t.rows[k]
		n := int64(len(who))
		if asked(k.dim) {
			t.askers[k] = max(t.askers[k], n)
		} else if n > c[stats.Visitors] { // told only where it says more
			c[stats.Crowd] = n
		}
		t.rows[k] = c
	}
}

func (t *tally) carry(carriers map[valueKey]map[int]bool, k valueKey, e event) {
	t.row(k.day, k.dim, k.value, e.m, e.n)
	if !e.seen {
		return
	}
	if carriers[k] == nil {
		carriers[k] = map[int]bool{}
	}
	carriers[k][e.who] = true
}

func visitDay(at time.Time) stats.Day {
	day, _ := visit.DayOf(at, time.UTC)
	return day
}

// flow counts a visit that went on from its first page.
func (t *tally) flow(carriers map[valueKey]map[int]bool, j *journey) {
	if len(j.pages) < 2 {
		return
	}
	day := visitDay(j.pages[0].at)
	t.carry(carriers, valueKey{day, stats.DimFlow, stats.JoinPair(j.pages[0].path, j.pages[1].path)}, event{who: j.who, m: stats.Visits, n: 1, seen: visitDay(j.pages[1].at) == day})
}

// attackPairs subtracts the values of each pair of a closed day from everything that counts them together,
// and looks, in the raw events, at who is left.
func (w *world) attackPairs(truth *tally, day stats.Day) {
	told := map[valueKey]bool{}
	for k, c := range w.store.rows {
		if k.day == day && people(c) != (stats.Counts{}) {
			told[k] = true
		}
	}
	for pair := range stats.Pairs() {
		k := w.floors.Of(pair)
		if pair == stats.DimFlow || k <= 1 {
			continue
		}
		halves := pair.Spec().Pair
		left := map[string]map[int]bool{} // by line: who is in it and in no value that is told
		full := map[string]bool{}         // lines of which a value is told
		for _, e := range truth.events {
			if _, asked := e.values[stats.DimNetProvider]; e.day != day || asked != (halves[0] == stats.DimNetProvider) {
				continue // page views are in pairs of their own
			}
			a, aok := e.values[halves[0]]
			b, bok := e.values[halves[1]]
			is := aok && bok && told[valueKey{day, pair, stats.JoinPair(a, b)}]
			for _, line := range w.lines(pair, e, told) {
				if left[line] == nil {
					left[line] = map[int]bool{}
				}
				if is {
					full[line] = true
				} else {
					left[line][e.who] = true
				}
			}
		}
		for line := range full {
			if n := len(left[line]); n > 0 && n < k {
				w.t.Fatalf("%v of %v: %s less its values is %d visitors, k is %d", pair, day, line, n, k)
			}
		}
	}
}

// lines names what counts an event together with others of the pair, as far as it is told.
func (w *world) lines(pair stats.Dimension, e event, told map[valueKey]bool) (lines []string) {
	halves := pair.Spec().Pair
	for _, half := range halves {
		if value, ok := e.values[half]; ok && (half == hourOfDay || told[valueKey{e.day, half, value}]) {
			lines = append(lines, fmt.Sprint(half, "=", value))
		}
	}
	coarser := map[stats.Dimension]stats.Dimension{
		stats.DimPage: stats.DimSection, stats.DimCity: stats.DimRegion, stats.DimRegion: stats.DimCountry,
		stats.DimBrowserVersion: stats.DimBrowser, stats.DimOSVersion: stats.DimOS,
	}
	for i, half := range halves {
		other := halves[1-i]
		parent, ok := stats.PairOf(coarser[half], other)
		if !ok {
			continue
		}
		ends := parent.Spec().Pair
		a, aok := e.values[ends[0]]
		b, bok := e.values[ends[1]]
		if aok && bok && told[valueKey{e.day, parent, stats.JoinPair(a, b)}] {
			lines = append(lines, fmt.Sprint(parent, "=", a, "+", b))
		}
	}
	return lines
}

// checkCrossed compares what reports tell under every filter with the truth, where nothing is held back.
func (w *world) checkCrossed(truth *tally) {
	if len(truth.events) == 0 {
		return
	}
	e := rapid.SampledFrom(truth.events).Draw(w.t, "an event")
	also := rapid.SampledFrom(truth.events).Draw(w.t, "another event")
	for _, dim := range stats.Filters() {
		w.checkUnder(truth, stats.Filter{Dim: dim, Value: e.values[dim]})
		w.checkUnder(truth, stats.Filter{Dim: dim, Value: stats.AnyOf(e.values[dim], also.values[dim])})
	}
}

func (w *world) checkUnder(truth *tally, f stats.Filter) {
	r, err := w.reports().Under(f)
	if err != nil {
		w.t.Fatal(err)
	}
	var whole stats.Counts
	byDim, byHour := map[stats.Dimension]map[string]stats.Counts{}, map[string]stats.Counts{}
	for _, e := range truth.events {
		if !f.Has(e.values[f.Dim]) || e.m > stats.Bounces && e.m != stats.Seconds {
			continue
		}
		whole[e.m] += e.n
		at := fmt.Sprint(e.day, " ", e.values[hourOfDay])
		c := byHour[at]
		c[e.m] += e.n
		byHour[at] = c
		for dim, value := range e.values {
			if byDim[dim] == nil {
				byDim[dim] = map[string]stats.Counts{}
			}
			c := byDim[dim][value]
			c[e.m] += e.n
			byDim[dim][value] = c
		}
	}
	if f.Dim == stats.DimPage {
		whole = underPage(truth, w.days(), f.Values())
	}
	if got, err := r.Summary(w.t.Context(), w.days()); err != nil || got.Counts != whole {
		w.t.Fatalf("under %v: summary %v, %v; want %v", f, got.Counts, err, whole)
	}
	for dim := range stats.Dimensions() {
		if !f.Narrows(dim) {
			continue
		}
		top, err := r.Top(w.t.Context(), stats.Query{Dim: dim, Range: w.days(), Limit: 10_000})
		if err != nil {
			w.t.Fatal(err)
		}
		got, sum := map[string]stats.Counts{}, top.Other.Counts
		for _, l := range top.Lines {
			got[l.Value] = l.Counts
			sum.Add(&l.Counts)
		}
		want := byDim[dim]
		if f.Dim == stats.DimPage || isPaged(dim) {
			sum = summed(stats.DimPage, sum)
			for value, c := range want {
				want[value] = beside(c)
			}
		}
		if f.Dim == stats.DimPage && isPaged(dim) {
			want = map[string]stats.Counts{}
			bySection := map[string][]string{}
			for _, page := range f.Values() {
				if dim == stats.DimPage {
					want[page] = underPage(truth, w.days(), []string{page})
				}
				bySection[visit.Section(page)] = append(bySection[visit.Section(page)], page)
			}
			for section, pages := range bySection {
				if dim == stats.DimPage {
					break
				}
				c := underPage(truth, w.days(), pages)
				if len(f.Values()) > 1 {
					c[stats.Visitors] = 0
				}
				want[section] = c
			}
		}
		maps.DeleteFunc(want, func(_ string, c stats.Counts) bool { return c.IsZero() })
		if !maps.Equal(got, want) || sum != top.Whole {
			w.t.Fatalf("under %v: %v: %v, want %v; lines and other are %v of %v", f, dim, got, want, sum, top.Whole)
		}
	}
	points, err := r.Series(w.t.Context(), w.days(), stats.ByHour, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range points {
		day, hour := visit.DayOf(p.At, time.UTC)
		at := fmt.Sprintf("%v %02d", day, hour)
		want := byHour[at]
		if f.Dim == stats.DimPage {
			want = beside(want)
		}
		if p.Counts != want {
			w.t.Fatalf("under %v: %s counts %v, want %v", f, at, p.Counts, want)
		}
	}
}
