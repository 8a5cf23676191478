package stats

import "github.com/kelisim/kelisim/visit"

// shape counts how long visits are and how fast answers come: by bucket, of all visitors together.
type shape struct {
	latency  [20]int32
	depth    [12]int32
	duration [14]int32
}

// addShape moves the visit of a page view to the class that it has reached, on the day on which it began.
func (s *shard) addShape(t *tally, pv *visit.Pageview) {
	st := &pv.Step
	if st.Views <= 0 {
		return
	}
	depth, duration := DimDepth.bucket(int64(st.Views)), DimDuration.bucket(st.Elapsed)
	if st.NewVisit {
		t.shape.depth[depth]++
		t.shape.duration[duration]++
		return
	}
	was, lasted := DimDepth.bucket(int64(st.Views)-1), DimDuration.bucket(st.Elapsed-st.Seconds)
	if depth == was && duration == lasted {
		return
	}
	if st.StartedDay != pv.Day {
		t = s.tally(st.StartedDay)
	}
	if t != nil {
		t.shape.depth[was]--
		t.shape.depth[depth]++
		t.shape.duration[lasted]--
		t.shape.duration[duration]++
		t.used |= noHour
	}
}

// addReached counts goals and steps of funnels, on the day on which they are reached.
func (t *tally) addReached(st *visit.Step) {
	if st.Reached.Nothing() {
		return
	}
	st.Reached.Goals(func(name string, first bool) { t.signal(DimGoal, name, 1, one(first), 0) })
	st.Reached.Steps(func(funnel string, step int) { t.signal(DimFunnel, FunnelStep(funnel, step), 1, 1, 0) })
}

// AddReached counts what a custom event reached in its visit: pv is from [visit.Anonymiser.Event].
func (a *Aggregator) AddReached(pv *visit.Pageview) {
	if pv.Step.Reached.Nothing() {
		return
	}
	s := a.lock()
	defer s.mu.Unlock()
	if t := s.tally(pv.Day); t != nil {
		t.addReached(&pv.Step)
	}
}

// absorbShape adds what was counted by bucket to d.
func (h *hold) absorbShape(d *heldDay, v *shape) {
	h.absorbBuckets(d, DimLatency, Requests, v.latency[:])
	h.absorbBuckets(d, DimDepth, Visits, v.depth[:])
	h.absorbBuckets(d, DimDuration, Visits, v.duration[:])
}

func (h *hold) absorbBuckets(d *heldDay, dim Dimension, m Measure, list []int32) {
	for i, n := range list {
		if n != 0 {
			var c Counts
			c[m] = int64(n)
			h.add(d, dim, labels[dim][i], &c, true)
		}
	}
}
