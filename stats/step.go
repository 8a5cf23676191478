package stats

import "github.com/kelisim/kelisim/visit"

// lastHour is when the last page view of a visit that went on after midnight was counted: there is
// no pause over 30 minutes in a visit.
const lastHour = 23

// addView counts a page view and what it changes about its visit. A visit belongs to the day and hour
// in which it began: its bounce is taken back there, and its seconds are added there. The caller
// holds mu.
func (s *shard) addView(t *tally, pv *visit.Pageview) {
	st := &pv.Step
	var d cell // what the page view counts wherever it is counted
	d.n[Views], d.n[Requests] = 1, 1
	if st.NewVisitor {
		d.n[Visitors] = 1
	}
	if st.NewVisit {
		d.n[Visits], d.n[Bounces] = 1, 1
	}
	follows := !st.NewVisit && st.Previous != ""

	t.people.cell(personOf(pv)).add(&d)
	c := t.statusCell(pv.Status)
	c.n[Views]++
	c.n[Requests]++
	t.addArrival(pv, &d, follows)

	if st.NewVisit {
		d.n[Entries] = 1
	}
	if st.NewVisit || follows {
		d.n[Exits] = 1
	}
	page := t.pages.cell(text(pv.Path))
	page.add(&d)
	page.good = true
	total := t.hour(pv.Hour)
	for m, n := range d.n {
		total[m] += int64(n)
	}
	if follows {
		s.follow(t, pv)
	}
}

// addArrival counts a page view under where its visit came from, and its request under where the
// request itself came from: mostly a page of the site.
func (t *tally) addArrival(pv *visit.Pageview, d *cell, follows bool) {
	own := t.arrivals.cell(arrival{pv.Source, pv.Channel, pv.Campaign})
	if !follows {
		own.add(d)
		return
	}
	own.n[Requests]++
	start := t.arrivals.cell(arrival{source: pv.Step.StartSource, channel: pv.Step.StartChannel})
	start.n[Views]++
	start.n[Visitors] += d.n[Visitors]
}

// follow counts what a page view takes back: the exit from the page before, and the bounce.
func (s *shard) follow(t *tally, pv *visit.Pageview) {
	st := &pv.Step
	previous, hour := t, pv.Hour
	if st.PreviousDay != pv.Day {
		previous, hour = s.tally(st.PreviousDay), lastHour
	}
	if previous != nil {
		previous.pages.cell(text(st.Previous)).n[Exits]--
		previous.hour(hour)[Exits]--
	}
	bounce, seconds := int32(0), max(st.Seconds, 0)
	if st.Second {
		bounce = -1
	}
	began := t
	if st.StartedDay != pv.Day {
		began = s.tally(st.StartedDay)
	}
	if began == nil || st.StartedHour > 23 || bounce == 0 && seconds == 0 {
		return
	}
	began.people.cell(personOf(pv)).late(bounce, seconds)
	began.arrivals.cell(arrival{source: st.StartSource, channel: st.StartChannel}).late(bounce, seconds)
	began.pages.cell(text(st.Previous)).late(bounce, seconds)
	total := began.hour(st.StartedHour)
	total[Bounces] += int64(bounce)
	total[Seconds] += seconds
}

// add adds d, which holds no seconds, to c.
func (c *cell) add(d *cell) {
	for m := range c.n {
		c.n[m] += d.n[m]
	}
}

// late adds what a later page view changes about a visit.
func (c *cell) late(bounce int32, seconds int64) {
	c.n[Bounces] += bounce
	c.seconds += seconds
}
