package visit

import "time"

// Stay takes into a visit that its visitor still looks at the page that they opened last: the browser says so when they
// leave it, which the server would never learn of the last page of a visit. It fills pv.Step as far as it changes the
// visit's length, and reports whether it does. pv.Day and Path are those of the page view. It begins no visit, and the
// pause after which one ends still counts from the page view.
func (t *Tracker) Stay(key Key, now time.Time, pv *Pageview) bool {
	pv.Step = Step{}
	d := t.find(pv.Day)
	if d == nil {
		return false
	}
	s := &d.shards[key[0]%trackerShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	unix := now.Unix()
	for _, visits := range [...]map[uint64]*openVisit{s.young, s.old} {
		v, ok := visits[key[1]]
		if !ok || v.path != pv.Path || v.pathDay != pv.Day || unix-v.last > int64(VisitPause/time.Second) {
			continue
		}
		seconds := unix - max(v.last, v.told)
		if seconds <= 0 {
			return false
		}
		pv.Step.Timed = v.told <= v.last
		v.told = unix
		v.started(&pv.Step)
		pv.Step.Seconds, pv.Step.Views, pv.Step.Elapsed = seconds, v.views, unix-v.first
		pv.Step.Previous, pv.Step.PreviousDay = v.path, v.pathDay
		pv.Step.Lot = v.lot
		if t.sharing.on {
			t.note(s, key[1])
		}
		return true
	}
	return false
}

// Stay is [Tracker.Stay] for the visitor who sent hit.
func (a *Anonymiser) Stay(hit Hit, pv *Pageview) bool {
	key, ok := a.keys.Peek(pv.Day, hit.addr.reveal(), hit.agent.reveal())
	return ok && a.tracker.Stay(key, hit.time, pv)
}
