package visit

import (
	"cmp"
	"time"
)

// merge takes in what another tracker of the site holds of a day: whoever was seen there was seen, and their visits go on
// here. Nothing is counted by it. Doing it twice, or late, changes nothing. It returns how many visitors found no room.
func (t *Tracker) merge(p *part, now time.Time) (refused int) {
	d := t.find(p.day)
	if d == nil {
		d = t.begin(p.day)
	}
	for _, m := range p.seen {
		s := &d.shards[m.shard]
		s.mu.Lock()
		if _, _, room := s.admit(printOf(m.id), int(lotIn(m.id)), d, t.capacity); !room {
			refused++
		} else {
			s.seen.seen(printOf(m.id)).join(m.pages)
		}
		s.mu.Unlock()
	}
	for _, m := range p.asked {
		s := &d.shards[m.shard]
		s.mu.Lock()
		s.ask(printOf(m.id), int(lotIn(m.id)), d, t.capacity)
		s.mu.Unlock()
	}
	for i := range p.visits {
		v := &p.visits[i]
		if p.plan != t.sharing.plan {
			v.progress = progress{}
		}
		s := &d.shards[v.shard]
		s.mu.Lock()
		if lot, _, room := s.admit(printOf(v.id), int(v.lot), d, t.capacity); !room {
			refused++
		} else {
			s.seen.seen(printOf(v.id)).join(v.pages)
			v.lot = lot
			s.mergeVisit(v.id, &v.openVisit, now.Unix())
		}
		s.mu.Unlock()
	}
	return refused
}

// mergeVisit takes in the state of a visit that may still be open.
func (s *shard) mergeVisit(id uint64, told *openVisit, now int64) {
	pause := int64(VisitPause / time.Second)
	if now-told.last > pause || told.last-now > pause || s.young != nil && s.rotated-told.last > pause {
		return
	}
	own, ok := s.young[id]
	if !ok {
		own = s.old[id]
		delete(s.old, id)
	}
	if own == nil {
		own = new(openVisit)
		*own = *told
	} else {
		*own = join(*own, *told)
	}
	s.put(id, own)
}

// join makes one of what two trackers hold of a visitor's visit. The order does not matter, nor how often it is done.
func join(a, b openVisit) openVisit {
	if b.after(&a) {
		a, b = b, a
	}
	if a.last-b.last > int64(VisitPause/time.Second) {
		return a // b was the visit before
	}
	if b.began(&a) < 0 {
		a.first, a.startDay, a.startHour = b.first, b.startDay, b.startHour
		a.source, a.channel, a.campaign = b.source, b.channel, b.campaign
	}
	a.views, a.told = max(a.views, b.views), max(a.told, b.told)
	a.progress.goals |= b.progress.goals
	for i, step := range b.progress.steps {
		a.progress.steps[i] = max(a.progress.steps[i], step)
	}
	return a
}

// began compares the beginnings of two visits.
func (v *openVisit) began(o *openVisit) int {
	return cmp.Or(cmp.Compare(v.first, o.first), cmp.Compare(v.source, o.source), cmp.Compare(v.channel, o.channel), cmp.Compare(v.campaign, o.campaign))
}

// after reports whether v is the later state.
func (v *openVisit) after(o *openVisit) bool {
	return cmp.Or(cmp.Compare(v.last, o.last), cmp.Compare(v.views, o.views), cmp.Compare(v.path, o.path)) > 0
}
