package redisstore_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	server := redistest.Start(t)
	evicting := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	retrying := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = retrying.Close() })
	for _, test := range []struct {
		name string
		o    redisstore.Options
		want string
	}{
		{"no URL", redisstore.Options{Site: "s"}, "no URL"},
		{"no site", redisstore.Options{URL: server.URL()}, "name of the site"},
		{"braces", redisstore.Options{URL: server.URL(), Site: "a}{b"}, "name of the site"},
		{"colon", redisstore.Options{URL: server.URL(), Site: "a:b"}, "name of the site"},
		{"long", redisstore.Options{URL: server.URL(), Site: strings.Repeat("a", 65)}, "name of the site"},
		{"no URL at all", redisstore.Options{URL: "http://x", Site: "s"}, "want redis://"},
		{"a secret", redisstore.Options{URL: "redis://u:pass word@h:1:2/x", Site: "s"}, "want redis://"},
		{"nobody there", redisstore.Options{URL: "redis://127.0.0.1:1", Site: "s"}, "is it running"},
		{"evicts", redisstore.Options{URL: evicting.URL(), Site: "s"}, "noeviction"},
		{"retries", redisstore.Options{Stats: retrying, Site: "s"}, "MaxRetries: -1"},
		{"retries in the ledger", redisstore.Options{URL: server.URL(), Ledger: retrying, Site: "s"}, "the Ledger client"},
	} {
		_, err := redisstore.Open(t.Context(), test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "redisstore: ") {
			t.Errorf("%s: %v, want one with %q", test.name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "pass word") {
			t.Errorf("%s: the error tells the password: %v", test.name, err)
		}
	}
}

func TestOpenWarnsOfAServerWithoutDisk(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "no")
	var log bytes.Buffer
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "s", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Shutdown() }()
	if !strings.Contains(log.String(), "appendonly yes") {
		t.Errorf("log %q", &log)
	}
	if !strings.HasPrefix(s.Kind(), "redis 7") && !strings.HasPrefix(s.Kind(), "redis 8") {
		t.Errorf("kind %q", s.Kind())
	}
}

// The rights that the package documentation names are enough for each area, and for no other.
func TestEachAreaHasItsUser(t *testing.T) {
	server := redistest.Start(t)
	admin := client(t, server, "")
	for _, area := range []string{"k", "c", "a"} {
		rights := []any{"ACL", "SETUSER", area, "on", ">pw", "~" + area + ":*", "+@read", "+@write", "+@scripting", "+@connection", "+@transaction", "-@dangerous", "+info", "+bgrewriteaof"}
		if err := admin.Do(t.Context(), rights...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	url := func(user string) string { return strings.Replace(server.URL(), "://", "://"+user+":pw@", 1) }
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, site string) storetest.Store {
			s, err := redisstore.Open(t.Context(), redisstore.Options{URL: url("k"), LedgerURL: url("c"), AdminURL: url("a"), Site: site})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Shutdown() })
			return s
		},
		Raw: func(testing.TB) []byte { return server.Raw() },
	})
	_, err := redisstore.Open(t.Context(), redisstore.Options{URL: url("k"), LedgerURL: url("a"), AdminURL: url("a"), Site: "s"})
	if err == nil || !strings.Contains(err.Error(), "the user of c:{s}:*") {
		t.Errorf("a user of another area: %v", err)
	}
}

func client(t *testing.T, server *redistest.Server, user string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, Username: user})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestMissingRightIsFoundAtOpen(t *testing.T) {
	server := redistest.Start(t)
	admin := client(t, server, "")
	for _, without := range []string{"-expireat", "-hset", "-zadd", "-evalsha -eval", "resetkeys"} {
		rights := append([]any{"ACL", "SETUSER", "k", "reset", "on", ">pw", "~k:*", "~c:*", "~a:*", "+@all"}, fields(without)...)
		if err := admin.Do(t.Context(), rights...).Err(); err != nil {
			t.Fatal(err)
		}
		_, err := redisstore.Open(t.Context(), redisstore.Options{URL: strings.Replace(server.URL(), "://", "://k:pw@", 1), Site: "s"})
		if err == nil || !strings.Contains(err.Error(), "lacks a right") {
			t.Errorf("%s: %v", without, err)
		}
	}
}

func fields(s string) (args []any) {
	for f := range strings.FieldsSeq(s) {
		args = append(args, f)
	}
	return args
}

func TestClusterContract(t *testing.T) {
	server := redistest.StartCluster(t)
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, site string) storetest.Store {
			s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL() + "?addr=" + server.Addr(), Site: site})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Shutdown() })
			return s
		},
		Raw: func(testing.TB) []byte { return server.Raw() },
	})
}

func TestForgottenScriptsAreSentAgain(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server, "s")
	for seq := range uint64(3) {
		if err := client(t, server, "").ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := insist(t.Context(), s, batch("i", seq+1, 3000)); err != nil {
			t.Fatal(err)
		}
	}
	if rows, totals := views(t, s); rows != 9000 || totals != 9000 {
		t.Errorf("%d in rows, %d in totals, want 9000", rows, totals)
	}
}

func TestRetentionIsKeptByRedis(t *testing.T) {
	server := redistest.Start(t)
	now := time.Unix(int64(day)*86400+43200, 0)
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "s", Retention: 30 * 24 * time.Hour, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Shutdown() }()
	today := stats.Day(time.Now().Unix() / 86400)
	for i, d := range []stats.Day{today, today - 1, today - 200} {
		b := batch("i", uint64(i)+1, 3)
		for j := range b.Rows {
			b.Rows[j].Day = d
		}
		b.Totals[0].Day = d
		if _, err := s.Merge(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context(), stats.Closing{Day: today - 1, Rows: []stats.Row{{Day: today - 1, Dim: 1, Value: "/", Counts: stats.Counts{1}}}, Folds: []stats.Fold{{Dim: 1}}}); err != nil {
		t.Fatal(err)
	}
	c := client(t, server, "")
	keys, err := c.Keys(t.Context(), "k:{s}:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	index := map[string]bool{"k:{s}:y": true, "k:{s}:c": true}
	for _, key := range keys {
		ttl := c.TTL(t.Context(), key).Val()
		if index[key] {
			continue
		}
		if ttl < 29*24*time.Hour || ttl > 34*24*time.Hour {
			t.Errorf("%s lives %v, want about 30 days", key, ttl)
		}
	}
	if len(keys) != 2+1+2+3+2 { // index, instance, totals, open day, closed day
		t.Errorf("%d keys, want 10 (none of the day past its term): %q", len(keys), keys)
	}
	now = time.Now()
	first, last, ok, err := s.Span(t.Context())
	if err != nil || !ok || first != today-1 || last != today {
		t.Errorf("span %v–%v %v %v, want %v–%v: a day past its term is not there", first, last, ok, err, today-1, today)
	}
}

func TestRewriteNotPermittedIsReported(t *testing.T) {
	server := redistest.Start(t)
	if err := client(t, server, "").Do(t.Context(), "ACL", "SETUSER", "k", "on", ">pw", "~*", "+@all", "-bgrewriteaof").Err(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s, err := redisstore.Open(t.Context(), redisstore.Options{
		URL: strings.Replace(server.URL(), "://", "://k:pw@", 1), Site: "s", Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Shutdown() }()
	if err := s.Close(t.Context(), stats.Closing{Day: day}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "BGREWRITEAOF") {
		t.Errorf("log %q", &log)
	}
}

func TestForeignKeysAreAnError(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server, "s")
	c := client(t, server, "")
	if err := insist(t.Context(), s, batch("i", 1, 2)); err != nil {
		t.Fatal(err)
	}
	for key, set := range map[string]func() error{
		"d": func() error { return c.HSet(t.Context(), "k:{s}:d:20000:1", "1", "junk").Err() },
		"t": func() error { return c.HSet(t.Context(), "k:{s}:t:20000", "1", "\xdc\xff\xff").Err() },
		"f": func() error { return c.Set(t.Context(), "k:{s}:f:20000", "junk", 0).Err() },
		"q": func() error { return c.HSet(t.Context(), "k:{s}:q:i", "s", "junk").Err() },
	} {
		if err := set(); err != nil {
			t.Fatal(err)
		}
		err := map[string]func() error{
			"d": func() error { return s.Rows(t.Context(), 1, day, day, func(stats.Row) {}) },
			"t": func() error { return s.Totals(t.Context(), day, day, func(stats.Total) {}) },
			"f": func() error { _, err := s.Folds(t.Context(), day, day); return err },
			"q": func() error { _, err := s.Applied(t.Context(), "i"); return err },
		}[key]()
		if !errors.Is(err, redisstore.ErrCorrupt) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestAStoppedServerIsAnError(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server, "s")
	server.Kill()
	if _, err := s.Merge(t.Context(), batch("i", 1, 1)); err == nil {
		t.Error("merge: no error")
	}
	if err := s.Append(t.Context(), consent.Entry{ID: "i", Sealed: []byte("x")}); err == nil {
		t.Error("append: no error")
	}
	if s.Ping(t.Context()) == nil {
		t.Error("ping: no error")
	}
	server.Restart()
	if err := insist(t.Context(), s, batch("i", 1, 1)); err != nil {
		t.Error(err)
	}
}
