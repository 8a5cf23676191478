package visit

// Ask takes a request of the visitor key that is no page view, and says whether it is the first of the day:
// it fills pv.Asker and pv.Lot. pv.Day must be set. The visitor is none of [TrackerStats] by it: half as many as the capacity
// can ask without viewing a page, and what the others ask is nobody's first.
func (t *Tracker) Ask(key Key, pv *Pageview) {
	d := t.find(pv.Day)
	if d == nil {
		d = t.begin(pv.Day)
	}
	s := &d.shards[key[0]%trackerShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if pv.Lot, pv.Asker = s.ask(fingerprint(key), anyLot, d, t.capacity); pv.Asker && t.sharing.on {
		t.note(s, key[1])
	}
}

// ask puts a fingerprint among those who asked, and reports whether they did nothing before on that day.
func (s *shard) ask(print uint64, told int, d *dayState, capacity int64) (lot uint8, first bool) {
	if lot, known := s.lot(print); known {
		return lot, false
	}
	if d.askers.Add(1) > max(capacity/2, 1) {
		d.askers.Add(-1)
		return 0, false
	}
	lot = d.deal(told)
	s.asked.add(print, lot)
	return lot, true
}

// lots is how many lots the visitors of a day fall into. They are dealt in the order in which visitors come, and follow
// from nothing that belongs to them: how many of some lots are taken is told, and whoever has the keys learns no more from it
// than anybody else.
const lots = 64

// anyLot stands for the next one.
const anyLot = -1

// deal returns the lot of who comes now: the one that was told, or the next.
func (d *dayState) deal(told int) uint8 {
	next := d.dealt.Add(1) - 1
	if told != anyLot {
		return uint8(told)
	}
	return uint8(next % lots)
}

// lot returns the lot of who was seen or asked before.
func (s *shard) lot(print uint64) (lot uint8, known bool) {
	if lot, known = s.seen.lot(print); !known {
		lot, known = s.asked.lot(print)
	}
	return lot, known
}
