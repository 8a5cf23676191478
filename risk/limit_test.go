package risk_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// memory are shared counters within the test, and a fault to come.
type memory struct {
	mu    sync.Mutex
	held  map[string]int64
	calls int
	fault error
	hangs bool // until the call is given up
}

func (m *memory) Add(ctx context.Context, key string, n int64, _ time.Duration) (int64, error) {
	m.mu.Lock()
	m.calls++
	fault, hangs := m.fault, m.hangs
	m.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	if fault != nil {
		return 0, fault
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[string]int64{}
	}
	m.held[key] += n
	return m.held[key], nil
}

func limited(limit int, away risk.Away) risk.Rules {
	return risk.Rules{Off: []risk.Code{"crawl_rate"}, Limits: []risk.Limit{{Name: "few", Path: []string{"/form"}, Limit: limit, Window: time.Minute, Then: risk.ActionDeny, Away: away}}}
}

func sharing(m risk.Shared, nodes, limit int, away risk.Away) func(*risk.Options) {
	return func(o *risk.Options) { o.Shared, o.Nodes, o.Rules = m, nodes, limited(limit, away) }
}

// serve counts how many of n requests are served.
func serve(e *risk.Engine, n int, after time.Duration) (served int) {
	for range n {
		if v := do(e, step{target: "/form", after: after}); v.Action < risk.ActionDeny {
			served++
		}
	}
	return served
}

func TestALimitIsKept(t *testing.T) {
	t.Parallel()
	e := engine(t, func(o *risk.Options) { o.Rules = limited(5, "") })
	if n := serve(e, 20, 0); n != 5 {
		t.Errorf("%d served, want 5", n)
	}
	if v := do(e, step{target: "/form"}); v.Rule != "few" {
		t.Errorf("rule %q", v.Rule)
	}
	if v := do(e, step{target: "/other"}); v.Action != risk.ActionAllow {
		t.Error("another path is limited, too")
	}
	if v := do(e, step{target: "/form", from: bob}); v.Action != risk.ActionAllow {
		t.Error("another address is limited, too")
	}
	if n := serve(e, 20, time.Minute); n != 5 {
		t.Errorf("%d served in the next window, want 5", n)
	}
	throttle := engine(t, func(o *risk.Options) { o.Rules = limited(1, ""); o.Rules.Limits[0].Then = risk.ActionThrottle })
	do(throttle, step{target: "/form", after: 20 * time.Second})
	if v := do(throttle, step{target: "/form", after: 20 * time.Second}); v.Action != risk.ActionThrottle || v.Wait != 40*time.Second {
		t.Errorf("%v, wait %v, want the rest of the window", v.Action, v.Wait)
	}
	network := engine(t, func(o *risk.Options) { o.Rules = limited(1, ""); o.Rules.Limits[0].Per = "network" })
	do(network, step{target: "/form"})
	if v := do(network, step{target: "/form", from: alice.Next()}); v.Action != risk.ActionDeny {
		t.Error("a neighbour is not counted with the network")
	}
}

// TestOvershootHasItsBound is the worst case: one guard is served the whole limit, then the others use up their shares without
// a word. That is L + (N−1)·⌈L/2N⌉ exactly, and never more whatever the order.
func TestOvershootHasItsBound(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 7, 60} {
		for _, nodes := range []int{2, 4, 16} {
			share := (limit + 2*nodes - 1) / (2 * nodes)
			most := limit + (nodes-1)*share
			m := &memory{}
			guards := make([]*risk.Engine, nodes)
			for i := range guards {
				guards[i] = engine(t, sharing(m, nodes, limit, risk.AwayClosed))
			}
			total := serve(guards[0], 2*limit, 0)
			for _, g := range guards[1:] {
				total += serve(g, 2*limit, 0)
			}
			if total != most {
				t.Errorf("one after the other, %d guards, limit %d: %d served, want %d", nodes, limit, total, most)
			}
			total = 0
			for range 2 * limit {
				for _, g := range guards {
					total += serve(g, 1, time.Minute)
				}
			}
			if nodes*share <= limit && total != limit || total > most || total < limit {
				t.Errorf("in turn, %d guards, limit %d: %d served, want %[2]d, and never more than %d", nodes, limit, total, most)
			}
		}
	}
}

// TestHalfTheLimitCostsNoCall: whoever stays below their share is never waited for, and whoever is denied costs no more calls.
func TestHalfTheLimitCostsNoCall(t *testing.T) {
	t.Parallel()
	m := &memory{}
	e := engine(t, sharing(m, 2, 60, risk.AwayOpen))
	serve(e, 15, 0)
	if m.calls != 0 {
		t.Errorf("%d calls for a quarter of the limit", m.calls)
	}
	serve(e, 100, 0)
	if m.calls > 47 {
		t.Errorf("%d calls: denials are not remembered", m.calls)
	}
}

// TestAwayHoldsWhatTheLimitDeclares: where the counters cannot be reached, open serves the limit and closed the share; one call in a second
// is lost on it, and no longer than the timeout.
func TestAwayHoldsWhatTheLimitDeclares(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		away risk.Away
		want int
	}{{risk.AwayOpen, 60}, {"", 60}, {risk.AwayClosed, 15}} {
		m := &memory{fault: errors.New("away")}
		e := engine(t, sharing(m, 2, 60, row.away))
		if n := serve(e, 200, 0); n != row.want {
			t.Errorf("%q: %d served, want %d", row.away, n, row.want)
		}
		if m.calls != 1 || e.Figures().Away != 1 {
			t.Errorf("%q: %d calls in one second, %d told", row.away, m.calls, e.Figures().Away)
		}
		m.fault = nil
		serve(e, 1, 2*time.Second)
		if m.calls != 2 && row.want == 15 {
			t.Errorf("%q: the counters are not tried again", row.away)
		}
	}
}

// TestManyAddressesLeaveFewCounters: what others keep for a limit is bounded, however many addresses there are, and its declared choice holds beyond.
func TestManyAddressesLeaveFewCounters(t *testing.T) {
	t.Parallel()
	for away, want := range map[risk.Away]int{risk.AwayOpen: 3, risk.AwayClosed: 1} { // of a limit of 3, of which each of 2 may serve 1 without a word
		m := &memory{}
		e := engine(t, sharing(m, 2, 3, away))
		served := 0
		for i := range 40_000 {
			addr := netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
			served = 0
			for range 4 {
				if v := do(e, step{from: addr, target: "/form"}); v.Action < risk.ActionDeny {
					served++
				}
			}
		}
		if len(m.held) != 32<<10 {
			t.Errorf("%s: %d counters of 40,000 addresses", away, len(m.held))
		}
		if served != want {
			t.Errorf("%s: the last address is served %d of 4, want %d", away, served, want)
		}
		if n := serve(e, 4, time.Minute); n != 3 || len(m.held) != 32<<10+1 {
			t.Errorf("%s: in the next window %d are served, %d counters", away, n, len(m.held))
		}
	}
}

// TestAClockSetBackAsksTheCountersAgain: they failed at a time that may never come again.
func TestAClockSetBackAsksTheCountersAgain(t *testing.T) {
	t.Parallel()
	m := &memory{fault: errors.New("away")}
	e := engine(t, sharing(m, 2, 4, risk.AwayClosed))
	serve(e, 3, 0)
	m.fault = nil
	serve(e, 3, -time.Hour)
	if m.calls < 2 {
		t.Error("the counters are left alone until the clock is where it was")
	}
}

func TestCountersThatHangAreGivenUp(t *testing.T) {
	t.Parallel()
	m := &memory{hangs: true}
	e := engine(t, sharing(m, 2, 2, risk.AwayOpen), func(o *risk.Options) { o.Timeout = 10 * time.Millisecond })
	begin := time.Now()
	if n := serve(e, 50, 0); n != 2 || m.calls != 1 {
		t.Errorf("%d served, %d calls", n, m.calls)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
