package guard

import (
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

// TestS4_9_7_RecordsGoWhenTheirTermIsOver: three years after a choice has ended its record is erased, not before, and the
// log still verifies against a head from before.
func TestS4_9_7_RecordsGoWhenTheirTermIsOver(t *testing.T) {
	t.Parallel()
	now := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	g, store := clocked(t, now, "2 years")
	g.witness.stop() // this test does its work, at its own times
	sign := func() {
		t.Helper()
		settle(t, g)
		for range 2 { // seen, and settled
			if err := g.sequence(t.Context()); err != nil {
				t.Fatal(err)
			}
			now.add(time.Minute)
		}
	}
	choose := func(a consent.Action) string {
		t.Helper()
		r, err := g.Record(t.Context(), consent.Submission{Action: a, Method: consent.MethodAPI})
		if err != nil {
			t.Fatal(err)
		}
		return r.ID[len("urn:kelisim:record:"):]
	}
	first := choose(consent.Accept)
	sign()
	head := g.log.Head()
	lifetimes := g.Rules().Policy().Lifetimes
	end := lifetimes.Record.After(lifetimes.Choice.After(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))

	for _, step := range []struct {
		at     time.Time
		erased bool
	}{{end.Add(-48 * time.Hour), false}, {end.Add(48 * time.Hour), true}, {end.Add(72 * time.Hour), true}} {
		now.seconds.Store(step.at.Unix())
		if step.erased == false {
			choose(consent.Reject) // is young, and stays
		}
		settle(t, g)
		if err := g.expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		sign()
		e, err := store.Entry(t.Context(), first)
		if err != nil || e.Erased() != step.erased {
			t.Errorf("%v: erased %v, %v", step.at, e.Erased(), err)
		}
		if _, err := g.receipt(t.Context(), first); (err != nil) != step.erased {
			t.Errorf("%v: its receipt: %v", step.at, err)
		}
		r, err := ledger.Verify(t.Context(), store, ledger.VerifyOptions{Known: g.log.Keys().Verifiers(), Records: g.keys, Older: []ledger.Kept{{Name: "before", Note: head.Note}}})
		if err != nil || !r.Sound() || r.Signed != r.Entries || (r.Erased == 1) != step.erased {
			t.Errorf("%v: %+v, %v", step.at, r, err)
		}
	}
	if got := g.State().Ledger.Erased; got != 1 {
		t.Errorf("%d counted as erased, want 1", got)
	}
}
