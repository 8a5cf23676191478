package peers_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// clock is the time of a test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// site is several processes over one Redis.
type site struct {
	t      *testing.T
	server *redistest.Server
	clock  clock
	all    []*process
}

// process is one of them.
type process struct {
	*visit.Anonymiser
	visitors *peers.Visitors
	store    *redisstore.Store
	tick     chan time.Time
	base     int64
	deaf     func() bool // leaves out a message that comes
	mute     atomic.Bool // says nothing, and hears nothing
	lost     atomic.Int64
	faults   chan string
}

// faulty is a line on which messages get lost.
type faulty struct {
	peers.Line
	p *process
}

func (f *faulty) Publish(ctx context.Context, topic string, message []byte) error {
	if f.p.mute.Load() {
		return nil
	}
	return f.Line.Publish(ctx, topic, message)
}

func (f *faulty) Subscribe(ctx context.Context, topic string, hear func([]byte), held func(error)) {
	f.Line.Subscribe(ctx, topic, func(message []byte) {
		if !f.p.mute.Load() && (f.p.deaf == nil || !f.p.deaf()) {
			hear(message)
		}
	}, held)
}

func newSite(t *testing.T, processes int) *site {
	s := &site{t: t, server: redistest.Start(t), clock: clock{at: noon}}
	for range processes {
		s.join()
	}
	return s
}

// join starts one more process.
func (s *site) join(change ...func(*process)) *process {
	s.t.Helper()
	p := &process{tick: make(chan time.Time), faults: make(chan string, 1000)}
	for _, f := range change {
		f(p)
	}
	var err error
	p.store, err = redisstore.Open(s.t.Context(), redisstore.Options{URL: s.server.URL(), Site: "site"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = p.store.Shutdown() })
	if p.Anonymiser, err = visit.NewAnonymiser(visit.Options{Secret: secret, Zone: time.UTC, Capacity: 3_000_000}); err != nil {
		s.t.Fatal(err)
	}
	p.visitors, err = peers.NewVisitors(peers.VisitorsOptions{
		Line: &faulty{Line: p.store, p: p}, Lost: func(n int64) { p.lost.Add(n) }, Secret: secret, Anonymiser: p.Anonymiser, Now: s.clock.now, Tick: p.tick,
		Fault: func(what string, err error) {
			select {
			case p.faults <- what + ": " + err.Error():
			default:
			}
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := p.visitors.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.all = append(s.all, p)
	s.t.Cleanup(func() { s.leave(p) })
	s.until("the line is up", func() bool { return p.visitors.Figures().Up })
	return p
}

// joined waits until a process that has just been started has heard what others know, and reports whether anybody did.
func (s *site) joined(p *process) bool { return p.visitors.Join(30 * time.Second) }

// leave ends a process in order.
func (s *site) leave(p *process) (alone bool) {
	for i, q := range s.all {
		if q == p {
			s.all = append(s.all[:i:i], s.all[i+1:]...)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			return p.visitors.Stop(ctx)
		}
	}
	return false
}

// beat lets one tick pass everywhere.
func (s *site) beat() {
	for _, p := range s.all {
		p.tick <- time.Time{}
	}
}

// until waits until something holds, and lets ticks pass meanwhile, not too fast for the line.
func (s *site) until(what string, holds func() bool) {
	s.t.Helper()
	poll, tick, over := time.NewTicker(200*time.Microsecond), time.NewTicker(20*time.Millisecond), time.After(time.Minute)
	defer poll.Stop()
	defer tick.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-tick.C:
			_, _ = s.server.Command(s.t.Context(), "PING") // while Redis has other things to do no time passes: whoever is silent so long is dead
			s.beat()
		case <-over:
			for _, p := range s.all {
				s.t.Logf("%+v", p.visitors.Figures())
			}
			s.t.Fatalf("not within a minute: %s", what)
		}
	}
}

// heard is how many parts p has taken in beyond those that the others have told.
func (s *site) heard(p *process) (n int64) {
	for _, q := range s.all {
		if f := q.visitors.Figures(); q == p {
			n += f.Heard
		} else {
			n -= f.Parts
		}
	}
	return n
}

// seed names the seed of today.
func (p *process) seed() (id [8]byte) {
	for _, seed := range p.Seeds() {
		if seed.Day == visit.DateOf(2026, 3, 10) {
			id = seed.ID()
		}
	}
	return id
}

// begin takes what has been heard so far, while nobody tells anything, as what [site.sync] begins with.
func (s *site) begin() {
	s.t.Helper()
	s.until("all know of all", func() bool {
		for _, p := range s.all {
			f := p.visitors.Figures()
			if f.Others < len(s.all)-1 || !f.Complete || p.seed() != s.all[0].seed() {
				return false
			}
		}
		return true
	})
	for _, p := range s.all {
		p.base = s.heard(p)
	}
}

// sync lets everybody tell and hear all that has changed.
func (s *site) sync() {
	s.t.Helper()
	s.beat()
	s.beat() // the second begins when the first is over
	s.until("everybody has heard everything", func() bool {
		for _, p := range s.all {
			if s.heard(p) < p.base {
				return false
			}
		}
		return true
	})
}

func hitOf(visitor, page int, now time.Time) visit.Hit {
	return visit.FromLog(visit.LogLine{
		Addr: netip.AddrFrom4([4]byte{10, byte(visitor >> 16), byte(visitor >> 8), byte(visitor)}), Time: now, Method: "GET",
		Target: fmt.Sprintf("/p%d", page), UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
	})
}

var page = visit.Response{Status: 200, ContentType: "text/html"}

// oracle counts in the slow and obvious way.
type oracle struct {
	last              map[int]time.Time
	views             map[int]int // of the visit
	visitors, visits  int
	bounces, seconds  int64
	gotVisitors, gotV int
	gotB, gotS        int64
}

func (o *oracle) view(p *process, visitor, at int, now time.Time) {
	if o.last == nil {
		o.last, o.views = map[int]time.Time{}, map[int]int{}
	}
	last, known := o.last[visitor]
	if !known {
		o.visitors++
	}
	if !known || now.Unix()-last.Unix() > int64(visit.VisitPause/time.Second) {
		o.visits++
		o.bounces++
		o.views[visitor] = 0
	} else {
		o.seconds += now.Unix() - last.Unix()
	}
	if o.views[visitor]++; o.views[visitor] == 2 {
		o.bounces--
	}
	o.last[visitor] = now
	pv := p.Page(hitOf(visitor, at, now), page)
	if pv.Step.NewVisitor {
		o.gotVisitors++
	}
	if pv.Step.NewVisit {
		o.gotV++
		o.gotB++
	}
	if pv.Step.Second {
		o.gotB--
	}
	o.gotS += pv.Step.Seconds
}

// off are the errors in percent.
func (o *oracle) off() (visitors, visits float64) {
	part := func(got, want int) float64 { return 100 * float64(got-want) / float64(want) }
	return part(o.gotVisitors, o.visitors), part(o.gotV, o.visits)
}

// bounced are the errors of bounces and of the time of visits, in percent.
func (o *oracle) bounced() (bounces, seconds float64) {
	part := func(got, want int64) float64 { return 100 * float64(got-want) / float64(want) }
	return part(o.gotB, o.bounces), part(o.gotS, o.seconds)
}

// TestFourCountAsOne holds visitors, visits, bounces and the time of visits against an exact count, for visitors who change the instance at each page
// view, who stay at one, and who open several pages within one tick.
func TestFourCountAsOne(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name            string
		visitors, views int
		at              func(visitor, view int, r *rand.Rand) int
		burst           int // page views between two ticks
		bound           float64
	}{
		{"at random, 100", 100, 2000, func(_, _ int, r *rand.Rand) int { return r.IntN(4) }, 1, 0},
		{"at random, 1000", 1000, 6000, func(_, _ int, r *rand.Rand) int { return r.IntN(4) }, 20, 3},
		{"sticky", 1000, 6000, func(visitor, _ int, _ *rand.Rand) int { return visitor % 4 }, 20, 0},
		{"in turn", 1000, 6000, func(_, view int, _ *rand.Rand) int { return view % 4 }, 10, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 4)
			s.begin()
			r := rand.New(rand.NewPCG(1, uint64(row.views)))
			var o oracle
			for i := range row.views {
				now := s.clock.advance(time.Duration(r.IntN(5000)) * time.Millisecond)
				visitor := r.IntN(row.visitors)
				o.view(s.all[row.at(visitor, i, r)], visitor, r.IntN(5), now)
				if i%row.burst == 0 {
					s.sync()
				}
			}
			s.sync()
			visitors, visits := o.off()
			bounces, seconds := o.bounced()
			t.Logf("%d visitors %+.2f %%, %d visits %+.2f %%, %d bounces %+.2f %%, %d seconds %+.2f %%", o.visitors, visitors, o.visits, visits, o.bounces, bounces, o.seconds, seconds)
			if row.bound == 0 && (o.gotB != o.bounces || o.gotS != o.seconds) {
				t.Errorf("%d bounces, want %d; %d seconds, want %d: nothing came within a tick", o.gotB, o.bounces, o.gotS, o.seconds)
			}
			if visitors < 0 || visitors > row.bound || visits < 0 || visits > row.bound {
				t.Errorf("%d visitors %+.2f %%, %d visits %+.2f %%: want at most %v %%", o.visitors, visitors, o.visits, visits, row.bound)
			}
			for _, p := range s.all {
				if f := p.visitors.Figures(); f.Refused+f.Foreign+f.Overflow+f.Incomplete+f.Lost+f.Topic.Strange > 0 {
					t.Errorf("%+v", f)
				}
				if n := p.Stats().Visitors; n != int64(o.visitors) {
					t.Errorf("one knows %d visitors of %d", n, o.visitors)
				}
			}
		})
	}
}

// TestWhatTheTickCosts measures the only error that is left: a visitor who opens two pages at two processes within one tick.
// Visits are as on a site: some seconds between two pages, and one in twenty a double click or a page fetched ahead.
func TestWhatTheTickCosts(t *testing.T) {
	t.Parallel()
	const visitors, lasts = 1000, 200 * time.Second
	s := newSite(t, 4)
	s.begin()
	r := rand.New(rand.NewPCG(11, 12))
	type view struct {
		at      time.Duration
		visitor int
	}
	var views []view
	for visitor := range visitors {
		for at := time.Duration(r.Int64N(int64(lasts))); ; {
			views = append(views, view{at, visitor})
			if r.IntN(4) == 0 {
				break
			}
			gap := 300*time.Millisecond + time.Duration(r.ExpFloat64()*float64(8*time.Second))
			if r.IntN(20) == 0 {
				gap = time.Duration(50+r.IntN(350)) * time.Millisecond
			}
			at += gap
		}
	}
	slices.SortFunc(views, func(a, b view) int { return cmp.Compare(a.at, b.at) })
	var o oracle
	tick := time.Duration(0)
	for _, v := range views {
		for ; tick < v.at; tick += 100 * time.Millisecond {
			if tick+100*time.Millisecond >= v.at {
				s.sync()
			}
		}
		s.clock.set(noon.Add(v.at))
		o.view(s.all[r.IntN(4)], v.visitor, 1, noon.Add(v.at))
	}
	off, visits := o.off()
	bounces, seconds := o.bounced()
	t.Logf("%d page views, %d visitors %+.2f %%, %d visits %+.2f %%, %d bounces %+.2f %%, %d seconds %+.2f %%", len(views), o.visitors, off, o.visits, visits, o.bounces, bounces, o.seconds, seconds)
	if off < 0 || off > 3 || visits < 0 || visits > 3 || bounces < -5 || bounces > 5 || seconds < 0 || seconds > 2 {
		t.Error("want at most 3 % of visitors and visits, 5 % of bounces, 2 % of the time")
	}
}
