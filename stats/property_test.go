package stats_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// evening is when random traffic begins: most of it crosses midnight. evenings are more of them: one ends a week, one a
// month, one a year.
var evening = time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC)

func evenings() []time.Time {
	return []time.Time{
		evening, time.Date(2026, 3, 15, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 20, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC),
	}
}

// world is random traffic on its way through the house, beside the oracle.
type world struct {
	t      *rapid.T
	oracle *oracle
	start  time.Time
	rest   keeping
	store  *memory // rest, where it is one
	live   *stats.Aggregator
	floors stats.Floors
}

// keeping is where statistics rest.
type keeping interface {
	stats.Sink
	stats.Source
	stats.Keeper
}

func newWorld(t *rapid.T, people int, floors stats.Floors) *world {
	store, start := newMemory(), rapid.SampledFrom(evenings()).Draw(t, "evening")
	return &world{
		t: t, oracle: newOracle(people, start), start: start, rest: store, store: store, floors: floors,
		live: stats.NewAggregator(stats.Options{
			Instance: "run", Floors: floors, Shards: rapid.SampledFrom([]int{1, 4}).Draw(t, "shards"), Together: rapid.SampledFrom([]int{1, stats.Together}).Draw(t, "together"),
		}),
	}
}

// run lets n random things happen.
func (w *world) run(n int) {
	moments := []stats.Moment{stats.Running, stats.HourEnd} // as an import does
	if rapid.Bool().Draw(w.t, "live") {
		moments = []stats.Moment{stats.Running, stats.HourOver} // as a guard does
	}
	for range n {
		w.oracle.now = w.oracle.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(w.t, "pause")) * time.Second)
		who := rapid.IntRange(0, len(w.oracle.people)-1).Draw(w.t, "who")
		path := rapid.SampledFrom([]string{"/", "/blog", "/blog/a", "/blog/b", "/shop/x"}).Draw(w.t, "path")
		source := rapid.SampledFrom([]string{"", "", "news.example", "search.example"}).Draw(w.t, "source")
		campaign := rapid.SampledFrom([]string{"", "", "spring"}).Draw(w.t, "campaign")
		request := func(kind visit.Kind, path string, status int) visit.Pageview {
			pv := w.oracle.request(who, kind, path, status, source)
			pv.Campaign, pv.Latency = campaign, time.Duration(rapid.IntRange(0, 40_000).Draw(w.t, "latency"))*time.Millisecond
			return pv
		}
		switch rapid.SampledFrom([]string{"view", "view", "view", "view", "view", "view", "file", "download", "upload", "missing", "failed", "bot", "refused", "act", "told", "told", "signal", "done", "back", "flush"}).Draw(w.t, "what") {
		case "view":
			w.add(who, request(visit.KindPage, path, 200))
		case "file":
			w.add(who, request(visit.KindFile, path+".css", 200))
		case "download":
			pv := request(visit.KindFile, path+".pdf", 200)
			pv.Download = true
			w.add(who, pv)
		case "upload":
			pv := request(visit.KindOther, path, 200)
			pv.Upload = true
			w.add(who, pv)
		case "missing":
			w.add(who, request(visit.KindPage, path+"-gone", rapid.SampledFrom([]int{404, 410}).Draw(w.t, "status")))
		case "failed":
			w.add(who, request(visit.KindPage, path, rapid.SampledFrom([]int{301, 403, 500, 503}).Draw(w.t, "status")))
		case "bot":
			pv := request(visit.KindPage, path, 200)
			pv.Bot, pv.BotClass = rapid.SampledFrom([]string{"Crawler", "Referrer spam"}).Draw(w.t, "bot"), "search"
			w.add(who, pv)
		case "refused":
			day, hour := visit.DayOf(w.oracle.now, time.UTC)
			w.oracle.refused[hourKey{day, hour}]++
			w.live.AddRefused(day, hour)
		case "act":
			w.act(who)
		case "told":
			w.tell(who)
		case "signal":
			w.signal(who, rapid.SampledFrom(signals()).Draw(w.t, "signal"), rapid.SampledFrom([]string{"500", "a", "more"}).Draw(w.t, "value"))
		case "done":
			w.event(who, rapid.SampledFrom([]string{"signup", "play"}).Draw(w.t, "event"))
		case "back":
			w.back(who)
		case "flush":
			w.flush(rapid.SampledFrom(moments).Draw(w.t, "moment"))
		}
	}
}

func (w *world) add(who int, pv visit.Pageview) {
	pv = w.oracle.see(who, pv)
	w.live.Add(&pv)
}

// flush hands over what may leave, and looks at it as an attacker would.
func (w *world) flush(moment stats.Moment) {
	w.live.Cut(moment)
	var truth *tally
	for {
		b, ok := w.live.Outgoing()
		if !ok {
			return
		}
		if truth == nil {
			truth = w.oracle.count()
		}
		for _, r := range b.Rows {
			if isWriter(r.Dim) {
				continue
			}
			k := int64(w.floors.Of(r.Dim))
			real, carried := truth.real(valueKey{r.Day, r.Dim, r.Value}, int(k))
			if k > 1 && r.Counts != (stats.Counts{stats.Bots: r.Counts[stats.Bots]}) && carried < k {
				w.t.Fatalf("a batch tells %v %q, which %d of %d visitors carry", r.Dim, r.Value, carried, k)
			}
			if r.Dim == stats.DimNetHour && (r.Counts[stats.Rejects] > real[stats.Rejects] || r.Counts[stats.Faults] > real[stats.Faults]) {
				w.t.Fatalf("a batch tells %v %q: %v, of which %v may be told", r.Dim, r.Value, r.Counts, real)
			}
		}
		if _, err := w.rest.Merge(w.t.Context(), b); err != nil {
			w.t.Fatal(err)
		}
		w.live.Delivered(b)
	}
}

func (w *world) reports() *stats.Reports {
	if _, err := w.live.Snapshot(); err != nil { // after which everybody knows all that lagged behind
		w.t.Fatal(err)
	}
	return stats.NewReports(w.rest, w.live, stats.ReportOptions{Floors: w.floors})
}

func (w *world) days() stats.Range {
	first, _ := visit.DayOf(w.start, time.UTC)
	last, _ := visit.DayOf(w.oracle.now, time.UTC)
	return stats.Range{First: first, Last: last}
}

// checkTotals compares what the reports say of the totals with the truth, day by day and hour by hour.
func (w *world) checkTotals(truth *tally) {
	for day := w.days().First; day <= w.days().Last; day++ {
		var want stats.Counts
		for k, c := range truth.totals {
			if k.day == day {
				want.Add(&c)
			}
		}
		got, err := w.reports().Summary(w.t.Context(), stats.Range{First: day, Last: day})
		if err != nil || got.Counts != want {
			w.t.Fatalf("totals of %v: %v, %v; want %v", day, got.Counts, err, want)
		}
	}
	points, err := w.reports().Series(w.t.Context(), w.days(), stats.ByHour, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range points {
		day, hour := visit.DayOf(p.At, time.UTC)
		want := truth.totals[hourKey{day, hour}]
		want[stats.Exits], p.Counts[stats.Exits] = 0, 0 // known by day only
		if p.Counts != want {
			w.t.Fatalf("totals at %v: %v, want %v", p.At, p.Counts, want)
		}
	}
}

// checkRows compares every row of every dimension with the truth.
func (w *world) checkRows(truth *tally) {
	for _, dim := range tellable() {
		want := map[string]stats.Counts{}
		for k, c := range truth.rows {
			if k.dim == dim {
				sum := want[k.value]
				c = toldOf(dim, c)
				sum.Add(&c)
				want[k.value] = sum
			}
		}
		maps.DeleteFunc(want, func(_ string, c stats.Counts) bool { return c.IsZero() })
		top, err := w.reports().Top(w.t.Context(), stats.Query{Dim: dim, Range: w.days(), Limit: 10_000, Bots: true})
		if err != nil {
			w.t.Fatal(err)
		}
		got := map[string]stats.Counts{}
		for _, l := range top.Lines {
			if asked(dim) {
				l.Counts[stats.Crowd] = 0 // a floor
			}
			if !l.Counts.IsZero() {
				got[l.Value] = l.Counts
			}
		}
		if !maps.Equal(got, want) {
			w.t.Fatalf("%v: got %v\nwant %v", dim, got, want)
		}
		if !dim.Spec().Partial && !top.Other.Counts.IsZero() {
			w.t.Fatalf("%v: other is %v though nothing is held back", dim, top.Other)
		}
	}
}

func TestReportsAgreeWithAnExactCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.IntRange(1, 12).Draw(t, "people"), stats.Floors{Person: 1, Open: 1})
		w.run(rapid.IntRange(0, 120).Draw(t, "steps"))
		truth := w.oracle.count()
		w.checkTotals(truth)
		w.checkRows(truth) // partly at rest, partly waiting
		w.checkCrossed(truth)
		w.flush(stats.HourEnd)
		w.checkTotals(truth)
		w.checkRows(truth)
		w.checkCrossed(truth)
	})
}

func TestNothingRareIsToldBeforeOrAfterClosing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		floors := stats.Floors{Person: rapid.IntRange(2, 5).Draw(t, "k"), Open: rapid.IntRange(1, 3).Draw(t, "kopen")}
		w := newWorld(t, rapid.IntRange(1, 40).Draw(t, "people"), floors)
		w.run(rapid.IntRange(0, 200).Draw(t, "steps"))
		truth := w.oracle.count()
		w.checkTotals(truth)
		w.checkFloor(truth)
		w.live.EndDays(w.days().Last + 1)
		w.flush(stats.Running)
		w.checkFloor(truth)
		w.close(truth)
		w.checkFigures()
	})
}

// checkFloor looks for a line that too few visitors carry.
func (w *world) checkFloor(truth *tally) {
	for day := w.days().First; day <= w.days().Last; day++ {
		for _, dim := range tellable() {
			top, err := w.reports().Top(w.t.Context(), stats.Query{Dim: dim, Range: stats.Range{First: day, Last: day}, Limit: 10_000, Bots: true})
			if err != nil {
				w.t.Fatal(err)
			}
			sum := top.Other.Counts
			for _, l := range top.Lines {
				sum.Add(&l.Counts)
				if told := l.Counts; !asked(dim) && !safe(dim, told, w.floors.Of(dim)) && (!dim.IsPair() && !dim.Spec().Act || dim.Crowd(&told) < int64(w.floors.Of(dim))) {
					w.t.Fatalf("%v %q of %v: %v is told, k is %d", dim, l.Value, day, l.Counts, w.floors.Of(dim))
				}
				real, carried := truth.real(valueKey{day, dim, l.Value}, w.floors.Of(dim))
				if asked(dim) && people(l.Counts) != (stats.Counts{}) && carried < int64(w.floors.Of(dim)) {
					w.t.Fatalf("%v %q of %v: told, %d of %d visitors carry it", dim, l.Value, day, carried, w.floors.Of(dim))
				}
				if real = toldOf(dim, real); l.Counts != real && l.Counts != (stats.Counts{stats.Bots: real[stats.Bots]}) {
					w.t.Fatalf("%v %q of %v: %v, want %v or its bots", dim, l.Value, day, l.Counts, real)
				}
			}
			if sum = summed(dim, sum); sum != top.Whole {
				w.t.Fatalf("%v of %v: lines and other are %v, want %v", dim, day, sum, top.Whole)
			}
		}
	}
}

// close closes all days and attacks them by subtraction.
func (w *world) close(truth *tally) {
	before := maps.Clone(w.store.rows)
	closer := stats.NewCloser(w.store, w.store, w.floors)
	folds, err := closer.Close(w.t.Context(), w.days().Last+1)
	if err != nil {
		w.t.Fatal(err)
	}
	w.checkTotals(truth)
	w.checkFolds(before, folds)
	for day := w.days().First; day <= w.days().Last; day++ {
		w.attack(day)
		w.attackAsked(truth, day)
		w.attackPairs(truth, day)
	}
	after := maps.Clone(w.store.rows)
	if again, err := closer.Close(w.t.Context(), w.days().Last+1); err != nil || len(again) != 0 || !maps.Equal(after, w.store.rows) {
		w.t.Fatalf("closing twice: %v, %v", again, err)
	}
}

// checkFolds compares the report of a closing with what it changed.
func (w *world) checkFolds(before map[valueKey]stats.Counts, folds []stats.Fold) {
	lost := map[string]stats.Counts{}
	for k, c := range before {
		if isWriter(k.dim) {
			continue
		}
		after := w.store.rows[k]
		c.Sub(&after)
		key := fmt.Sprint(k.day, k.dim)
		sum := lost[key]
		sum.Add(&c)
		lost[key] = sum
	}
	for _, f := range folds {
		key := fmt.Sprint(f.Day, f.Dim)
		sum := lost[key]
		sum.Sub(&f.Counts)
		lost[key] = sum
		if f.Values < 1 || f.Reason.String() == "unknown" {
			w.t.Fatalf("fold %+v explains nothing", f)
		}
	}
	for key, c := range lost {
		if !c.IsZero() {
			w.t.Fatalf("%s: %v was folded and not reported", key, c)
		}
	}
}

// attack computes every cell of a closed day that a report or a subtraction of two gives.
func (w *world) attack(day stats.Day) {
	var total stats.Counts
	for k, c := range w.store.totals {
		if k.day == day {
			total.Add(&c)
		}
	}
	for dim := range stats.Dimensions() {
		k := w.floors.Of(dim)
		rest := dim.Whole(total)
		byParent := map[string]stats.Counts{}
		survivors := 0
		if dim.Spec().Act || asked(dim) {
			continue // attacked in tests of their own: the floor of the ones counts acts, and nothing at rest counts who carries the others
		}
		for key, c := range w.store.rows {
			if key.day != day || key.dim != dim {
				continue
			}
			if !safe(dim, c, k) {
				w.t.Fatalf("%v %q: %v is at rest after closing, k is %d", dim, key.value, c, k)
			}
			if people(c) != (stats.Counts{}) {
				survivors++
				c = additive(dim, c)
				rest.Sub(&c)
				parent := byParent[w.parent(day, dim, key.value)]
				parent.Add(&c)
				byParent[w.parent(day, dim, key.value)] = parent
			}
		}
		rest[stats.Requests] -= w.calledOnly(dim, day)
		if survivors > 0 && !safe(dim, rest, k) && !w.crowded(day, dim, "") && !dim.Spec().Signal { // signals are in no total
			w.t.Fatalf("%v: total less rows is %v, k is %d", dim, rest, k)
		}
		for value, children := range byParent {
			if value == "" {
				continue
			}
			rest := w.store.rows[valueKey{day, dim.Spec().Parent, value}]
			children[stats.Bots], rest[stats.Bots] = 0, 0
			rest = additive(dim, rest)
			for m := range rest {
				if !dim.Spec().Measures.Has(stats.Measure(m)) {
					rest[m] = 0
				}
			}
			rest.Sub(&children)
			if !safe(dim, rest, k) && !w.crowded(day, dim, value) {
				w.t.Fatalf("%v %q less its %v is %v, k is %d", dim.Spec().Parent, value, dim, rest, k)
			}
		}
	}
}

// calledOnly is how many requests the report of networks tells of values of which that of page views has none: of k persons each,
// which attackAsked looks at.
func (w *world) calledOnly(dim stats.Dimension, day stats.Day) (n int64) {
	of := map[stats.Dimension]stats.Dimension{stats.DimCountry: stats.DimNetCountry, stats.DimProvider: stats.DimNetProvider}[dim]
	for key, c := range w.store.rows {
		if key.day == day && key.dim == of && people(w.store.rows[valueKey{day, dim, key.value}]) == (stats.Counts{}) {
			n += c[stats.Requests]
		}
	}
	return n
}

// parent returns the value that a child belongs to, by its meaning.
func (w *world) parent(_ stats.Day, dim stats.Dimension, value string) string {
	switch dim {
	case stats.DimRegion:
		return value[:2]
	case stats.DimCity:
		return value[:9] // "KZ/Almaty"
	case stats.DimPage:
		return visit.Section(value)
	case stats.DimNetPrefix:
		_, provider, _ := strings.Cut(value, " ")
		return provider
	case stats.DimBrowserVersion, stats.DimOSVersion:
		for _, p := range w.oracle.people {
			switch value {
			case p.version:
				return p.browser
			case p.osVersion:
				return p.os
			}
		}
	}
	return ""
}

// additive is c without those who viewed a page on which their day did not begin: of several pages they do not add up.
func additive(dim stats.Dimension, c stats.Counts) stats.Counts {
	if isPaged(dim) {
		c[stats.Viewers], c[stats.Timed] = 0, 0
	}
	return c
}

func people(c stats.Counts) stats.Counts {
	c[stats.Bots] = 0
	return c
}

func safe(dim stats.Dimension, c stats.Counts, k int) bool {
	return k <= 1 || people(c) == stats.Counts{} || dim.Crowd(&c) >= int64(k)
}

// checkFigures looks for a hit that nobody accounts for, and for visitors of pages that are missed.
func (w *world) checkFigures() {
	if n := len(w.oracle.viewed); w.oracle.missed > 5+n/20 {
		w.t.Fatalf("%d of %d visitors of pages are missed", w.oracle.missed, n)
	}
	want := int64(len(w.oracle.requests))
	for _, n := range w.oracle.refused {
		want += n
	}
	f := w.live.Figures()
	if f.Accepted != want || f.Handed+f.Waiting != want {
		w.t.Fatalf("%+v: want %d hits", f, want)
	}
}

// tellable is every dimension that reports tell of.
func tellable() []stats.Dimension {
	return append(slices.Collect(stats.Dimensions()), slices.Collect(stats.Pairs())...)
}

// asked reports whether dim tells what networks were answered: at rest nothing says how many carry its values.
func asked(dim stats.Dimension) bool {
	return strings.HasPrefix(dim.Spec().Name, "net") && dim != stats.DimNetwork
}

// isWriter reports whether rows of dim say which instances wrote: nothing of visitors.
func isWriter(dim stats.Dimension) bool { return dim.Spec().Name == "writer" }
