package redisstore_test

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

func counters(t *testing.T, url string) *redisstore.Counters {
	t.Helper()
	c, err := redisstore.OpenCounters(t.Context(), redisstore.CountersOptions{Site: "test", URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestCountersAreShared: two clients count together, under keys of their own that end with their window.
func TestCountersAreShared(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a, b := counters(t, server.URL()), counters(t, server.URL())
	for i, c := range []*redisstore.Counters{a, b, a} {
		if total, err := c.Add(t.Context(), "key", 2, time.Minute); err != nil || total != int64(2*i+2) {
			t.Errorf("call %d: %d, %v", i, total, err)
		}
	}
	left, err := server.Command(t.Context(), "PTTL", "r:{test}:key")
	if err != nil || !strings.HasPrefix(string(left), ":") || string(left) == ":-1\r\n" {
		t.Errorf("the counter has no end: %q, %v", left, err)
	}
	keys, err := server.Command(t.Context(), "KEYS", "[^r]*")
	if err != nil || strings.TrimSpace(string(keys)) != "*0" {
		t.Errorf("keys outside r: %q, %v", keys, err)
	}
}

// TestCountersHaveTheirOwnUser: a user who may count may do nothing else, and one who may not is found at once.
func TestCountersHaveTheirOwnUser(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, args := range [][]string{
		{"ACL", "SETUSER", "risk", "on", ">pw", "~r:{test}:*", "+incrby", "+pexpire", "+multi", "+exec", "+hello", "+ping"},
		{"ACL", "SETUSER", "other", "on", ">pw", "~k:{test}:*", "+@all"},
	} {
		if reply, err := server.Command(t.Context(), args...); err != nil || !strings.HasPrefix(string(reply), "+OK") {
			t.Fatalf("%q, %v", reply, err)
		}
	}
	c := counters(t, "redis://risk:pw@"+server.Addr())
	if _, err := c.Add(t.Context(), "key", 1, time.Minute); err != nil {
		t.Error(err)
	}
	if _, err := redisstore.OpenCounters(t.Context(), redisstore.CountersOptions{Site: "test", URL: "redis://other:pw@" + server.Addr()}); err == nil {
		t.Error("a user without the right was let through")
	}
	if _, err := redisstore.Open(t.Context(), redisstore.Options{Site: "test", URL: "redis://risk:pw@" + server.Addr()}); err == nil {
		t.Error("the user of the counters can open the statistics")
	}
}

// TestTheLimitHoldsOverManyGuards: N engines at one Redis serve at most L + (N−1)·⌈L/2N⌉ of one address's requests in a window,
// and at least L.
func TestTheLimitHoldsOverManyGuards(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	const limit = 60
	for _, nodes := range []int{2, 4, 16} {
		now := time.Date(2026, 1, 1, 0, nodes, 0, 0, time.UTC)
		rules := risk.Rules{Limits: []risk.Limit{{Name: "all", Limit: limit, Window: time.Minute, Then: risk.ActionDeny, Away: risk.AwayClosed}}}
		var served sync.Map
		var running sync.WaitGroup
		calls := counting{Shared: counters(t, server.URL())}
		for node := range nodes {
			e, err := risk.New(risk.Options{Secret: make([]byte, 32), Capacity: 512, Rules: rules, Shared: &calls, Nodes: nodes, Timeout: 5 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			running.Go(func() {
				n := 0
				for range 2 * limit {
					q := risk.FromLog(visit.LogLine{Addr: netip.MustParseAddr("192.0.2.7"), Time: now, Method: "GET", Target: "/a.css", UserAgent: "x", Status: 200}, geo.Location{})
					if v := e.Assess(&q); v.Action < risk.ActionDeny {
						n++
					}
				}
				served.Store(node, n)
			})
		}
		running.Wait()
		total := 0
		served.Range(func(_, n any) bool { total += n.(int); return true })
		share := (limit + 2*nodes - 1) / (2 * nodes)
		if most := limit + (nodes-1)*share; total > most || total < limit {
			t.Errorf("%d guards served %d, want %d to %d", nodes, total, limit, most)
		}
		t.Logf("%d guards: %d served of a limit of %d, %d calls", nodes, total, limit, calls.n)
	}
}

// counting counts calls.
type counting struct {
	risk.Shared
	mu sync.Mutex
	n  int
}

func (c *counting) Add(ctx context.Context, key string, n int64, window time.Duration) (int64, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.Shared.Add(ctx, key, n, window)
}
