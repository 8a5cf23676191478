package peers_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// browse lets visitors open pages at random processes, all telling between any two page views.
func (s *site) browse(o *oracle, r *rand.Rand, views, visitors int) {
	s.t.Helper()
	for range views {
		o.view(s.all[r.IntN(len(s.all))], r.IntN(visitors), r.IntN(5), s.clock.advance(time.Duration(r.IntN(3000))*time.Millisecond))
		s.sync()
	}
}

func (s *site) exact(o *oracle) {
	s.t.Helper()
	if o.gotVisitors != o.visitors || o.gotV != o.visits {
		s.t.Errorf("%d visitors and %d visits are counted, %d and %d came", o.gotVisitors, o.gotV, o.visitors, o.visits)
	}
	for i, p := range s.all {
		if n := p.Stats().Visitors; n != int64(o.visitors) {
			s.t.Errorf("%d knows %d visitors of %d", i, n, o.visitors)
		}
	}
}

// TestARestartIsMadeGoodByOthers, whether it ended in order or all at once.
func TestARestartIsMadeGoodByOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t, 4)
	s.begin()
	r := rand.New(rand.NewPCG(5, 6))
	var o oracle
	s.browse(&o, r, 300, 200)
	first := s.all[0]
	if s.leave(first) {
		t.Error("one of four is told to be the last")
	}
	if p := s.join(); !s.joined(p) {
		t.Error("the one that came back was told nothing")
	}
	s.begin()
	s.browse(&o, r, 300, 200)
	s.exact(&o)

	killed := s.all[0] // what a kill -9 leaves behind: nobody says goodbye, nothing more is told
	s.all = s.all[1:]
	killed.visitors.Kill()
	if p := s.join(); !s.joined(p) {
		t.Error("the one that came back was told nothing")
	}
	for range 150 {
		s.beat()
	}
	s.begin()
	s.browse(&o, r, 300, 200)
	s.exact(&o)

	for len(s.all) > 1 {
		if s.leave(s.all[0]) {
			t.Error("one of several is told to be the last")
		}
	}
	s.until("those who left are known to have", func() bool { return true })
	if last := s.all[0]; !s.leave(last) {
		t.Error("the last is not told so")
	}
}

// TestALineThatIsCutIsMadeGood: while Redis is away each counts for itself; when it is back, all know what each has seen.
func TestALineThatIsCutIsMadeGood(t *testing.T) {
	t.Parallel()
	s := newSite(t, 3)
	s.begin()
	r := rand.New(rand.NewPCG(7, 8))
	var o oracle
	s.browse(&o, r, 200, 100)
	s.server.Kill()
	for _, p := range s.all {
		s.until("the line is down", func() bool { return !p.visitors.Figures().Up })
	}
	for i := range 90 { // each visitor stays where they are
		o.view(s.all[i%3], 1000+i, 1, s.clock.advance(time.Second))
		s.beat()
	}
	said := ""
	for _, p := range s.all {
		for len(p.faults) > 0 {
			said += <-p.faults
		}
	}
	if !strings.Contains(said, "count visitors together with other processes: redisstore: subscribe:") {
		t.Errorf("faults %q", said)
	}
	s.server.Restart()
	for _, p := range s.all {
		s.until("all know again", func() bool {
			f := p.visitors.Figures()
			return f.Up && f.Complete && p.Stats().Visitors == int64(o.visitors)
		})
	}
	s.begin()
	s.browse(&o, r, 200, 100)
	for i := range 90 {
		o.view(s.all[(i+1)%3], 1000+i, 2, s.clock.advance(time.Second))
		s.sync()
	}
	s.exact(&o)
}

// TestNothingRestsInRedis: no seed, no key and no path of a visit is in its files, open or closed.
func TestNothingRestsInRedis(t *testing.T) {
	t.Parallel()
	s := newSite(t, 2)
	s.begin()
	var o oracle
	s.browse(&o, rand.New(rand.NewPCG(9, 9)), 50, 20)
	look := func(when string) {
		t.Helper()
		raw := s.server.Raw()
		for _, p := range s.all {
			for _, seed := range p.Seeds() {
				id := seed.ID()
				if bytes.Contains(raw, seed.Value[:]) || bytes.Contains(raw, id[:]) {
					t.Errorf("%s: a seed rests in Redis", when)
				}
			}
		}
		if bytes.Contains(raw, []byte("PUBLISH")) || bytes.Contains(raw, []byte("publish")) || bytes.Contains(raw, []byte("/p1")) {
			t.Errorf("%s: what was told rests in Redis", when)
		}
	}
	look("open")
	for _, p := range s.all {
		p.Drop(visit.DateOf(2026, 3, 10))
	}
	s.beat()
	look("closed")
}
