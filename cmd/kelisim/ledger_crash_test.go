package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// deciders post choices until the program is gone, and note the records that were acknowledged.
type deciders struct {
	running      sync.WaitGroup
	mu           sync.Mutex
	acknowledged []string
}

func crowd(base string) *deciders {
	c := new(deciders)
	for range 4 {
		c.running.Go(func() {
			for {
				id, err := decide(base, "action=reject&receipt=1")
				if err != nil {
					return
				}
				if id == "" { // over what one network may have recorded
					time.Sleep(50 * time.Millisecond)
					continue
				}
				c.mu.Lock()
				c.acknowledged = append(c.acknowledged, id)
				c.mu.Unlock()
			}
		})
	}
	return c
}

// some waits until a few records were acknowledged, however long that takes here.
func (c *deciders) some(t *testing.T, p *process) {
	t.Helper()
	until(t, p, "some choices are recorded", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.acknowledged) >= 10
	})
}

// ended waits until the program is gone, and returns what it has acknowledged.
func (c *deciders) ended() []string {
	c.running.Wait()
	return c.acknowledged
}

// once wants every acknowledged record in the ledger exactly once, and the ledger whole.
func (b *books) once(acknowledged []string) {
	b.t.Helper()
	held := b.exported()
	for _, id := range acknowledged {
		if n := strings.Count(strings.Join(held, " "), id); n != 1 {
			b.t.Errorf("record %s is there %d times", id, n)
		}
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(held))); len(unique) != len(held) {
		b.t.Errorf("%d records, %d of them once", len(held), len(unique))
	}
	b.signed(strconv.Itoa(len(held)))
}

// TestKilledBetweenRecordAndSeal kills the program while it takes choices, at whatever point each of them is, several times.
// What was answered is in the ledger once, and the log continues every head that was signed before.
func TestKilledBetweenRecordAndSeal(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	var acknowledged []string
	var heads []string
	for round, after := range []time.Duration{200 * time.Millisecond, time.Second, 2300 * time.Millisecond, 500 * time.Millisecond} {
		p := b.site()
		visitors := crowd(p.base)
		if round == 2 {
			b.await(len(acknowledged) + 1)
			b.anySigned()
		}
		visitors.some(t, p)
		time.Sleep(after)
		if head, err := os.ReadFile(filepath.Join(b.data, headFile)); err == nil {
			heads = append(heads, "--head", b.write("head"+strconv.Itoa(round), string(head)))
		}
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		acknowledged = append(acknowledged, visitors.ended()...)
		p.wait()
	}
	if len(acknowledged) < 20 || len(heads) == 0 {
		t.Fatalf("%d records and %d heads before the program was killed: this shows nothing", len(acknowledged), len(heads))
	}
	p := b.site()
	b.await(len(acknowledged))
	b.once(acknowledged)
	b.ledger(0, "verify", heads...)
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p)
	}
}

// head is the last head that the program wrote down; empty where there is none.
func (b *books) head() string {
	text, err := os.ReadFile(filepath.Join(b.data, headFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.t.Fatal(err)
	}
	return string(text)
}

// anySigned waits for the first signed head.
func (b *books) anySigned() {
	b.t.Helper()
	for end := time.Now().Add(2 * patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(b.data, headFile)); err == nil {
			return
		}
	}
	b.t.Fatal("nothing is signed")
}

// await waits until at least so many entries are in the store.
func (b *books) await(n int) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if out, _ := b.run(append([]string{"ledger", "export", "--data", b.data, "--withhold"}, b.args...)...); strings.Count(out, "\n")-2 >= n {
			return
		}
	}
	b.t.Fatalf("%d entries are not there in time", n)
}

// TestTwoProgramsSignOneLog runs two programs on one Redis, one of which is killed, and Redis as well. There is one history
// all along: the heads of both are continued by what is there in the end.
func TestTwoProgramsSignOneLog(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendfsync", "always")
	one, two := newBooks(t, "--redis", redis.URL()), newBooks(t, "--redis", redis.URL())
	a, b := one.site(), two.site()
	crowdA, crowdB := crowd(a.base), crowd(b.base)
	crowdA.some(t, a)
	crowdB.some(t, b)
	redis.Kill()
	time.Sleep(time.Second) // of choices while Redis is away
	before := one.head() + two.head()
	redis.Restart()
	for end := time.Now().Add(2 * patience); one.head()+two.head() == before; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is signed after Redis is back")
		}
	}
	for _, p := range []*process{a, b} {
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	acknowledged := append(crowdA.ended(), crowdB.ended()...)
	a.wait()
	b.wait()
	a, b = one.site(), two.site()
	one.await(len(acknowledged))
	one.once(acknowledged)
	heads := 0
	for _, from := range []*books{one, two} {
		head := filepath.Join(from.data, headFile)
		if _, err := os.Stat(head); err == nil {
			heads++
			one.ledger(0, "verify", "--head", head)
		}
	}
	if len(acknowledged) < 20 || heads == 0 {
		t.Fatalf("%d records, %d heads: this shows nothing", len(acknowledged), heads)
	}
	if a.stop() != 0 || b.stop() != 0 {
		t.Errorf("%s\n%s", a, b)
	}
}

// TestOlderCopyOfTheDatabase puts a backup in the place of the database. The ledger says so aloud and signs nothing, while
// visitors are answered and recorded as ever; verification names what is missing.
func TestOlderCopyOfTheDatabase(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	p := b.site()
	if _, err := decide(p.base, "action=accept"); err != nil {
		t.Fatal(err)
	}
	b.signed("1")
	p.stop()
	file := filepath.Join(b.data, "kelisim.db")
	older, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p = b.site()
	for range 3 {
		if _, err := decide(p.base, "action=accept"); err != nil {
			t.Fatal(err)
		}
	}
	b.signed("4")
	p.stop()
	if err := os.WriteFile(file, older, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(b.data, "spool")); err != nil { // which would hand over again what it kept
		t.Fatal(err)
	}
	if out := b.ledger(1, "verify"); !strings.Contains(out, "4 entries were signed (ledger.head in the data folder), 1 are there") {
		t.Error(out)
	}
	p = b.site()
	if id, err := decide(p.base, "action=accept"); err != nil || id == "" {
		t.Errorf("a visitor is answered %q, %v", id, err)
	}
	said := ""
	for end := time.Now().Add(patience); time.Now().Before(end) && !strings.Contains(said, "not signed"); time.Sleep(50 * time.Millisecond) {
		_, said = get(t, p.base+"/healthz")
	}
	if !strings.Contains(said, "ok: pages are served; the ledger is not signed") || !strings.Contains(p.String(), "went back in time") {
		t.Errorf("/healthz says %q\n%s", said, p)
	}
	kept, err := os.ReadFile(filepath.Join(b.data, headFile))
	if err != nil || !strings.Contains(string(kept), "\n4\n") {
		t.Errorf("the last signed head: %q, %v", kept, err)
	}
	b.await(2) // recorded, and not signed
	if out := b.ledger(1, "verify"); !strings.Contains(out, "entries   2, ") {
		t.Error(out)
	}
	p.stop()
}

// TestOlderCopyOfRedis puts back an older append-only file, as a restore does.
func TestOlderCopyOfRedis(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0")
	b := newBooks(t, "--redis", redis.URL())
	p := b.site()
	decideAll(t, p, 1)
	b.signed("1")
	older := filepath.Join(t.TempDir(), "older")
	redis.Stop()
	if err := os.CopyFS(older, os.DirFS(redis.Dir())); err != nil {
		t.Fatal(err)
	}
	redis.Restart()
	decideAll(t, p, 2)
	b.signed("3")
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p)
	}
	redis.Stop()
	if err := os.RemoveAll(redis.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(redis.Dir(), os.DirFS(older)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(b.data, "spool")); err != nil {
		t.Fatal(err)
	}
	redis.Restart()
	if out := b.ledger(1, "verify"); !strings.Contains(out, "3 entries were signed (ledger.head in the data folder), 1 are there") {
		t.Error(out)
	}
	p = b.site()
	decideAll(t, p, 1)
	said := ""
	for end := time.Now().Add(2 * patience); time.Now().Before(end) && !strings.Contains(said, "not signed"); time.Sleep(50 * time.Millisecond) {
		_, said = get(t, p.base+"/healthz")
	}
	if !strings.Contains(said, "ok: pages are served; the ledger is not signed") {
		t.Errorf("/healthz says %q\n%s", said, p)
	}
	p.stop()
}

// decideAll posts so many choices that are recorded.
func decideAll(t *testing.T, p *process, n int) {
	t.Helper()
	for range n {
		if id, err := decide(p.base, "action=accept"); err != nil || id == "" {
			t.Fatalf("%q, %v", id, err)
		}
	}
}

// TestDamagedLeafIsNamed alters one byte of a leaf in the file, as a disk or an intruder does.
func TestDamagedLeafIsNamed(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	p := b.site()
	var ids []string
	for range 5 {
		id, err := decide(p.base, "action=accept")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	b.signed("5")
	p.stop()
	path := filepath.Join(b.data, "kelisim.db")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	entry := string(rune(len(ids[2]))) + ids[2] // its length goes before an id, and its leaf after
	for from := 0; ; {
		at := strings.Index(string(raw[from:]), entry)
		if at < 0 {
			break
		}
		from += at + len(entry)
		if _, err := file.WriteAt([]byte{raw[from] ^ 1}, int64(from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if out := b.ledger(1, "verify"); !strings.Contains(out, "entry 2 ("+ids[2]+"): its leaf is not the one in the log") {
		t.Error(out)
	}
}
