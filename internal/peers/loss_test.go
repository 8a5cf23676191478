package peers_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// TestWhatGetsLostIsAskedFor: one of three does not hear every twentieth message, whatever it is about.
func TestWhatGetsLostIsAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t, 2)
	heard := 0
	p := s.join(func(p *process) {
		p.deaf = func() bool { heard++; return heard%20 == 19 }
	})
	s.begin()
	for i := range 300 {
		s.all[i%2].Page(hitOf(i, 1, s.clock.now()), page)
		s.beat()
	}
	s.until("all is known", func() bool { return p.Stats().Visitors == 300 })
}

// TestTwoWhoNeverHeardEachOther have seeds of their own; when they do, the one that has stood for longer goes on, and it
// is said how many the other had seen.
func TestTwoWhoNeverHeardEachOther(t *testing.T) {
	t.Parallel()
	s := newSite(t, 1)
	old := s.all[0]
	s.until("it stands", func() bool { return old.visitors.Figures().Complete })
	s.clock.advance(time.Minute)
	young := s.join(func(p *process) { p.mute.Store(true) })
	s.until("it stands, too", func() bool { return young.visitors.Figures().Complete })
	for i := range 30 {
		old.Page(hitOf(i, 1, s.clock.now()), page)
	}
	for i := range 7 {
		young.Page(hitOf(i, 1, s.clock.now()), page)
	}
	seed := old.seed()
	young.mute.Store(false)
	s.until("both know all that the old one knew", func() bool { return young.seed() == seed && young.Stats().Visitors >= 30 })
	if young.lost.Load() != 7 || young.visitors.Figures().Lost != 7 || old.lost.Load() != 0 || old.seed() != seed {
		t.Errorf("%d and %d visitors were given up, want 7 and none", young.lost.Load(), old.lost.Load())
	}
	s.begin()
	for i := range 30 { // those of the young one are known to the old one
		if pv := young.Page(hitOf(i, 2, s.clock.now()), page); pv.Step.NewVisitor || !pv.Step.Second {
			t.Fatalf("visitor %d: %+v", i, pv.Step)
		}
	}
}

// TestKeysDieWithTheirDay: what was said on a day that is closed can be opened by nobody.
func TestKeysDieWithTheirDay(t *testing.T) {
	t.Parallel()
	s := newSite(t, 2)
	s.begin()
	var o oracle
	s.browse(&o, rand.New(rand.NewPCG(1, 1)), 20, 20)
	for _, p := range s.all {
		if p.visitors.Keys() == 0 {
			t.Error("nothing was sealed")
		}
		p.Drop(visit.DateOf(2026, 3, 10))
	}
	s.beat()
	s.beat()
	for _, p := range s.all {
		if n := p.visitors.Keys(); n != 0 {
			t.Errorf("%d keys are left of a closed day", n)
		}
	}
}
