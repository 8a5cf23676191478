package stats_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// What happens in a world beside requests, each given to the house as the recorder gives it, and to the oracle raw.

// signals are what pages tell of, whatever a visit is at.
func signals() []stats.Dimension {
	return []stats.Dimension{
		stats.DimTitle, stats.DimOutbound, stats.DimScreen, stats.DimUnsigned, stats.DimLCP, stats.DimINP, stats.DimCLS,
	}
}

func (w *world) signal(who int, dim stats.Dimension, value string) {
	day, hour := visit.DayOf(w.oracle.now, time.UTC)
	first := true
	for _, s := range w.oracle.signals {
		first = first && (s.who != who || s.dim != dim || s.value != value || visitDay(s.at) != day)
	}
	w.oracle.signals = append(w.oracle.signals, signalled{who, w.oracle.now, dim, value})
	w.live.AddSignal(&stats.Signal{Day: day, Hour: hour, Dim: dim, Value: value, Visitor: first && dim.Spec().Measures.Has(stats.Visitors)})
}

// event lets a visitor do something of which the page tells, in their visit if there is one.
func (w *world) event(who int, name string) {
	o := w.oracle
	if j := o.open(who); j != nil {
		j.met = append(j.met, met{o.now, visit.Aim{Event: name}})
	}
	w.signal(who, stats.DimEvent, name)
	pv := o.request(who, visit.KindOther, "/", 200, "")
	if o.tracker.Event(o.key(who, pv.Day), o.now, name, &pv) {
		w.live.AddReached(&pv)
		return
	}
	if carry := o.carry(who, pv.Day); !carry.IsZero() {
		yesterday := pv
		if yesterday.Day--; o.tracker.Event(carry, o.now, name, &yesterday) {
			pv.Step = yesterday.Step
			w.live.AddReached(&pv)
		}
	}
}

// tell lets the browser of a visitor say how the page went on that they opened last.
func (w *world) tell(who int) {
	o := w.oracle
	j := o.open(who)
	if j == nil {
		return
	}
	last := &j.pages[len(j.pages)-1]
	engaged := rapid.IntRange(0, 400).Draw(w.t, "engaged")
	scrolled := rapid.IntRange(last.scrolled, 100).Draw(w.t, "scrolled")
	day, hour := visit.DayOf(last.at, time.UTC)
	w.live.AddEngagement(&stats.Engagement{
		Day: day, Hour: hour, Path: last.path, Engaged: time.Duration(engaged) * time.Second, Scrolled: scrolled - last.scrolled, Again: last.tells > 0,
	})
	move := func(dim stats.Dimension, before, now int) {
		from := ""
		if last.tells > 0 {
			from = dim.Bucket(int64(before))
		}
		w.live.MoveSignal(day, dim, from, dim.Bucket(int64(now)))
	}
	move(stats.DimEngaged, last.engaged, last.engaged+engaged)
	move(stats.DimScroll, last.scrolled, scrolled)
	last.stayed = last.stayed || o.now.After(last.left())
	last.tells, last.told, last.engaged, last.scrolled = last.tells+1, o.now, last.engaged+engaged, scrolled
	pv := o.request(who, visit.KindOther, last.path, 200, "")
	pv.Day = day
	if o.tracker.Stay(o.key(who, day), o.now, &pv) {
		pv.Step.Lot = uint8(who % 64)
		w.live.AddStay(&pv)
	}
}

// act asks a visitor for consent, or lets them answer.
func (w *world) act(who int) {
	p := w.oracle.people[who]
	a := stats.Act{
		Method:   rapid.SampledFrom([]string{"banner", "centre"}).Draw(w.t, "method"),
		Outcome:  rapid.SampledFrom(outcomes).Draw(w.t, "outcome"),
		Purposes: rapid.SampledFrom([][]string{{"statistics"}, {"marketing"}, {"statistics", "marketing"}}).Draw(w.t, "purposes"),
		Facets: &stats.Facets{
			Country: p.country, Language: p.language, Device: p.device,
			Variant: rapid.SampledFrom([]string{"", "b"}).Draw(w.t, "variant"), Time: rapid.SampledFrom([]string{"", "10s"}).Draw(w.t, "time"),
		},
	}
	a.Day, a.Hour = visit.DayOf(w.oracle.now, time.UTC)
	w.oracle.acts = append(w.oracle.acts, a)
	w.live.AddAct(&a)
}

// back lets a visitor come who has consented: once a day the browser tells what its cookie holds.
func (w *world) back(who int) {
	day, _ := visit.DayOf(w.oracle.now, time.UTC)
	r := returned{who: who, day: day}
	told := stats.Return{}
	for _, earlier := range w.oracle.returns {
		if earlier.who == who {
			r.before = earlier.before
			if told.First = r.before.First; !r.before.Known {
				told.First = w.oracle.firstDay(who)
			}
			told.Known, told.Last = true, earlier.day
		}
	}
	if !told.Known && rapid.Bool().Draw(w.t, "was here before") {
		last := day - stats.Day(rapid.IntRange(1, 40).Draw(w.t, "days ago"))
		r.before = stats.Return{Known: true, Last: last, First: last - stats.Day(rapid.IntRange(0, 90).Draw(w.t, "days before that"))}
		told = r.before
	}
	if told.Known && told.Last == day {
		return
	}
	told.Day = day
	w.oracle.returns = append(w.oracle.returns, r)
	w.live.AddReturn(told)
}
