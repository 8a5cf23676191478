package attack_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// k is the floor of persons.
const k = 5

// fewest is how many page views may be told of together.
const fewest = 20

// target is a store and what rests of it.
type target struct {
	store attack.Store
	raw   func() []byte
	// steps are what came to rest at once, as an append-only file tells it; nil where there is none. strange is
	// what the attacker found and cannot read.
	steps func() (steps []attack.Step, strange []string)
	// rows are the parts of raw that hold rows of the open day.
	rows func() []attack.Blob
}

// targets are both stores, opened anew for each game.
var targets = map[string]func(testing.TB) target{"bolt": openBolt, "redis": openRedis}

func openBolt(t testing.TB) target {
	path := filepath.Join(t.TempDir(), "kelisim.db")
	s, err := boltstore.Open(path, boltstore.Options{Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	raw := func() []byte { return read(t, path) }
	return target{
		store: s, raw: raw,
		rows: func() []attack.Blob { return attack.ReadPages(raw(), os.Getpagesize()).Blobs },
	}
}

// openRedis opens a server that rewrites its append-only file only when it is told to: so it keeps every command of
// the day.
func openRedis(t testing.TB) target {
	server := redistest.Start(t, "--rdbcompression", "no", "--auto-aof-rewrite-percentage", "0")
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "site", Timeout: time.Minute}) // a call that times out is made again, and its steps stand apart
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	commands := func() (all [][]string) {
		files, err := filepath.Glob(filepath.Join(server.Dir(), "appendonlydir", "*.incr.aof"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files { // there is one until the first rewriting, and one after each
			all = append(all, attack.Commands(read(t, file))...)
		}
		return all
	}
	return target{
		store: s, raw: server.Raw,
		steps: func() ([]attack.Step, []string) { return attack.Logged(commands()) },
		rows: func() (rows []attack.Blob) {
			for _, key := range []string{"d", "i", "n"} {
				rows = append(rows, attack.Blob{Bytes: []byte("k:{site}:" + key + ":")})
			}
			return rows
		},
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func dump(t testing.TB, to target) *attack.Dump {
	t.Helper()
	d, err := attack.Read(t.Context(), to.store)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// still returns how many parts of an open day are in what rests of the closed one. Counts that closing left as they
// were lie there rightly.
func still(raw []byte, parts []attack.Blob, closed *attack.Dump) (n int) {
	kept := map[stats.Counts]bool{}
	for _, c := range closed.Rows {
		kept[c] = true
	}
	for _, part := range parts {
		asTheyWere := len(part.Counts) > 0
		for _, c := range part.Counts {
			asTheyWere = asTheyWere && kept[c]
		}
		if !asTheyWere && bytes.Contains(raw, part.Bytes) {
			n++
		}
	}
	return n
}
