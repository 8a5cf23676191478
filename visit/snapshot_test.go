package visit_test

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// TestARestartInOrderCostsNothing: visitors and visits go on, across midnight too, as if nothing had been.
func TestARestartInOrderCostsNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 17, 18, 0, 0, 0, almaty)
	all, plan := together(t, 2, now), shop(t)
	sole, other := all[0], all[1]
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 4000 {
		now = now.Add(time.Duration(r.IntN(20)) * time.Second)
		hit := visitorAt(r.IntN(300), r.IntN(5), now)
		got, want := other.Page(hit, html), sole.Page(hit, html)
		if got.Step.Reached, want.Step.Reached = (visit.Reached{}), (visit.Reached{}); !reflect.DeepEqual(got, want) {
			t.Fatalf("view %d at %v:\n%+v, without a restart\n%+v", i, now, got, want)
		}
		if i%500 != 499 {
			continue
		}
		snapshot, err := other.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		other, err = visit.NewAnonymiser(visit.Options{Secret: secret, Zone: almaty, Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Restore(snapshot, now); err != nil {
			t.Fatal(err)
		}
		for _, seed := range sole.Seeds() { // the seed of a day that begins later is drawn by each
			if _, err := other.Adopt(seed, now); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestASnapshotOfNobody(t *testing.T) {
	t.Parallel()
	a := anonymiser(t)
	if snapshot, err := a.Snapshot(); err != nil || snapshot != nil {
		t.Errorf("%d bytes of nobody, %v", len(snapshot), err)
	}
	a.Page(visitorAt(1, 1, noon), html)
	snapshot, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i := range snapshot {
		if err := anonymiser(t).Restore(snapshot[:i], noon); i > 1 && !errors.Is(err, visit.ErrSnapshot) && !errors.Is(err, visit.ErrPart) {
			t.Errorf("%d of %d bytes: %v", i, len(snapshot), err)
		}
	}
	late := anonymiser(t)
	if err := late.Restore(snapshot, noon.AddDate(0, 0, 2)); err != nil || late.Stats().Visitors != 0 || len(late.Days()) != 0 {
		t.Errorf("two days later: %v, %+v, %v", err, late.Stats(), late.Days())
	}
}

// TestWhoAskedBeforeARestartIsNobodysFirstAfterIt: a program that calls and views no page is one asker of its day, however
// often the site is restarted; otherwise it would pass the floor of its network all by itself.
func TestWhoAskedBeforeARestartIsNobodysFirstAfterIt(t *testing.T) {
	t.Parallel()
	call := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("203.0.113.9"), Time: noon, Method: "POST", Target: "/api", UserAgent: chromeAgent})
	a, askers := anonymiser(t), 0
	for range 6 {
		if pv := a.Page(call, visit.Response{Status: 200, ContentType: "application/json"}); pv.Asker {
			askers++
		}
		snapshot, err := a.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		a = anonymiser(t)
		if err := a.Restore(snapshot, noon); err != nil {
			t.Fatal(err)
		}
	}
	if askers != 1 {
		t.Errorf("%d askers over six runs, want 1", askers)
	}
}

// TestWhoAskedElsewhereIsNobodysFirstHere is the same of processes that count together.
func TestWhoAskedElsewhereIsNobodysFirstHere(t *testing.T) {
	t.Parallel()
	call := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("203.0.113.9"), Time: noon, Method: "POST", Target: "/api", UserAgent: chromeAgent})
	all, askers := together(t, 4, noon), 0
	for _, a := range all {
		if pv := a.Page(call, visit.Response{Status: 200, ContentType: "application/json"}); pv.Asker {
			askers++
		}
		tell(t, a, all, noon)
	}
	if askers != 1 {
		t.Errorf("%d askers over four processes, want 1", askers)
	}
}

// TestASeedThatGivesWayLosesWhoOnlyAsked: they may be counted again, which whoever adopts it is told.
func TestASeedThatGivesWayLosesWhoOnlyAsked(t *testing.T) {
	t.Parallel()
	call := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("203.0.113.9"), Time: noon, Method: "POST", Target: "/api", UserAgent: chromeAgent})
	a, b := together(t, 1, noon)[0], together(t, 1, noon.Add(-time.Minute))[0]
	a.Page(call, visit.Response{Status: 200, ContentType: "application/json"})
	for _, seed := range b.Seeds() {
		if lost, err := a.Adopt(seed, noon); err != nil || seed.Day == a.Today(noon) && lost != 1 {
			t.Errorf("%d lost, %v, want 1", lost, err)
		}
	}
}
