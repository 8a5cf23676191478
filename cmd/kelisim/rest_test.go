package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

// aLog returns the real log where there is one, else the small one of package logimport.
func aLog(t *testing.T) []byte {
	t.Helper()
	dir := os.Getenv("KELISIM_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	log, err := os.ReadFile(filepath.Join(dir, "apache_logs"))
	if err != nil {
		log, err = os.ReadFile(filepath.Join("..", "..", "internal", "logimport", "testdata", "small.log"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// counter is a random source that says how much was read of it.
type counter struct {
	*rand.ChaCha8
	read int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.ChaCha8.Read(b)
	c.read += n
	return n, err
}

func newCounter() *counter { return &counter{ChaCha8: rand.NewChaCha8([32]byte{7})} }

// importInto imports log and returns the keys under which its visitors were told apart meanwhile.
func importInto(t *testing.T, sink stats.Sink, log []byte) []visit.Key {
	t.Helper()
	locator, err := geo.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	random := newCounter()
	o := logimport.Options{Sink: sink, Locator: locator, Zone: time.UTC, Random: random}
	if _, err := logimport.File(context.Background(), bytes.NewReader(log), o); err != nil {
		t.Fatal(err)
	}
	keys, read := keysOf(t, log)
	if read != random.read {
		t.Fatalf("the import read %d random bytes and the test %d: its keys are others", random.read, read)
	}
	return keys
}

// keysOf computes the keys anew, from the same randomness in the same order.
func keysOf(t *testing.T, log []byte) (list []visit.Key, read int) {
	t.Helper()
	random := newCounter()
	secret := make([]byte, 32)
	if _, err := random.Read(secret); err != nil {
		t.Fatal(err)
	}
	all := visitors(t, log)
	days := map[string]visit.Day{}
	var order []string
	for _, v := range all {
		date := v.at[:11]
		if _, ok := days[date]; !ok {
			at, err := time.Parse("02/Jan/2006", date)
			if err != nil {
				t.Fatal(err)
			}
			days[date], _ = visit.DayOf(at, time.UTC)
			order = append(order, date)
		}
	}
	keys, err := visit.NewKeys(secret, random, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range order {
		for _, v := range all {
			if v.at[:11] != date {
				continue
			}
			key, err := keys.Key(days[date], v.addr, v.agent[:min(len(v.agent), 512)])
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, key)
		}
	}
	return list, random.read
}

// search is leaks of a log.
func search(t *testing.T, log []byte, keys []visit.Key) *leaks {
	t.Helper()
	addresses, agents, queries, referrers := secretsOf(visitors(t, log))
	if len(addresses) < 20 || len(agents) < 5 || len(queries) < 2 || len(referrers) < 2 {
		t.Fatalf("the log has %d addresses, %d agents, %d queries, %d referrers: too few to prove anything", len(addresses), len(agents), len(queries), len(referrers))
	}
	return newLeaks(addresses, agents, queries, referrers, keys)
}

// TestNothingOfTheLogRests: what an import leaves in a file and in Redis holds no address, no key of
// one, no user agent, query or referring page of the log; and both stores give the same answers.
func TestNothingOfTheLogRests(t *testing.T) {
	t.Parallel()
	log := aLog(t)

	path := filepath.Join(t.TempDir(), "kelisim.db")
	bolt, err := boltstore.Open(path, boltstore.Options{Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	importInto(t, bolt, log)
	fromBolt := everything(t, bolt)
	if err := bolt.Shutdown(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	server := redistest.Start(t, "--rdbcompression", "no")
	store, err := redisstore.Open(context.Background(), redisstore.Options{URL: server.URL(), Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Shutdown()
	l := search(t, log, importInto(t, store, log))
	if fromBolt != everything(t, store) {
		t.Error("Redis and the file give different answers")
	}
	dump, disk := dump(t, server.Addr()), server.Raw()
	for where, data := range map[string][]byte{"database file": file, "Redis, keys": dump, "Redis, disk": disk} {
		if !bytes.Contains(data, []byte("2xx")) || len(data) < 4096 {
			t.Errorf("%s: %d bytes without what must be there: the search sees nothing", where, len(data))
		}
		for _, leak := range l.find(data) {
			t.Errorf("%s: %s", where, leak)
		}
	}
}

// TestPlantedIsFound: the search of TestNothingOfTheLogRests finds each thing that it looks for.
func TestPlantedIsFound(t *testing.T) {
	t.Parallel()
	log := aLog(t)
	keys, _ := keysOf(t, log)
	l := search(t, log, keys)
	r := rand.New(rand.NewPCG(9, 9))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	if found := l.find(noise); len(found) > 0 {
		t.Errorf("found in noise: %v", found)
	}
	planted := 0
	for _, list := range l.needles {
		for _, n := range list {
			if planted++; planted%50 != 0 { // each kind many times
				continue
			}
			data := bytes.Clone(noise[:8192])
			copy(data[5000:], " "+n.text+" ")
			if len(l.find(data)) == 0 {
				t.Errorf("%s %q was planted and not found", n.what, n.text)
			}
		}
	}
	var raw []byte
	for _, a := range l.v4 {
		b := a.As4()
		raw = append(raw, b[:]...)
	}
	for name, bytes4 := range map[string][]byte{"big endian": raw, "little endian": reversed(raw)} {
		if len(l.find(append(bytes.Clone(noise), bytes4...))) == 0 {
			t.Errorf("four-byte addresses, %s, were planted and not found", name)
		}
	}
}

// TestNothingOfTrafficRests is the same for live traffic while Redis is away and after it is back: the
// spool, the folder of the site, what Redis keeps, and what was logged.
func TestNothingOfTrafficRests(t *testing.T) {
	t.Parallel()
	log := aLog(t)
	l := search(t, log, nil)
	server := redistest.Start(t, "--rdbcompression", "no")
	store, err := redisstore.Open(context.Background(), redisstore.Options{URL: server.URL(), Site: "site", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Shutdown()
	policy, err := policyfile.Parse([]byte(demoPolicy))
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	config := middleware.Config{
		Store: store, Policy: policy, Secret: bytes.Repeat([]byte("s"), 32), Trust: visit.TrustDirect, Dir: t.TempDir(),
		Logger: slog.New(slog.NewTextHandler(&logged, nil)),
	}
	guard, err := middleware.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server.Stop()
	replay(t, guard, visitors(t, log))
	for deadline := time.Now().Add(patience); len(folder(t, config.Dir)) < 4096; <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes wait on disk: the search sees nothing", len(folder(t, config.Dir)))
		}
	}
	brief, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	_ = guard.Shutdown(brief) // the store is away, which it says
	spooled := folder(t, config.Dir)
	server.Restart()
	if guard, err = middleware.New(config); err != nil {
		t.Fatal(err)
	}
	var keys []byte
	for deadline := time.Now().Add(patience); !bytes.Contains(keys, []byte("2xx")); keys = dump(t, server.Addr()) {
		if time.Now().After(deadline) {
			t.Fatal("nothing of the run before has reached Redis")
		}
	}
	longer, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := guard.Shutdown(longer); err != nil {
		t.Fatal(err)
	}
	keys = dump(t, server.Addr())
	for where, data := range map[string][]byte{
		"folder, Redis away": spooled, "folder": folder(t, config.Dir), "Redis, keys": keys, "Redis, disk": server.Raw(), "log": logged.Bytes(),
	} {
		for _, leak := range l.find(data) {
			t.Errorf("%s: %s", where, leak)
		}
	}
}

// replay sends the requests of a log to a guarded site.
func replay(t *testing.T, guard *middleware.Guard, list []visitor) {
	t.Helper()
	site := guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><html><body><h1>Page</h1></body></html>"))
	}))
	for _, v := range list {
		if len(v.target) == 0 || v.target[0] != '/' {
			continue
		}
		r, err := http.NewRequest(http.MethodGet, "http://example.kz"+v.target, nil)
		if err != nil {
			continue
		}
		r.RemoteAddr = "[" + v.addr.String() + "]:40000"
		r.Header.Set("User-Agent", v.agent)
		r.Header.Set("Referer", v.referrer)
		site.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// folder returns every byte of every file in a folder.
func folder(t *testing.T, dir string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(append(all, b...), path...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// dump returns every key of a Redis with all that it holds, as it is and as DUMP gives it.
func dump(t *testing.T, addr string) (all []byte) {
	t.Helper()
	ctx := context.Background()
	client := redis.NewClient(&redis.Options{Addr: addr, Protocol: 2, DisableIdentity: true})
	defer client.Close()
	keys, err := client.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		raw, err := client.Dump(ctx, key).Result()
		if errors.Is(err, redis.Nil) { // chunks of a batch that was added meanwhile
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, key...), raw...)
		for _, part := range parts(t, client, key) {
			all = append(append(all, ' '), part...)
		}
	}
	return all
}

// parts returns what a key holds, whatever its type.
func parts(t *testing.T, client *redis.Client, key string) (list []string) {
	t.Helper()
	ctx := context.Background()
	kind, err := client.Type(ctx, key).Result()
	if err != nil {
		t.Fatal(err)
	}
	switch kind {
	case "string":
		var s string
		s, err = client.Get(ctx, key).Result()
		list = []string{s}
	case "hash":
		var m map[string]string
		m, err = client.HGetAll(ctx, key).Result()
		for field, value := range m {
			list = append(list, field, value)
		}
	case "none": // gone meanwhile
	case "list":
		list, err = client.LRange(ctx, key, 0, -1).Result()
	case "set":
		list, err = client.SMembers(ctx, key).Result()
	case "zset":
		list, err = client.ZRange(ctx, key, 0, -1).Result()
	default:
		t.Fatalf("%s is a %s: teach this test to read it", key, kind)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// everything is what all reports say, as one string.
func everything(t *testing.T, source stats.Source) string {
	t.Helper()
	r := stats.NewReports(source, nil, stats.ReportOptions{Zone: time.UTC})
	days, _, err := r.Span(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return report(t, r, days)
}

// report is what all reports say of a range, as one string.
func report(t *testing.T, r *stats.Reports, days stats.Range) string {
	t.Helper()
	ctx := context.Background()
	var out bytes.Buffer
	tell := func(answer any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(text, '\n'))
	}
	tell(days, nil)
	summary, err := r.Summary(ctx, days)
	tell(summary, err)
	comparison, err := r.Compare(ctx, days, days.Previous())
	tell(comparison, err)
	hours, err := r.Hours(ctx, days)
	tell(hours, err)
	folds, err := r.Folds(ctx, days)
	tell(folds, err)
	points, err := r.Series(ctx, days, stats.ByHour, nil)
	tell(points, err)
	for dim := range stats.Dimensions() {
		for _, bots := range []bool{false, true} {
			top, err := r.Top(ctx, stats.Query{Dim: dim, Range: days, Limit: 10_000, Bots: bots})
			tell(top, err)
			for day := days.First; day <= days.Last; day++ {
				top, err := r.Top(ctx, stats.Query{Dim: dim, Range: stats.Range{First: day, Last: day}, Limit: 10_000, Bots: bots})
				tell(top, err)
			}
		}
	}
	return out.String()
}
