package main

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// TestWhereIncidentsRest: in the file, in the Redis of the counters, in that of the statistics, and in memory where a user may keep none: that
// is said, and no reason not to start.
func TestWhereIncidentsRest(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, args := range [][]string{
		{"ACL", "SETUSER", "counting", "on", ">pw", "resetchannels", "~r:{test}:*", "+incrby", "+pexpire", "+multi", "+exec", "+hello", "+ping"},
	} {
		if reply, err := server.Command(t.Context(), args...); err != nil || !strings.HasPrefix(string(reply), "+OK") {
			t.Fatalf("%q, %v", reply, err)
		}
	}
	file, err := boltstore.Open(t.TempDir()+"/k.db", boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Shutdown() })
	shared, err := redisstore.Open(t.Context(), redisstore.Options{Site: "test", URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Shutdown() })
	for _, tt := range []struct {
		name, redis, counters string
		store                 database
		want                  string
	}{
		{"a file", "", "", file, "bolt"},
		{"a file, and a Redis for counting", "", server.URL(), file, "redis"},
		{"a Redis", server.URL(), "", shared, "redis"},
		{"a Redis for counting alone", server.URL(), "redis://counting:pw@" + server.Addr(), shared, "memory"},
		{"a Redis that is away", "redis://127.0.0.1:1", "", shared, "memory"},
	} {
		var log strings.Builder
		f := riskFlags{Risk: "shadow", RiskRedis: tt.counters}
		use, closed, err := f.riskUse(t.Context(), "test", tt.redis, tt.store, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := kindOf(use.Shelf); got != tt.want || (got == "memory") != strings.Contains(log.String(), "kept in memory") {
			t.Errorf("%s: %s, %s", tt.name, got, &log)
		}
		if err := closed(); err != nil {
			t.Errorf("%s: close: %v", tt.name, err)
		}
	}
}

func kindOf(s risk.Shelf) string {
	switch s.(type) {
	case *boltstore.Shelf:
		return "bolt"
	case redisstore.Shelf:
		return "redis"
	}
	return "memory"
}
