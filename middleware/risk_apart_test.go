package middleware_test

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/redis/go-redis/v9"
	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// TestRiskAndStatisticsCannotBeJoined lists every key and field that a guarded site keeps of statistics and of the judgement of requests, in
// Redis and in a file, and finds nothing by which a row of the one could be laid beside a row of the other. In Redis the user of each
// can read nothing of the other.
func TestRiskAndStatisticsCannotBeJoined(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, acl := range [][]string{
		{"ACL", "SETUSER", "risk", "on", ">pw", "resetkeys", "~r:{test}:*", "resetchannels", "&r:{test}:*", "+@all"},
		{"ACL", "SETUSER", "stats", "on", ">pw", "resetkeys", "~k:{test}:*", "~c:{test}:*", "~a:{test}:*", "resetchannels", "&k:{test}:*", "+@all"},
	} {
		if reply, err := server.Command(t.Context(), acl...); err != nil || !strings.HasPrefix(string(reply), "+OK") {
			t.Fatalf("%q, %v", reply, err)
		}
	}
	store, err := redisstore.Open(t.Context(), redisstore.Options{Site: "test", URL: "redis://stats:pw@" + server.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	counters, err := redisstore.OpenCounters(t.Context(), redisstore.CountersOptions{Site: "test", URL: "redis://risk:pw@" + server.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = counters.Close() })
	shelf, err := counters.Shelf(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	learned := func() bool { // a Redis that is slow is not waited for: what was learned then is not kept
		for key := range everything(t, server) {
			if strings.HasPrefix(key, "r:{test}:s:account/") {
				return true
			}
		}
		return false
	}
	secrets := leaveTraces(t, learned, func(c *middleware.Config) { c.Store, c.Risk.Shelf, c.Risk.Shared = store, shelf, counters })
	wantApart(t, "redis", everything(t, server), secrets)

	path := filepath.Join(t.TempDir(), "k.db")
	file, err := boltstore.Open(path, boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	secrets = leaveTraces(t, func() bool { return true }, func(c *middleware.Config) { c.Store, c.Risk.Shelf = file, file.Shelf(nil) })
	if err := file.Shutdown(); err != nil {
		t.Fatal(err)
	}
	wantApart(t, "bolt", everythingIn(t, path), secrets)

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

// leaveTraces has a guarded site count, judge, keep an incident, a block and accounts, and returns every name that judging has for its visitor.
func leaveTraces(t *testing.T, learned func() bool, change func(*middleware.Config)) (names []string) {
	t.Helper()
	guard := mount(t, func(c *middleware.Config) {
		c.Floors, c.Now = stats.Floors{Person: 1}, time.Now
		c.Risk = middleware.Risk{
			Use: middleware.RiskShadow, Capacity: 512, Nodes: 1,
			Rules: risk.Rules{Limits: []risk.Limit{{Name: "all", Limit: 2, Window: time.Hour, Then: risk.ActionThrottle, Away: risk.AwayOpen}}},
		}
		change(c)
	})
	e := echo.New()
	e.Use(guard.Process)
	e.GET("/*", func(c echo.Context) error { return c.HTML(http.StatusOK, "<p>page</p>") })
	addr := netip.MustParseAddr("92.46.1.7")
	for i := range 12 {
		r := httptest.NewRequest(http.MethodGet, "/articles/"+strconv.Itoa(i)+"?q=$(curl%20http://192.0.2.1/a)", nil)
		r.RemoteAddr = netip.AddrPortFrom(addr, 4000).String()
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
		e.ServeHTTP(httptest.NewRecorder(), r)
	}
	now := time.Now()
	who, network := guard.RiskEngine().Who(addr, now)
	for _, kind := range []risk.EventKind{risk.LoginFailed, risk.LoginOK} {
		j, err := guard.Report(t.Context(), risk.Event{Kind: kind, Account: "aigerim", Addr: addr, Agent: "Firefox", Consent: true, Device: "a device cookie"})
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, inEveryForm(j.Account)...)
		for over := time.Now().Add(time.Minute); kind == risk.LoginOK && !learned() && time.Now().Before(over); {
			if _, err := guard.Report(t.Context(), risk.Event{Kind: kind, Account: "aigerim", Addr: addr, Agent: "Firefox", Consent: true, Device: "a device cookie"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := guard.RiskDesk().Block(t.Context(), network, now, time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	keys, err := visit.NewKeys(secret, nil, 2) // the one thing that both make of an address is made under keys that have nothing in common
	if err != nil {
		t.Fatal(err)
	}
	if key, err := keys.Key(1, addr, ""); err != nil || key == visit.Key(who) || key == visit.Key(network) {
		t.Errorf("a visitor's key is a pseudonym: %v, %v", key, err)
	}
	if err := guard.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	return append(append(names, inEveryForm(who)...), inEveryForm(network)...)
}

func inEveryForm(p risk.Pseudonym) []string {
	b := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, p[0]), p[1])
	return []string{p.String(), string(b), fmt.Sprintf("%x", b)}
}

// areasOfRisk are what judging keeps, by the beginning of the key; anything else is to be thought about first.
var areasOfRisk = []string{"s:seed/", "s:hour/", "s:block/", "s:deed/", "s:account/", "x"}

// wantApart looks through all that is kept, by key: names that judging has are in its own area alone, and no secret of either is in the other's.
func wantApart(t *testing.T, where string, kept map[string][]string, names []string) {
	t.Helper()
	var judging, statistics []string // every key, field and value
	areas := map[string]int{}
	for key, texts := range kept {
		name, ours := strings.CutPrefix(key, "r:{test}:")
		if !ours {
			if !strings.HasPrefix(key, "k:{test}:") && !strings.HasPrefix(key, "c:{test}:") && !strings.HasPrefix(key, "a:{test}:") {
				t.Errorf("%s: key %q is in no area", where, key)
			}
			statistics = append(append(statistics, key), texts...)
			continue
		}
		judging = append(append(judging, name), texts...)
		area := slices.IndexFunc(areasOfRisk, func(a string) bool { return strings.HasPrefix(name, a) })
		switch {
		case area >= 0:
			areas[areasOfRisk[area]]++
		case len(name) == 26 || name == "open":
			areas["counter"]++
			if _, err := strconv.Atoi(texts[0]); len(texts) != 1 || err != nil {
				t.Errorf("%s: counter %q holds %q, want a number", where, key, texts)
			}
			names = append(names, name)
		default:
			t.Errorf("%s: key %q is in no area of judging", where, key)
		}
		if strings.HasPrefix(name, "s:seed/") {
			names = append(names, texts[0], fmt.Sprintf("%x", texts[0]))
		}
	}
	for _, area := range []string{"s:seed/", "s:hour/", "s:block/", "s:deed/", "s:account/"} {
		if areas[area] == 0 {
			t.Errorf("%s: nothing is in %s: the test sees nothing", where, area)
		}
	}
	all := strings.Join(statistics, "\n")
	if len(statistics) < 10 {
		t.Fatalf("%s: %d keys, fields and values of statistics: the test sees nothing", where, len(statistics))
	}
	for _, name := range names {
		if name != "open" && strings.Contains(all, name) {
			t.Errorf("%s: %q of the judgement is among the statistics", where, name)
		}
	}
	own := strings.Join(judging, "\n")
	for _, text := range statistics { // nothing random of theirs, such as the name of a process or of a record, is with ours
		if len(text) >= 16 && !strings.HasPrefix(text, "/") && strings.Contains(own, text) {
			t.Errorf("%s: %q of the statistics is among the judgement", where, text)
		}
	}
	for _, raw := range []string{"aigerim", "92.46.1.7", "a device cookie", "Firefox/147"} {
		if strings.Contains(own, raw) {
			t.Errorf("%s: %q rests", where, raw)
		}
	}
}

// everythingIn is all that a file holds, by keys as in Redis: what is below the bucket of judging is its own.
func everythingIn(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	kept := map[string][]string{}
	var walk func(prefix string, b *bbolt.Bucket) error
	walk = func(prefix string, b *bbolt.Bucket) error {
		return b.ForEach(func(k, v []byte) error {
			if v != nil {
				if strings.HasPrefix(prefix, "r:") {
					kept["r:{test}:s:"+string(k)] = []string{string(v[8:])}
				} else {
					kept["k:{test}:"+prefix+string(k)] = []string{string(v)}
				}
				return nil
			}
			if string(k) == "r" {
				return walk("r:", b.Bucket(k))
			}
			return walk(prefix+string(k)+"/", b.Bucket(k))
		})
	}
	if err := db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error { return walk(string(name)+"/", b) })
	}); err != nil {
		t.Fatal(err)
	}
	return kept
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
