package middleware_test

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/internal/gate/gatetest"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// TestRiskAndStatisticsCannotBeJoined lists every key and field that a guarded site keeps of statistics and of the judgement of requests,
// and finds nothing by which a row of the one could be laid beside a row of the other.
func TestRiskAndStatisticsCannotBeJoined(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	store, err := redisstore.Open(t.Context(), redisstore.Options{Site: "test", URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	counters, err := redisstore.OpenCounters(t.Context(), redisstore.CountersOptions{Site: "test", URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	guard := mount(t, func(c *middleware.Config) {
		c.Store, c.Floors = store, stats.Floors{Person: 1}
		c.Risk = middleware.Risk{
			Use: middleware.RiskShadow, Capacity: 512, Shared: counters, Nodes: 1,
			Rules: risk.Rules{Limits: []risk.Limit{{Name: "all", Limit: 2, Window: time.Hour, Then: risk.ActionThrottle, Away: risk.AwayOpen}}},
		}
	})
	e := echo.New()
	e.Use(guard.Process)
	e.GET("/*", func(c echo.Context) error { return c.HTML(http.StatusOK, "<p>page</p>") })
	addr := netip.MustParseAddr("92.46.1.7")
	for i := range 12 {
		r := httptest.NewRequest(http.MethodGet, "/articles/"+strconv.Itoa(i), nil)
		r.RemoteAddr = netip.AddrPortFrom(addr, 4000).String()
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
		e.ServeHTTP(httptest.NewRecorder(), r)
	}
	who, network := guard.RiskEngine().Who(addr, gatetest.Now)
	if err := guard.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}

	kept := everything(t, server)
	names := map[string]bool{} // of the judgement
	var statistics []string    // every key, field and value of everything else
	for key, texts := range kept {
		name, ours := strings.CutPrefix(key, "r:{test}:")
		if !ours {
			if !strings.HasPrefix(key, "k:{test}:") && !strings.HasPrefix(key, "c:{test}:") && !strings.HasPrefix(key, "a:{test}:") {
				t.Errorf("key %q is in no area", key)
			}
			statistics = append(append(statistics, key), texts...)
			continue
		}
		if len(texts) != 1 || len(name) != 26 && name != "open" {
			t.Errorf("key %q holds %q, want a number", key, texts)
		}
		if _, err := strconv.Atoi(texts[0]); err != nil {
			t.Errorf("key %q holds %q, want a number", key, texts[0])
		}
		names[name] = true
	}
	if len(names) < 1 || len(statistics) < 10 || !strings.Contains(strings.Join(statistics, "\n"), "k:{test}:t:") {
		t.Fatalf("%d counters and %d keys, fields and values of statistics: the test sees nothing", len(names), len(statistics))
	}
	for _, p := range []risk.Pseudonym{who, network} {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:8], p[0])
		binary.BigEndian.PutUint64(b[8:], p[1])
		names[p.String()], names[string(b[:])], names[fmt.Sprintf("%x", b)] = true, true, true
		if names := kept["r:{test}:"+p.String()]; names != nil {
			t.Error("a counter stands under the pseudonym that verdicts show")
		}
	}
	delete(names, "open")
	for _, text := range statistics {
		for name := range names {
			if strings.Contains(text, name) {
				t.Errorf("%q of the judgement is in %q of the statistics", name, text)
			}
		}
	}

	// The one thing that both make of an address is made under keys that have nothing in common.
	keys, err := visit.NewKeys(secret, nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := keys.Key(1, addr, ""); err != nil || key == visit.Key(who) || key == visit.Key(network) {
		t.Errorf("a visitor's key is a pseudonym: %v, %v", key, err)
	}
	// And no field of an event could hold what statistics are grouped by more finely than both may show: the path is scrubbed, the time a minute.
	want := "Time Who Network Country Net Path Action Mode Rule Reasons Expires"
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[middleware.RiskEvent]()) {
		fields = append(fields, f.Name)
	}
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("an event holds %s, want %s: say in docs/risk.md why, and that no statistics have it", got, want)
	}
}

// everything is all that a server holds: by key, the fields and values.
func everything(t *testing.T, server *redistest.Server) map[string][]string {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	defer func() { _ = client.Close() }()
	ctx := t.Context()
	keys, err := client.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string][]string{}
	for _, key := range keys {
		texts := []string{}
		switch kind, _ := client.Type(ctx, key).Result(); kind {
		case "hash":
			all, err := client.HGetAll(ctx, key).Result()
			if err != nil {
				t.Fatal(err)
			}
			for field, value := range all {
				texts = append(texts, field, value)
			}
		case "list":
			texts, err = client.LRange(ctx, key, 0, -1).Result()
		case "zset":
			texts, err = client.ZRange(ctx, key, 0, -1).Result()
		case "string":
			var text string
			text, err = client.Get(ctx, key).Result()
			texts = append(texts, text)
		default:
			t.Errorf("key %q is a %s, which is not looked into", key, kind)
		}
		if err != nil {
			t.Fatal(err)
		}
		kept[key] = texts
	}
	return kept
}
