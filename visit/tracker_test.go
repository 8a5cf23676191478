package visit_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

func keyFor(visitor int, day visit.Day) visit.Key {
	r := rand.New(rand.NewPCG(uint64(visitor), uint64(day)))
	return visit.Key{r.Uint64(), r.Uint64()}
}

var almaty = time.FixedZone("+05", 5*3600)

// see lets visitor open path at now.
func see(tr *visit.Tracker, visitor int, now time.Time, path string) visit.Pageview {
	pv := visit.Pageview{Path: path, Source: "from-" + path, Channel: "referral", Campaign: "c" + path}
	pv.Day, pv.Hour = visit.DayOf(now, almaty)
	tr.Observe(keyFor(visitor, pv.Day), keyFor(visitor, pv.Day-1), now, &pv)
	return pv
}

func TestTrackerVisit(t *testing.T) {
	tr := visit.NewTracker(0, 0, nil)
	start := time.Date(2024, 5, 17, 10, 15, 0, 0, almaty)
	day, _ := visit.DayOf(start, almaty)
	first := visit.Step{NewVisitor: true, NewVisit: true, NewOnPage: true, NewInSection: true, StartedDay: day, StartedHour: 10, StartSource: "from-/a", StartChannel: "referral", StartCampaign: "c/a", Views: 1}
	second := visit.Step{Second: true, Seconds: 60, Timed: true, NewOnPage: true, NewInSection: true, Previous: "/a", PreviousDay: day, StartedDay: day, StartedHour: 10, StartSource: "from-/a", StartChannel: "referral", StartCampaign: "c/a", Views: 2, Elapsed: 60}
	third := second
	third.Second, third.Previous, third.Seconds = false, "/b", 1800
	third.Views, third.Elapsed = 3, 1860
	again := visit.Step{NewVisit: true, NewOnPage: true, NewInSection: true, StartedDay: day, StartedHour: 11, StartSource: "from-/d", StartChannel: "referral", StartCampaign: "c/d", Views: 1}
	for _, c := range []struct {
		after time.Duration
		path  string
		want  visit.Step
	}{{0, "/a", first}, {time.Minute, "/b", second}, {31 * time.Minute, "/c", third}, {61*time.Minute + time.Second, "/d", again}} {
		got := see(tr, 1, start.Add(c.after), c.path).Step
		got.Lot = 0
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.path, got, c.want)
		}
	}
}

func TestTrackerAcrossMidnight(t *testing.T) {
	tr := visit.NewTracker(0, 0, nil)
	before := time.Date(2024, 5, 17, 23, 50, 0, 0, almaty)
	day, _ := visit.DayOf(before, almaty)
	see(tr, 1, before, "/a")
	got := see(tr, 1, before.Add(20*time.Minute), "/b").Step
	want := visit.Step{NewVisitor: true, Second: true, Seconds: 1200, Timed: true, NewOnPage: true, NewInSection: true, Previous: "/a", PreviousDay: day, StartedDay: day, StartedHour: 23, StartSource: "from-/a", StartChannel: "referral", StartCampaign: "c/a", Views: 2, Elapsed: 1200}
	got.Lot = 0
	if got != want {
		t.Errorf("after midnight: %+v, want %+v", got, want)
	}
	if got := see(tr, 1, before.Add(25*time.Minute), "/c").Step; got.NewVisitor || got.NewVisit || got.Second || got.PreviousDay != day+1 || got.StartedDay != day {
		t.Errorf("the visit goes on: %+v", got)
	}
	tr.Drop(day)
	if got := see(tr, 1, before.Add(30*time.Minute), "/d").Step; got.NewVisit || got.Previous != "/c" {
		t.Errorf("dropping yesterday must not end a visit of today: %+v", got)
	}
}

func TestTrackerDrop(t *testing.T) {
	tr := visit.NewTracker(0, 0, nil)
	now := time.Date(2024, 5, 17, 12, 0, 0, 0, almaty)
	day := see(tr, 1, now, "/a").Day
	tr.Drop(day)
	if stats := tr.Stats(); stats.Days != 0 || stats.Visitors != 0 {
		t.Errorf("%+v is left of a dropped day", stats)
	}
	if got := see(tr, 1, now, "/a").Step; !got.NewVisitor || !got.NewVisit {
		t.Errorf("a dropped day remembers nobody: %+v", got)
	}
}

func TestTrackerCapacity(t *testing.T) {
	tr := visit.NewTracker(100, 0, nil)
	now := time.Date(2024, 5, 17, 12, 0, 0, 0, almaty)
	visitors := 0
	for i := range 150 {
		if see(tr, i, now, "/a").Step.NewVisitor {
			visitors++
		}
	}
	if stats := tr.Stats(); visitors != 100 || stats.Visitors != 100 || stats.Untracked != 50 {
		t.Errorf("%d visitors counted, %+v", visitors, stats)
	}
	if got := see(tr, 149, now, "/a").Step; got != (visit.Step{}) {
		t.Errorf("an untracked visitor has no step: %+v", got)
	}
	if got := see(tr, 3, now, "/b").Step; !got.Second {
		t.Errorf("a tracked visitor goes on: %+v", got)
	}
}

// oracle counts visitors and visits the slow and obvious way.
type oracle struct {
	seen map[string]bool
	last map[int]time.Time
	more map[int]bool
}

func (o *oracle) see(visitor int, now time.Time) (newVisitor, newVisit, second bool) {
	day, _ := visit.DayOf(now, almaty)
	id := fmt.Sprint(visitor, day)
	newVisitor = !o.seen[id]
	o.seen[id] = true
	last, ok := o.last[visitor]
	newVisit = !ok || now.Unix()-last.Unix() > 1800
	second = !newVisit && !o.more[visitor]
	o.more[visitor] = !newVisit
	o.last[visitor] = now
	return
}

// TestTrackerAgainstOracle runs random traffic over four days, each dropped an hour after its end.
func TestTrackerAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tr := visit.NewTracker(0, 0, nil)
	o := oracle{map[string]bool{}, map[int]time.Time{}, map[int]bool{}}
	now := time.Date(2024, 5, 17, 20, 0, 0, 0, almaty)
	for i := range 60_000 {
		now = now.Add(time.Duration(r.IntN(9000)) * time.Millisecond)
		visitor := r.IntN(900)
		pv := see(tr, visitor, now, "/")
		newVisitor, newVisit, second := o.see(visitor, now)
		if pv.Step.NewVisitor != newVisitor || pv.Step.NewVisit != newVisit || pv.Step.Second != second {
			t.Fatalf("view %d of visitor %d at %v: %+v; want new visitor %v, new visit %v, second %v", i, visitor, now, pv.Step, newVisitor, newVisit, second)
		}
		if _, hour := visit.DayOf(now, almaty); hour >= 1 {
			tr.Drop(pv.Day - 1)
		}
	}
}

func TestTrackerRepeatAllocatesNothing(t *testing.T) {
	tr := visit.NewTracker(0, 0, nil)
	now := time.Date(2024, 5, 17, 12, 0, 0, 0, almaty)
	pv := see(tr, 1, now, "/a")
	key := keyFor(1, pv.Day)
	if n := testing.AllocsPerRun(100, func() { tr.Observe(key, visit.Key{}, now, &pv) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
