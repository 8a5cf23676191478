package ledger_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

func TestSequenceAtEverySize(t *testing.T) {
	store := newMemory()
	l := open(t, store, "")
	check(t, l.Sequence(t.Context()))
	if l.Head().Size != 0 || len(store.sheets) != 0 {
		t.Error("an empty ledger has been signed")
	}
	var older []byte
	for _, step := range []int{1, 1, 1, 4, 1, 247, 1, 1, 256, 3, 100} {
		fill(t, store, step)
		check(t, l.Sequence(t.Context()))
		check(t, l.Sequence(t.Context()))
		if int(l.Head().Size) != len(store.entries) {
			t.Fatalf("head of %d, entries %d", l.Head().Size, len(store.entries))
		}
		if r := verify(t, store, older); older != nil && (!r.Sound() || r.Signed != l.Head().Size) {
			t.Fatalf("%+v", r)
		}
		older = l.Head().Note
	}
	if again := open(t, store, ""); again.Sequence(t.Context()) != nil || again.Head().Root != l.Head().Root {
		t.Error("another process sees another tree")
	}
}

// Whatever order of writes a crash cuts, the next run goes on, and the head is the one that would have been.
func TestCutAtEveryWrite(t *testing.T) {
	whole := newMemory()
	fill(t, whole, 300)
	l := open(t, whole, "")
	check(t, l.Sequence(t.Context()))
	for cut := range 20 {
		store, file, writes := newMemory(), filepath.Join(t.TempDir(), "head"), 0
		store.entries = whole.entries[:130]
		check(t, open(t, store, file).Sequence(t.Context()))
		store.entries = whole.entries
		store.before = func(string) error {
			if writes++; writes > cut {
				return errors.New("killed")
			}
			return nil
		}
		err := open(t, store, file).Sequence(t.Context())
		store.before = nil
		delete(store.sheets, "lease") // its time is over
		next := open(t, store, file)
		check(t, next.Sequence(t.Context()))
		if next.Head().Root != l.Head().Root || !verify(t, store).Sound() {
			t.Errorf("cut at write %d (%v): another tree", cut, err)
		}
	}
}

func TestTwoSequencersAtOnce(t *testing.T) {
	store := newMemory()
	dir := t.TempDir()
	logs := []*ledger.Log{open(t, store, filepath.Join(dir, "a")), open(t, store, filepath.Join(dir, "b")), open(t, store, filepath.Join(dir, "c"))}
	for range 20 {
		fill(t, store, 17)
		store.mu.Lock()
		delete(store.sheets, "lease") // nobody is kept away: the lease only saves work
		store.mu.Unlock()
		var wg sync.WaitGroup
		for _, l := range logs {
			wg.Go(func() {
				if err := l.Sequence(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	for _, l := range logs {
		check(t, l.Sequence(t.Context()))
	}
	if r := verify(t, store); !r.Sound() || r.Signed != 340 {
		t.Errorf("%+v", r)
	}
}

func TestLeaseKeepsOthersAway(t *testing.T) {
	store := newMemory()
	a, b := open(t, store, ""), open(t, store, "")
	fill(t, store, 3)
	check(t, a.Sequence(t.Context()))
	fill(t, store, 3)
	check(t, b.Sequence(t.Context()))
	if b.Head().Size != 3 {
		t.Errorf("the other signed up to %d", b.Head().Size)
	}
	check(t, a.Sequence(t.Context()))
	check(t, b.Sequence(t.Context()))
	if b.Head().Size != 6 {
		t.Errorf("the other follows up to %d only", b.Head().Size)
	}
}

// A process that ends in order leaves nobody waiting; one that does not hold the lease takes it from nobody.
func TestLeaseIsGivenUp(t *testing.T) {
	store := newMemory()
	a, b := open(t, store, ""), open(t, store, "")
	check(t, a.Release(t.Context())) // nobody has it
	fill(t, store, 3)
	check(t, a.Sequence(t.Context()))
	fill(t, store, 3)
	check(t, b.Release(t.Context()))
	check(t, b.Sequence(t.Context()))
	if b.Head().Size != 3 {
		t.Errorf("the other signed up to %d", b.Head().Size)
	}
	check(t, a.Release(t.Context()))
	check(t, b.Sequence(t.Context()))
	if b.Head().Size != 6 {
		t.Errorf("the other signs up to %d only", b.Head().Size)
	}
}

func TestSettle(t *testing.T) {
	store, now := newMemory(), noon
	l, err := ledger.New(ledger.Options{Store: store, Keys: signer(t, secret), Records: records(t), Settle: 4 * time.Second, Now: func() time.Time { return now }})
	check(t, err)
	for _, step := range []struct {
		add, after int
		want       int64
	}{{5, 0, 0}, {2, 3, 0}, {1, 1, 5}, {0, 4, 8}, {0, 60, 8}, {1, 1, 8}, {0, 4, 9}} {
		fill(t, store, step.add)
		now = now.Add(time.Duration(step.after) * time.Second)
		check(t, l.Sequence(t.Context()))
		if l.Head().Size != step.want {
			t.Fatalf("after %+v: head of %d", step, l.Head().Size)
		}
	}
}

// The ledger fails loud: it never signs two trees of one size.
func TestStoreThatGoesBackInTime(t *testing.T) {
	store, file := newMemory(), filepath.Join(t.TempDir(), "head")
	fill(t, store, 40)
	check(t, open(t, store, file).Sequence(t.Context()))
	old := store.copy()
	fill(t, store, 20)
	delete(store.sheets, "lease")
	check(t, open(t, store, file).Sequence(t.Context()))
	kept, err := os.ReadFile(file)
	check(t, err)

	l := open(t, old, file)
	delete(old.sheets, "lease")
	if err := l.Sequence(t.Context()); !errors.Is(err, ledger.ErrBehind) {
		t.Fatalf("after a rollback: %v", err)
	}
	// The spool hands over again what the store forgot: the same entries in the same order.
	for _, e := range store.entries[40:] {
		check(t, old.Append(t.Context(), e))
	}
	fill(t, old, 1)
	check(t, l.Sequence(t.Context()))
	if r := verify(t, old, kept); !r.Sound() || r.Signed != 61 {
		t.Errorf("%+v", r)
	}

	// Another history of the same length is refused, by the running process and by a new one.
	forked := store.copy()
	forked.entries, forked.sheets = forked.entries[:40], old.copy().sheets
	forked.sheets["head"] = nil
	delete(forked.sheets, "head")
	for name := range forked.sheets {
		if strings.HasPrefix(name, "tile/") || name == "lease" {
			delete(forked.sheets, name)
		}
	}
	fill(t, forked, 30)
	if err := open(t, forked, file).Sequence(t.Context()); !errors.Is(err, ledger.ErrForked) {
		t.Errorf("another history: %v", err)
	}
	if signed, ok := forked.sheets["head"]; ok {
		t.Errorf("it was signed: %s", signed)
	}
}

// Whoever holds the secret can sign another history. A process that has seen the first one stops.
func TestAnotherTreeOfTheSameSize(t *testing.T) {
	dir := t.TempDir()
	one, two := newMemory(), newMemory()
	fill(t, one, 30)
	fill(t, two, 30) // the same records under other salts
	file := filepath.Join(dir, "head")
	check(t, open(t, one, file).Sequence(t.Context()))
	check(t, open(t, two, filepath.Join(dir, "other")).Sequence(t.Context()))
	delete(two.sheets, "lease")
	if err := open(t, two, file).Sequence(t.Context()); !errors.Is(err, ledger.ErrForked) || !strings.Contains(err.Error(), "two trees of 30 entries") {
		t.Errorf("at the same size: %v", err)
	}
	fill(t, two, 5)
	check(t, open(t, two, filepath.Join(dir, "other")).Sequence(t.Context()))
	delete(two.sheets, "lease")
	if err := open(t, two, file).Sequence(t.Context()); !errors.Is(err, ledger.ErrForked) {
		t.Errorf("at a larger size: %v", err)
	}
	kept, err := os.ReadFile(file)
	check(t, err)
	if r := verify(t, two, kept); r.Sound() || !strings.Contains(r.Findings[0].String(), "the first 30 entries are not the ones that were signed (an older head)") {
		t.Errorf("%+v", r)
	}
}

func TestTamperingIsFound(t *testing.T) {
	for _, row := range []struct {
		name   string
		tamper func(*memory)
		want   string // in a finding
		stops  bool   // the sequencer sees it by itself
	}{
		{"leaf", func(m *memory) { m.entries[270].Leaf[3] ^= 1 }, "entry 270 (AAAAAAAAAAAAAAAAAA270A): its leaf is not the one in the log", false},
		{"last leaf", func(m *memory) { m.entries[299].Leaf[3] ^= 1 }, "entry 299", true},
		{"content", func(m *memory) {
			m.entries[12].Sealed = bytes.Clone(m.entries[12].Sealed)
			m.entries[12].Sealed[40] ^= 1
		}, "entry 12 (AAAAAAAAAAAAAAAAAA012A): its content cannot be opened", false},
		{"another's content", func(m *memory) { m.entries[7].Sealed, m.entries[7].ID = m.entries[8].Sealed, m.entries[8].ID }, "entry 7", false},
		{"content without a word", func(m *memory) { m.entries[5].Sealed = nil }, "entry 5 (): its content is gone and no erasure is recorded", false},
		{"order", func(m *memory) { m.entries[1], m.entries[2] = m.entries[2], m.entries[1] }, "entry 1 ", false},
		{"removed", func(m *memory) { m.entries = m.entries[:250] }, "300 entries were signed (the store's head), 250 are there", true},
		{"tile", func(m *memory) { m.sheets["tile/0/1"][5] ^= 1 }, "entry 256", true},
		{"head", func(m *memory) { m.sheets["head"] = []byte("none") }, "the store's head is not signed by a known key", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			store := newMemory()
			fill(t, store, 300)
			check(t, open(t, store, "").Sequence(t.Context()))
			row.tamper(store)
			r := verify(t, store)
			found := false
			for _, f := range r.Findings {
				found = found || strings.Contains(f.String(), row.want)
			}
			if !found || r.Sound() {
				t.Errorf("not found: %v", r.Findings)
			}
			fill(t, store, 1)
			if err := open(t, store, "").Sequence(t.Context()); errors.Is(err, ledger.ErrForked) != row.stops {
				t.Errorf("sequencer: %v", err)
			}
		})
	}
}

// A store that is away is no fork.
func TestStoreThatIsAway(t *testing.T) {
	store := newMemory()
	fill(t, store, 3)
	away := errors.New("away")
	store.before = func(string) error { return away }
	if err := open(t, store, "").Sequence(t.Context()); !errors.Is(err, away) || errors.Is(err, ledger.ErrForked) {
		t.Error(err)
	}
}

func TestSecretIsRotated(t *testing.T) {
	store, file := newMemory(), filepath.Join(t.TempDir(), "head")
	fill(t, store, 3)
	check(t, open(t, store, file).Sequence(t.Context()))
	delete(store.sheets, "lease")
	newer := bytes.Repeat([]byte("n"), 32)
	opened, err := consent.NewKeys(newer, secret)
	check(t, err)
	l, err := ledger.New(ledger.Options{Store: store, Keys: signer(t, newer, secret), Records: opened, File: file})
	check(t, err)
	fill(t, store, 3)
	check(t, l.Sequence(t.Context()))
	if l.Head().Size != 6 || len(l.Keys().Public()) != 2 {
		t.Errorf("head of %d", l.Head().Size)
	}
	if err := open(t, store, file).Sequence(t.Context()); err == nil {
		t.Error("a process with the old secret alone goes on")
	}
}

func TestKeysDoNotPrintTheirSecret(t *testing.T) {
	k := signer(t, secret)
	if strings.Contains(k.GoString()+k.String(), "secret") || !strings.HasPrefix(k.Public()[0], origin+"+") {
		t.Errorf("%v %v", k, k.Public())
	}
	if _, err := ledger.NewKeys("a b+c", secret); err == nil {
		t.Error("an origin with a space and a plus")
	}
	if got := ledger.Origin(" AI News+\x00 "); got != "AI-News--" {
		t.Errorf("%q", got)
	}
}
