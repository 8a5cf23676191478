package visit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// TestAPageSeenAgainIsNeverNew, and one that was not is nearly always: against an exact count, by how many pages a visitor sees.
func TestAPageSeenAgainIsNeverNew(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		pages, sections int
		missed, less    float64 // shares of the visitors of pages and of sections, at most
	}{{1, 1, 0, 0.002}, {3, 1, 0.003, 0.002}, {3, 3, 0.003, 0.006}, {20, 4, 0.05, 0.05}, {20, 20, 0.09, 0.17}} {
		tr := visit.NewTracker(0, 0, nil)
		now := time.Date(2024, 5, 17, 10, 0, 0, 0, almaty)
		const visitors = 5000
		var pages, sections int
		for who := range visitors {
			for view := range 2 * row.pages { // each page twice
				i := view % row.pages
				st := see(tr, who, now, fmt.Sprintf("/section-%d-of-%d/page-%d", i%row.sections, who%100, i)).Step
				if view >= row.pages && (st.NewOnPage || st.NewInSection) {
					t.Fatalf("%+v: page %d is new for visitor %d a second time", row, i, who)
				}
				pages, sections = pages+int(one(st.NewOnPage)), sections+int(one(st.NewInSection))
			}
		}
		missed := 1 - float64(pages)/float64(visitors*row.pages)
		if missed > row.missed {
			t.Errorf("%+v: %.4f of the visitors of a page are missed", row, missed)
		}
		if less := 1 - float64(sections)/float64(visitors*row.sections); less > row.less || sections > visitors*row.sections {
			t.Errorf("%+v: %.4f of the visitors of a section are missed", row, less)
		}
		t.Logf("%d pages in %d sections: %.2f %% of their visitors are missed", row.pages, row.sections, 100*missed)
	}
}

// TestNoTwoPagesAreTakenForOneAnotherByEverybody: what is missed of a page follows from the visitor's lot, not from the page alone.
func TestNoTwoPagesAreTakenForOneAnotherByEverybody(t *testing.T) {
	t.Parallel()
	tr := visit.NewTracker(0, 0, nil)
	now := time.Date(2024, 5, 17, 10, 0, 0, 0, almaty)
	const visitors, pages = 400, 30
	seen := map[int]int{}
	for who := range visitors {
		for page := range pages {
			seen[page] += int(one(see(tr, who, now, fmt.Sprintf("/%d", page)).Step.NewOnPage))
		}
	}
	for page, n := range seen {
		if n < visitors/2 {
			t.Errorf("page %d has %d visitors of %d", page, n, visitors)
		}
	}
}

func TestTheNextDayKnowsOfNoPages(t *testing.T) {
	t.Parallel()
	tr := visit.NewTracker(0, 0, nil)
	evening := time.Date(2024, 5, 17, 23, 50, 0, 0, almaty)
	see(tr, 1, evening, "/a/b")
	if st := see(tr, 1, evening.Add(20*time.Minute), "/a/b").Step; !st.NewOnPage || !st.NewInSection || st.NewVisit {
		t.Errorf("%+v", st)
	}
}

// TestAllProcessesKnowWhatAVisitorHasSeen, and so does one that goes on after a restart.
func TestAllProcessesKnowWhatAVisitorHasSeen(t *testing.T) {
	t.Parallel()
	all, fresh := together(t, 3, noon), 0
	const visitors = 100
	for page := range 3 { // each elsewhere
		for who := range visitors {
			fresh += int(one(all[page].Page(visitorAt(who, page, noon), html).Step.NewOnPage))
		}
		tell(t, all[page], all, noon)
	}
	if fresh < 3*visitors*97/100 {
		t.Errorf("%d of %d pages were new", fresh, 3*visitors)
	}
	late := noon.Add(time.Hour) // no visit is open any more
	again := func(a *visit.Anonymiser, who, page int) {
		if st := a.Page(visitorAt(who, page, late), html).Step; st.NewOnPage || st.NewInSection {
			t.Errorf("page %d of visitor %d is new again: %+v", page, who, st)
		}
	}
	for who := range visitors {
		for i, a := range all {
			again(a, who, (i+who)%3)
		}
	}
	snapshot, err := all[0].Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	next, err := visit.NewAnonymiser(visit.Options{Secret: secret, Zone: almaty, Plan: shop(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Restore(snapshot, late); err != nil {
		t.Fatal(err)
	}
	for who := range visitors {
		again(next, who, who%3)
	}
}

// TestHowLongAPageLastedIsKnownOnce, by its browser or by the page view that follows.
func TestHowLongAPageLastedIsKnownOnce(t *testing.T) {
	t.Parallel()
	tr := visit.NewTracker(0, 0, nil)
	now := time.Date(2024, 5, 17, 10, 0, 0, 0, almaty)
	pv := see(tr, 1, now, "/a")
	stay := func(after time.Duration) visit.Step {
		told := visit.Pageview{Day: pv.Day, Path: "/a"}
		if !tr.Stay(keyFor(1, pv.Day), now.Add(after), &told) {
			t.Fatalf("after %v: nothing is told", after)
		}
		return told.Step
	}
	if pv.Step.Timed || !stay(10*time.Second).Timed || stay(20*time.Second).Timed {
		t.Error("the first time that a browser tells is the first that is known")
	}
	if next := see(tr, 1, now.Add(30*time.Second), "/b").Step; next.Timed || next.Seconds != 10 {
		t.Errorf("%+v: the browser told of the page before", next)
	}
	if next := see(tr, 1, now.Add(40*time.Second), "/c").Step; !next.Timed {
		t.Errorf("%+v: no browser told of the page before", next)
	}
}

func one(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
