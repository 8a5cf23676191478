package stats

import "github.com/kelisim/kelisim/visit"

// lastHour is when the last page view of a visit that went on after midnight was counted: there is
// no pause over 30 minutes in a visit.
const lastHour = 23

// addView counts a page view and what it changes about its visit. The caller holds mu.
func (s *shard) addView(t *tally, pv *visit.Pageview) {
	s.addShape(t, pv)
	t.addReached(&pv.Step)
	if !pv.Step.NewVisit && pv.Step.Previous != "" {
		s.addNext(t, pv)
		return
	}
	t.statusCell(pv.Status).view(0)
	first, begun := one(pv.Step.NewVisitor), one(pv.Step.NewVisit)
	who, from, page := t.person(pv), t.from(pv.Source, pv.Channel, pv.Campaign), t.page(pv.Path)
	for _, c := range [...]*cell{&t.people.cells[who], &t.arrivals.cells[from], &t.pages.cells[page]} {
		c.view(first)
		c.n[Visits] += begun
		c.n[Bounces] += begun
		c.n[Entries] += begun
		c.n[Exits] += begun
		c.good = true
	}
	t.pages.cells[page].viewer(&pv.Step)
	t.joints.find(joint{who, from, page, int32(pv.Hour)}).view(first, begun, lotOf(&pv.Step))
	total := t.hour(pv.Hour)
	total[Views]++
	total[Requests]++
	total[Visitors] += int64(first)
	for _, m := range [...]Measure{Visits, Bounces, Entries, Exits} {
		total[m] += int64(begun)
	}
}

// addNext counts a page view that follows another of its visit. A visit belongs to the day and hour in
// which it began: its bounce is taken back there, and its seconds are added there.
func (s *shard) addNext(t *tally, pv *visit.Pageview) {
	st := &pv.Step
	first := one(st.NewVisitor) // of a day that began during the visit
	who := t.person(pv)
	t.people.cells[who].view(first)
	t.statusCell(pv.Status).view(0)
	t.arrival(pv.Source, pv.Channel, pv.Campaign).n[Requests]++
	from, page := t.from(st.StartSource, st.StartChannel, st.StartCampaign), t.page(pv.Path)
	start := &t.arrivals.cells[from]
	start.n[Views]++
	start.n[Visitors] += first
	c := &t.pages.cells[page]
	c.view(first)
	c.viewer(st)
	c.n[Exits]++
	c.good = true
	t.joints.find(joint{who, from, page, int32(pv.Hour)}).view(first, 0, lotOf(st))
	total := t.hour(pv.Hour)
	total[Views]++
	total[Requests]++
	total[Exits]++
	total[Visitors] += int64(first)

	var bounce int32
	if st.Second {
		bounce = -1
	}
	seconds := min(max(st.Seconds, 0), 86_400)
	if st.PreviousDay == pv.Day && st.StartedDay == pv.Day && st.StartedHour < 24 {
		t.people.cells[who].late(bounce, seconds)
		start.late(bounce, seconds)
		before := t.page(st.Previous)
		previous := &t.pages.cells[before]
		previous.n[Exits]--
		previous.late(bounce, seconds)
		previous.good = true // as it was when it was counted: what is taken back must find it
		previous.timed += one(st.Timed)
		total[Exits]--
		t.hour(st.StartedHour).late(bounce, seconds)
		t.joints.find(joint{who, from, before, int32(st.StartedHour)}).late(bounce, seconds)
		if st.Second {
			t.joints.find(joint{flowing, before, page, 0}).flow(lotOf(st))
		}
		return
	}
	s.acrossMidnight(pv, bounce, seconds)
}

// acrossMidnight counts what a page view changes about a visit that has been counted on more than one day.
func (s *shard) acrossMidnight(pv *visit.Pageview, bounce int32, seconds int64) {
	st := &pv.Step
	if t := s.tally(st.PreviousDay); t != nil {
		hour := pv.Hour
		if st.PreviousDay != pv.Day {
			hour = lastHour
		}
		exit := cellOf(&t.pages, st.Previous, true)
		exit.n[Exits]--
		exit.good = true
		t.hour(hour)[Exits]--
	}
	if t := s.tally(st.StartedDay); t != nil && st.StartedHour < 24 {
		who, from, before := t.person(pv), t.from(st.StartSource, st.StartChannel, st.StartCampaign), t.page(st.Previous)
		t.people.cells[who].late(bounce, seconds)
		t.arrivals.cells[from].late(bounce, seconds)
		t.pages.cells[before].late(bounce, seconds)
		t.pages.cells[before].good = true
		t.pages.cells[before].timed += one(st.Timed)
		t.hour(st.StartedHour).late(bounce, seconds)
		t.joints.find(joint{who, from, before, int32(st.StartedHour)}).late(bounce, seconds)
		if st.Second {
			t.joints.find(joint{flowing, before, t.page(pv.Path), 0}).flow(nobody)
		}
	}
}

// one returns 1 for true.
func one(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// view counts a page view.
func (c *cell) view(first int32) {
	c.n[Views]++
	c.n[Requests]++
	c.n[Visitors] += first
}

// late adds what a later page view changes about a visit.
func (c *cell) late(bounce int32, seconds int64) {
	c.n[Bounces] += bounce
	c.seconds += seconds
}

func (c *Counts) late(bounce int32, seconds int64) {
	c[Bounces] += int64(bounce)
	c[Seconds] += seconds
}
