package stats

import "github.com/kelisim/kelisim/visit"

// AddStay adds to the length of a visit what its visitor's browser told: pv is from [visit.Anonymiser.Stay]. The time is
// counted like that between page views: where and when the visit began, and under the page that was looked at.
func (a *Aggregator) AddStay(pv *visit.Pageview) {
	st := &pv.Step
	if st.Views <= 0 || st.StartedHour > 23 {
		return
	}
	s := a.lock()
	defer s.mu.Unlock()
	t := s.tally(st.StartedDay)
	if t == nil {
		return
	}
	seconds := min(max(st.Seconds, 0), 86_400)
	who, from, page := t.person(pv), t.from(st.StartSource, st.StartChannel, st.StartCampaign), t.page(st.Previous)
	t.people.cells[who].late(0, seconds)
	t.arrivals.cells[from].late(0, seconds)
	t.pages.cells[page].late(0, seconds)
	t.pages.cells[page].timed += one(st.Timed)
	t.hour(st.StartedHour).late(0, seconds)
	t.joints.find(joint{who, from, page, int32(st.StartedHour)}).late(0, seconds)
	if was, now := DimDuration.bucket(st.Elapsed-seconds), DimDuration.bucket(st.Elapsed); was != now {
		t.shape.duration[was]--
		t.shape.duration[now]++
		t.used |= noHour
	}
}
