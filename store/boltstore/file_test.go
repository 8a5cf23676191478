package boltstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

const day = stats.Day(20_000)

func batch(instance string, seq uint64, rows int) stats.Batch {
	b := stats.Batch{Instance: instance, Seq: seq}
	var one stats.Counts
	one[stats.Views] = 1
	for i := range rows {
		b.Rows = append(b.Rows, stats.Row{Day: day, Dim: stats.DimPage, Value: fmt.Sprintf("/%05d", i), Counts: one})
	}
	one[stats.Views] = int64(rows)
	b.Totals = []stats.Total{{Day: day, Hour: 1, Counts: one}}
	return b
}

func views(t *testing.T, s *boltstore.Store) (rows, totals int64) {
	t.Helper()
	err := errors.Join(
		s.Rows(t.Context(), stats.DimPage, day, day, func(r stats.Row) { rows += r.Counts[stats.Views] }),
		s.Totals(t.Context(), day, day, func(r stats.Total) { totals += r.Counts[stats.Views] }))
	if err != nil {
		t.Fatal(err)
	}
	return rows, totals
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "site.db")
	s := open(t, path, "s")
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: %o, want %o", name, got, want)
		}
	}
	if s.Path() != path {
		t.Errorf("path %q", s.Path())
	}
	if err := s.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path, "s")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a file that others could read: %v %v", info.Mode(), err)
	}
}

func TestSitesOfOneFileAreApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	a := open(t, path, "a")
	if _, err := a.Merge(t.Context(), batch("i", 1, 5)); err != nil {
		t.Fatal(err)
	}
	if err := a.Shutdown(); err != nil {
		t.Fatal(err)
	}
	b := open(t, path, "b")
	if rows, totals := views(t, b); rows != 0 || totals != 0 {
		t.Errorf("%d in rows, %d in totals of another site", rows, totals)
	}
}

func TestOneProcessPerFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	open(t, path, "s")
	_, err := boltstore.Open(path, boltstore.Options{Site: "s", LockTimeout: time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "another process has "+path+" open: stop it") {
		t.Errorf("%v", err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	s := open(t, good, "s")
	for seq := range uint64(20) {
		if _, err := s.Merge(t.Context(), batch("i", seq+1, 2000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Shutdown(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	other := filepath.Join(dir, "other.db")
	db, err := bbolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("theirs")); return err })
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path, want string }{
		{"a text", file("text.db", []byte(strings.Repeat("hello\n", 3000))), "damaged"},
		{"a short text", file("short.db", []byte("hello")), "damaged"},
		{"zeros", file("zeros.db", make([]byte, 64<<10)), "damaged"},
		{"half of it", file("half.db", whole[:len(whole)/2/4096*4096]), "damaged"},
		{"two pages of it", file("two.db", whole[:8192]), "damaged"},
		{"another program's", other, "damaged or not one of Kelisim's"},
		{"a folder", filepath.Join(dir, "folder.db"), "cannot open"},
		{"a file as folder", filepath.Join(good, "site.db"), "folder of the database"},
	} {
		before, _ := os.ReadFile(test.path) // none of a folder
		_, err := boltstore.Open(test.path, boltstore.Options{Site: "s"})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "boltstore: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", test.name, err, test.want)
		}
		if after, _ := os.ReadFile(test.path); !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed", test.name)
		}
	}
	for _, site := range []string{"", "a/b", "a b", strings.Repeat("x", 65)} {
		if _, err := boltstore.Open(good, boltstore.Options{Site: site}); err == nil {
			t.Errorf("site %q: no error", site)
		}
	}
}

// Whatever bytes are wrong, the process lives: an error at Open or later, or an answer.
func TestDamageIsAnError(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "good.db")
	s := open(t, path, "s")
	for seq := range uint64(8) {
		if _, err := s.Merge(t.Context(), batch("i", seq+1, 800)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context(), stats.Closing{Day: day - 1, Rows: []stats.Row{{Day: day - 1, Dim: 1, Value: "/", Counts: stats.Counts{1}}}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Append(t.Context(), consent.Entry{ID: "i", Sealed: []byte("x")}), s.Shutdown()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	failed := 0
	for i := range 60 {
		bad := bytes.Clone(whole)
		for range 1 + r.IntN(40) {
			page := r.IntN(len(bad)/4096) * 4096
			bad[page+r.IntN(64)] ^= byte(1 + r.IntN(255)) // headers and the first elements, where it hurts
		}
		path := filepath.Join(dir, fmt.Sprintf("bad-%d.db", i))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := boltstore.Open(path, boltstore.Options{Site: "s"})
		if err != nil {
			failed++
			continue
		}
		err = errors.Join(
			s.Rows(t.Context(), 1, day-1, day, func(stats.Row) {}), s.Totals(t.Context(), day-1, day, func(stats.Total) {}),
			s.Entries(t.Context(), 0, func(int, consent.Entry) bool { return true }))
		_, mergeErr := s.Merge(t.Context(), batch("j", 1, 300))
		if err := errors.Join(err, mergeErr, s.Expire(t.Context(), day)); err != nil {
			failed++
		}
		_ = s.Shutdown() // of a damaged file
	}
	if failed < 20 {
		t.Errorf("only %d of 60 damaged files were noticed: is the damage real?", failed)
	}
}

func TestFullStoreChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s, err := boltstore.Open(path, boltstore.Options{Site: "s", MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Shutdown() }()
	want, seq := int64(0), uint64(0)
	for ; err == nil; seq++ {
		b := batch("i", seq+1, 2000)
		for i := range b.Rows {
			b.Rows[i].Day += stats.Day(seq)
		}
		b.Totals[0].Day += stats.Day(seq)
		if _, err = s.Merge(t.Context(), b); err == nil {
			want++
		}
		if seq > 1000 {
			t.Fatal("it never was full")
		}
	}
	rows, totals := int64(0), int64(0)
	err = errors.Join(
		s.Rows(t.Context(), stats.DimPage, day, day+1000, func(stats.Row) { rows++ }),
		s.Totals(t.Context(), day, day+1000, func(stats.Total) { totals++ }))
	if err != nil || rows != 2000*want || totals != want {
		t.Errorf("%d rows, %d totals, want those of %d batches: of what was refused, nothing (%v)", rows, totals, want, err)
	}
	applied, err := s.Applied(t.Context(), "i")
	if err != nil || applied.Seq != seq-1 {
		t.Errorf("last batch %d, want %d (%v)", applied.Seq, seq-1, err)
	}
	if _, err := s.Merge(t.Context(), batch("i", seq, 0)); err != nil {
		t.Errorf("what needs no room is merged: %v", err)
	}
}

// A scrubbing that was cut short, by a crash right after a day was closed, is made up for at Open.
func TestScrubIsResumed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s := open(t, path, "s")
	b := batch("i", 1, 3000)
	b.Rows[17].Value = "canary-of-the-scrub"
	if _, err := s.Merge(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	before := read(t, path)
	if err := s.Close(t.Context(), stats.Closing{Day: day}); err != nil {
		t.Fatal(err)
	}
	after := read(t, path)
	if !bytes.Contains(before, []byte("canary-of-the-scrub")) || bytes.Contains(after, []byte("canary-of-the-scrub")) {
		t.Fatal("the canary was not there before, or is there after")
	}
	if err := s.Shutdown(); err != nil {
		t.Fatal(err)
	}
	// The crash: what was freed is still there, and the mark that says so.
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("kelisim")).Put([]byte("scrub"), []byte{1})
	})
	free := 0
	err = errors.Join(err, db.View(func(tx *bbolt.Tx) error {
		for id := 2; id < int(tx.Size()/4096) && free == 0; id++ {
			if p, err := tx.Page(id); err == nil && p.Type == "free" {
				free = id
			}
		}
		return nil
	}), db.Close())
	if err != nil || free == 0 {
		t.Fatalf("no free page: %v", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte("canary-of-the-scrub"), int64(free)*4096+100)
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, "s")
	if bytes.Contains(read(t, path), []byte("canary-of-the-scrub")) {
		t.Error("it is still at rest")
	}
	if _, totals := views(t, s); totals != 3000 {
		t.Errorf("%d in totals, want 3000", totals)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
