package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

// memory is a store in memory that can be tampered with.
type memory struct {
	mu      sync.Mutex
	entries []consent.Entry
	sheets  map[string][]byte
	before  func(what string) error // called before every change
}

func newMemory() *memory { return &memory{sheets: map[string][]byte{}} }

func (m *memory) hook(what string) error {
	if m.before != nil {
		return m.before(what)
	}
	return nil
}

func (m *memory) Append(_ context.Context, e consent.Entry) error {
	if err := m.hook("append"); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(e.ID) < 0 {
		m.entries = append(m.entries, e)
	}
	return nil
}

func (m *memory) find(id string) int {
	return slices.IndexFunc(m.entries, func(e consent.Entry) bool { return e.ID == id })
}

func (m *memory) Entry(_ context.Context, id string) (consent.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(id); i >= 0 {
		return m.entries[i], nil
	}
	return consent.Entry{}, consent.ErrNoEntry
}

func (m *memory) Position(_ context.Context, id string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(id); i >= 0 {
		return i, nil
	}
	return 0, consent.ErrNoEntry
}

func (m *memory) Entries(_ context.Context, from int, f func(int, consent.Entry) bool) error {
	m.mu.Lock()
	all := slices.Clone(m.entries)
	m.mu.Unlock()
	for i := from; i < len(all); i++ {
		if !f(i, all[i]) {
			break
		}
	}
	return nil
}

func (m *memory) Erase(_ context.Context, ids ...string) error {
	if err := m.hook("erase"); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		i := m.find(id)
		if i < 0 {
			return consent.ErrNoEntry
		}
		m.entries[i].Sealed = nil
	}
	return nil
}

func (m *memory) Sheet(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.sheets[name]; ok {
		return bytes.Clone(s), nil
	}
	return nil, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
}

func (m *memory) SwapSheet(_ context.Context, name string, old, new []byte) (bool, error) {
	if err := m.hook(name); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	held, ok := m.sheets[name]
	if ok != (old != nil) || !bytes.Equal(held, old) {
		return false, nil
	}
	m.sheets[name] = bytes.Clone(new)
	return true, nil
}

func (m *memory) Sheets(_ context.Context, prefix string) (names []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.sheets)) {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names, nil
}

// copy is a snapshot, as a backup would be.
func (m *memory) copy() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memory{entries: slices.Clone(m.entries), sheets: maps.Clone(m.sheets)}
}

var (
	secret = []byte("a secret of at least thirty-two bytes")
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

const origin = "example.kz"

func records(t testing.TB) *consent.Keys {
	t.Helper()
	k, err := consent.NewKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signer(t testing.TB, secret []byte, old ...[]byte) *ledger.Keys {
	t.Helper()
	k, err := ledger.NewKeys(origin, secret, old...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// open opens a log over store; file may be "".
func open(t testing.TB, store ledger.Store, file string) *ledger.Log {
	t.Helper()
	l, err := ledger.New(ledger.Options{Store: store, Keys: signer(t, secret), Records: records(t), File: file, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// fill appends n entries of records made at noon, numbered on from what is there.
func fill(t testing.TB, store ledger.Store, n int) (ids []string) {
	t.Helper()
	k := records(t)
	from := 0
	check(t, store.Entries(t.Context(), 0, func(int, consent.Entry) bool { from++; return true }))
	for i := range n {
		id := fmt.Sprintf("AAAAAAAAAAAAAAAAAA%03dA", from+i)
		if from+i > 999 {
			t.Fatal("too many for these ids")
		}
		e, err := k.SealRecord(record(id, noon))
		check(t, err)
		check(t, store.Append(t.Context(), e))
		ids = append(ids, id)
	}
	return ids
}

func record(id string, at time.Time) consent.Record {
	return consent.Record{
		Schema: consent.RecordSchema, ID: id, Event: consent.EventGiven, Time: at, Until: at.AddDate(0, 6, 0), Method: consent.MethodBanner, Basis: "consent",
		Controller: "=HYPERLINK(\"x\")", Policy: "p", Variant: "@v", Language: "kk",
		Purposes: []consent.PurposeRecord{{Purpose: consent.Marketing, Status: "granted", Recipients: []consent.Recipient{{Service: "ads", Name: "Ads \u200e< & >", Country: "DE"}}, Data: []string{"pages"}}},
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// verify verifies a store with the records' keys.
func verify(t testing.TB, store ledger.Store, older ...[]byte) ledger.Report {
	t.Helper()
	o := ledger.VerifyOptions{Known: signer(t, secret).Verifiers(), Records: records(t)}
	for _, signed := range older {
		o.Older = append(o.Older, ledger.Kept{Name: "an older head", Note: signed})
	}
	r, err := ledger.Verify(t.Context(), store, o)
	check(t, err)
	return r
}
