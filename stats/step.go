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
	for _, c := range [...]*cell{
		&t.people.cells[t.person(pv)],
		t.arrival(pv.Source, pv.Channel, pv.Campaign),
		cellOf(&t.pages, pv.Path, true),
	} {
		c.view(first)
		c.n[Visits] += begun
		c.n[Bounces] += begun
		c.n[Entries] += begun
		c.n[Exits] += begun
		c.good = true
	}
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
	start := t.arrival(st.StartSource, st.StartChannel, st.StartCampaign)
	start.n[Views]++
	start.n[Visitors] += first
	page := cellOf(&t.pages, pv.Path, true)
	page.view(first)
	page.n[Exits]++
	page.good = true
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
		previous := cellOf(&t.pages, st.Previous, true)
		previous.n[Exits]--
		previous.late(bounce, seconds)
		total[Exits]--
		t.hour(st.StartedHour).late(bounce, seconds)
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
		cellOf(&t.pages, st.Previous, true).n[Exits]--
		t.hour(hour)[Exits]--
	}
	if t := s.tally(st.StartedDay); t != nil && st.StartedHour < 24 {
		t.people.cells[t.person(pv)].late(bounce, seconds)
		t.arrival(st.StartSource, st.StartChannel, st.StartCampaign).late(bounce, seconds)
		cellOf(&t.pages, st.Previous, true).late(bounce, seconds)
		t.hour(st.StartedHour).late(bounce, seconds)
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
