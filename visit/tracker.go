package visit

import (
	"sync"
	"sync/atomic"
	"time"
)

// VisitPause is the pause after which a visitor's next page view begins a new visit.
const VisitPause = 30 * time.Minute

const (
	trackerShards   = 64
	defaultCapacity = 2_000_000
)

// Tracker knows who was seen today and which visits are open. It is keyed state: it is in memory
// only and dies with its day. It holds keys, never addresses, and is bounded: at its capacity of
// visitors a day (default 2,000,000) further visitors are counted as page views only, and Stats says
// how many views that were. A visitor costs 32 to 64 bytes until the day is dropped, and about 200
// more for 30 to 60 minutes after a page view; those that other processes have told of are among them (see
// [Anonymiser.Share]). What neither others nor a snapshot know after a restart counts once more.
// Tracker is safe for concurrent use; no call holds a lock for longer than one table's growth.
type Tracker struct {
	capacity int64
	days     int
	plan     *Plan

	mu        sync.Mutex
	living    atomic.Pointer[[]*dayState]
	untracked atomic.Uint64
	sharing   sharing
}

type dayState struct {
	day      Day
	visitors atomic.Int64
	askers   atomic.Int64 // who have viewed no page when they came first
	dealt    atomic.Uint64
	shards   [trackerShards]shard
}

type shard struct {
	mu         sync.Mutex
	seen       keySet
	asked      keySet                // who asked for something before they viewed a page
	young, old map[uint64]*openVisit // old: last touched before rotated
	rotated    int64
	noted      []uint64 // who is to be told of to other processes
	_          [32]byte // keeps the locks of two shards off one cache line
}

type openVisit struct {
	last      int64 // Unix seconds
	first     int64
	told      int64 // when the browser said last that the page is still looked at, see [Tracker.Stay]
	path      string
	source    string
	channel   string
	campaign  string
	pathDay   Day
	startDay  Day
	views     int32
	startHour uint8
	lot       uint8 // of the visitor on the day of the shard
	progress  progress
}

// TrackerStats accounts for what the tracker holds and what it could not.
type TrackerStats struct {
	Days      int    // days alive
	Visitors  int64  // visitors held, over the living days
	Capacity  int64  // visitors a day
	Untracked uint64 // page views since the start whose visitor found no room: in Views, in no visit or visitor
	Unnoted   uint64 // changes since the start that came too fast to be told to other processes
}

// NewTracker makes a Tracker of the given capacity in visitors a day; 0 is 2,000,000. At most days
// days live at a time (below 2 is 2): a further one drops the day begun first. plan may be nil.
func NewTracker(capacity, days int, plan *Plan) *Tracker {
	if capacity <= 0 {
		capacity = defaultCapacity
	}
	return &Tracker{capacity: int64(capacity), days: max(days, 2), plan: plan, sharing: sharing{plan: plan.mark()}}
}

// Observe counts one page view of the visitor key at time now and fills pv.Step; pv.Day, Hour, Path,
// Source, Channel and Campaign must be set, and their strings are kept. carry is the visitor's key of the day
// before, zero when it is not alive: a visit that began before midnight goes on. Call it for page
// views of people only, and carry only in the first 30 minutes of a day.
func (t *Tracker) Observe(key, carry Key, now time.Time, pv *Pageview) {
	pv.Step = Step{}
	d := t.find(pv.Day)
	if d == nil {
		d = t.begin(pv.Day)
	}
	s := &d.shards[key[0]%trackerShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	lot, fresh, room := s.admit(fingerprint(key), anyLot, d, t.capacity)
	if !room {
		t.untracked.Add(1)
		return
	}
	pv.Step.NewVisitor = fresh
	pv.Step.NewOnPage, pv.Step.NewInSection = s.seen.seen(fingerprint(key)).see(pv.Day, lot, pv.Path)
	unix := now.Unix()
	v, kept := s.find(key[1], unix)
	if v == nil && !carry.IsZero() {
		v = t.carried(pv.Day-1, carry, unix)
	}
	if v == nil {
		v = begun(pv, unix)
	} else {
		v.step(pv, unix)
	}
	v.last, v.path, v.pathDay = max(v.last, unix), pv.Path, pv.Day
	v.views, v.lot = min(v.views+1, 1<<30), lot
	pv.Step.Views, pv.Step.Elapsed = v.views, v.last-v.first
	pv.Step.Lot, pv.Lot = lot, lot
	pv.Asker = fresh && !s.asked.has(fingerprint(key))
	if !pv.Unproven {
		pv.Step.Reached = v.progress.advance(t.plan, Aim{Page: pv.Path})
	}
	if !kept || s.turns(v.last) {
		s.put(key[1], v)
	}
	if t.sharing.on {
		t.note(s, key[1])
	}
}

// Event takes a custom event into the open visit of a visitor and fills in pv.Step what is known of that
// visit and what the event reached; it reports whether there is one. No event begins or prolongs a visit.
func (t *Tracker) Event(key Key, now time.Time, name string, pv *Pageview) bool {
	pv.Step = Step{}
	d := t.find(pv.Day)
	if d == nil {
		return false
	}
	s := &d.shards[key[0]%trackerShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, visits := range [...]map[uint64]*openVisit{s.young, s.old} {
		v, ok := visits[key[1]]
		if !ok || now.Unix()-v.last > int64(VisitPause/time.Second) {
			continue
		}
		pv.Step.Views, pv.Step.Lot = v.views, v.lot
		v.started(&pv.Step)
		pv.Step.Reached = v.progress.advance(t.plan, Aim{Event: name})
		if t.sharing.on {
			t.note(s, key[1])
		}
		return true
	}
	return false
}

func begun(pv *Pageview, unix int64) *openVisit {
	v := &openVisit{
		first: unix, last: unix, source: pv.Source, channel: pv.Channel, campaign: pv.Campaign, startDay: pv.Day, startHour: pv.Hour,
	}
	pv.Step.NewVisit = true
	v.started(&pv.Step)
	return v
}

// started says how the visit began.
func (v *openVisit) started(st *Step) {
	st.StartedDay, st.StartedHour = v.startDay, v.startHour
	st.StartSource, st.StartChannel, st.StartCampaign = v.source, v.channel, v.campaign
}

// step fills pv.Step as a further page view of v.
func (v *openVisit) step(pv *Pageview, unix int64) {
	pv.Step.Second = v.views == 1
	pv.Step.Seconds = max(0, unix-max(v.last, v.told))
	pv.Step.Timed = v.told <= v.last
	pv.Step.Previous, pv.Step.PreviousDay = v.path, v.pathDay
	v.started(&pv.Step)
}

// admit puts a fingerprint among those of the visitors of the day.
func (s *shard) admit(print uint64, told int, d *dayState, capacity int64) (lot uint8, fresh, room bool) {
	if lot, known := s.seen.lot(print); known {
		return lot, false, true
	}
	if d.visitors.Add(1) > capacity {
		d.visitors.Add(-1)
		return 0, false, false
	}
	lot, asked := s.asked.lot(print)
	if !asked {
		lot = d.deal(told)
	}
	s.seen.add(print, lot)
	return lot, true, true
}

// find returns the open visit of id, nil for none, and whether it is among the young ones.
func (s *shard) find(id uint64, unix int64) (v *openVisit, kept bool) {
	v, kept = s.young[id]
	if !kept {
		if v = s.old[id]; v == nil {
			return nil, false
		}
		delete(s.old, id)
	}
	if pause := int64(VisitPause / time.Second); unix-v.last > pause || v.last-unix > pause {
		return nil, false
	}
	return v, kept
}

// put keeps v among the young visits. Every 30 minutes the visits not touched for as long go at once,
// with their map: nothing is ever searched for finished visits.
func (s *shard) put(id uint64, v *openVisit) {
	if s.turns(v.last) {
		s.old, s.young, s.rotated = s.young, make(map[uint64]*openVisit), v.last
		delete(s.old, id)
	}
	s.young[id] = v
}

// turns reports that the young visits are old by a page view at the given second.
func (s *shard) turns(unix int64) bool {
	pause := int64(VisitPause / time.Second)
	return s.young == nil || unix-s.rotated > pause || s.rotated-unix > pause
}

// carried takes the visit of key out of day, nil for none. It is called under the lock of a shard of the day after:
// locks are taken in the order of falling days.
func (t *Tracker) carried(day Day, key Key, unix int64) *openVisit {
	d := t.find(day)
	if d == nil {
		return nil
	}
	s := &d.shards[key[0]%trackerShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	v, _ := s.find(key[1], unix)
	delete(s.young, key[1])
	return v
}

func (t *Tracker) find(day Day) *dayState {
	if living := t.living.Load(); living != nil {
		for _, d := range *living {
			if d.day == day {
				return d
			}
		}
	}
	return nil
}

func newDayState(day Day) *dayState {
	d := &dayState{day: day}
	for i := range d.shards {
		d.shards[i].seen.wide = true
	}
	return d
}

func (t *Tracker) begin(day Day) *dayState {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.find(day); d != nil {
		return d
	}
	living := []*dayState{newDayState(day)}
	if old := t.living.Load(); old != nil {
		living = append(living, *old...)
	}
	living = living[:min(len(living), t.days)]
	t.living.Store(&living)
	return living[0]
}

// Drop forgets everything of day.
func (t *Tracker) Drop(day Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.living.Load()
	if old == nil {
		return
	}
	living := make([]*dayState, 0, len(*old))
	for _, d := range *old {
		if d.day != day {
			living = append(living, d)
		}
	}
	t.living.Store(&living)
}

// Stats accounts for what is held.
func (t *Tracker) Stats() TrackerStats {
	stats := TrackerStats{Capacity: t.capacity, Untracked: t.untracked.Load(), Unnoted: t.sharing.unnoted.Load()}
	if living := t.living.Load(); living != nil {
		stats.Days = len(*living)
		for _, d := range *living {
			stats.Visitors += d.visitors.Load()
		}
	}
	return stats
}
