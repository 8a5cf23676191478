package peers_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/storetest"
)

// TestWhoeverHasTheLineChangesNothing: everything that was said is said again, in any order, and cut, changed and made-up
// messages are said between it. What is counted stays exact.
func TestWhoeverHasTheLineChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, 3)
	attacker := s.all[0].store // the line itself, without the secret
	heard, _ := storetest.Listen(t, attacker, "visitors")
	s.begin()
	r := rand.New(rand.NewPCG(1, 1))
	var o oracle
	say := func(message []byte) {
		t.Helper()
		if err := attacker.Publish(t.Context(), "visitors", message); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		s.browse(&o, r, 20, 60)
		said := heard.Wait(t, 1)
		for range 50 {
			old := []byte(said[r.IntN(len(said))])
			if len(old) == 0 { // its own
				continue
			}
			switch r.IntN(5) {
			case 0, 1:
				say(old)
			case 2:
				say(old[:r.IntN(len(old))])
			case 3:
				old[r.IntN(len(old))] ^= byte(1 + r.IntN(255))
				say(old)
			case 4:
				made := make([]byte, r.IntN(64<<10))
				for i := range made {
					made[i] = byte(r.Uint32())
				}
				say(made)
			}
		}
		s.until("it is heard, and all is as before", func() bool {
			for _, p := range s.all {
				if f := p.visitors.Figures(); !f.Complete || f.Others != 2 {
					return false
				}
			}
			return true
		})
		s.begin()
	}
	s.exact(&o)
	for _, p := range s.all {
		if f := p.visitors.Figures(); f.Topic.Strange == 0 || f.Lost > 0 || f.Refused > 0 {
			t.Errorf("%+v", f)
		}
	}
}

// TestAGreatDayIsTold: whoever comes late hears of all visitors of a large site, in bounded memory.
func TestAGreatDayIsTold(t *testing.T) {
	t.Parallel()
	const visitors = 200_000
	s := newSite(t, 1)
	s.until("it has looked for others", func() bool { return s.all[0].visitors.Figures().Complete })
	for i := range visitors {
		if i%10_000 == 0 {
			s.clock.advance(5 * time.Minute)
			s.beat()
		}
		s.all[0].Page(hitOf(i, 1, s.clock.now()), page)
	}
	p := s.join()
	begun := time.Now()
	if !s.joined(p) {
		t.Fatal("nothing was told")
	}
	took := time.Since(begun)
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d visitors told in %v; two processes and their tests hold %d MB", visitors, took, memory.HeapAlloc>>20)
	if n := p.Stats().Visitors; n != visitors {
		t.Errorf("%d of %d visitors are known", n, visitors)
	}
	if f := p.visitors.Figures(); f.Incomplete+f.Refused+f.Foreign > 0 {
		t.Errorf("%+v", f)
	}
	var o oracle
	for i := range 1000 { // those of the last half hour are on their visit still
		o.view(p, visitors-1-i, 2, s.clock.now())
	}
	if o.gotVisitors+o.gotV > 0 {
		t.Errorf("%d of 1000 count as new, %d visits begin", o.gotVisitors, o.gotV)
	}
}

// TestThoseWhoAnswerMayDie: another is asked then.
func TestThoseWhoAnswerMayDie(t *testing.T) {
	t.Parallel()
	s := newSite(t, 3)
	s.begin()
	for i := range 30_000 {
		s.all[i%3].Page(hitOf(i, 1, s.clock.now()), page)
	}
	s.sync()
	p := s.join()
	for range 2 { // one of the two answers, unless the third does
		s.all[0].visitors.Kill()
		s.all = s.all[1:]
	}
	s.until("all is known", func() bool { return p.Stats().Visitors == 30_000 && p.visitors.Figures().Complete })
}

// TestStopIsBounded by its context, whatever the line does.
func TestStopIsBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t, 1)
	p := s.all[0]
	s.all = nil
	s.server.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if !p.visitors.Stop(ctx) {
		t.Error("without a line it is not alone")
	}
}
