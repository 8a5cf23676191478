package risk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"
)

// Shelf keeps small documents until their end, apart from everything else: incidents, blocks, seeds of keys, and the list of who changed
// what. Both stores of the house have one; [NewMemoryShelf] is one that dies with its process. Implementations are safe for
// concurrent use, and never return a document that is over.
type Shelf interface {
	// Get returns the document under key, or an error that is [fs.ErrNotExist].
	Get(ctx context.Context, key string) ([]byte, error)
	// Put keeps a document under key, in place of an earlier one.
	Put(ctx context.Context, key string, document []byte, ends time.Time) error
	// Add keeps a document where there is none, and returns the one that is there afterwards.
	Add(ctx context.Context, key string, document []byte, ends time.Time) ([]byte, error)
	// Change runs f on the document under key, nil for none, and keeps what f returns, or with nil none, unless f says that it is to stay as
	// it is. It is one step, whoever else changes the document; f may be run more than once, and its last run counts.
	Change(ctx context.Context, key string, f func(document []byte) (changed []byte, ends time.Time, ok bool)) error
	// Remove forgets a document; one that is not there is no error.
	Remove(ctx context.Context, key string) error
	// List calls f for the documents whose keys begin with prefix, in order of their keys.
	List(ctx context.Context, prefix string, f func(key string, document []byte)) error
	// Sweep erases what is over.
	Sweep(ctx context.Context) error
}

// Bounds of a shelf.
const (
	MaxShelfKey      = 128
	MaxShelfDocument = 64 << 10
)

// ErrShelf is wrapped by the errors about documents that a shelf does not take.
var ErrShelf = errors.New("risk: the shelf takes keys of 1 to 128 bytes of ASCII and documents of at most 64 KiB")

// CheckShelf says whether a shelf takes a document under key. Stores call it.
func CheckShelf(key string, document []byte) error {
	printable := func(r rune) bool { return r > ' ' && r < 0x7f }
	if key == "" || len(key) > MaxShelfKey || strings.ContainsFunc(key, func(r rune) bool { return !printable(r) }) || len(document) > MaxShelfDocument {
		return fmt.Errorf("%w: a key of %d, a document of %d", ErrShelf, len(key), len(document))
	}
	return nil
}

// MemoryShelf is a [Shelf] in memory. Make one with [NewMemoryShelf].
type MemoryShelf struct {
	now func() time.Time

	mu  sync.Mutex
	all map[string]shelved
}

type shelved struct {
	document []byte
	ends     time.Time
}

// NewMemoryShelf returns an empty shelf. Nil for now is the system's clock.
func NewMemoryShelf(now func() time.Time) *MemoryShelf {
	if now == nil {
		now = time.Now
	}
	return &MemoryShelf{now: now, all: make(map[string]shelved)}
}

// find returns what is under key and not over. The lock must be held.
func (m *MemoryShelf) find(key string) ([]byte, bool) {
	s, ok := m.all[key]
	return s.document, ok && m.now().Before(s.ends)
}

// Get implements [Shelf].
func (m *MemoryShelf) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if document, ok := m.find(key); ok {
		return slices.Clone(document), nil
	}
	return nil, fmt.Errorf("risk: %q: %w", key, fs.ErrNotExist)
}

// Put implements [Shelf].
func (m *MemoryShelf) Put(_ context.Context, key string, document []byte, ends time.Time) error {
	if err := CheckShelf(key, document); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[key] = shelved{slices.Clone(document), ends}
	return nil
}

// Add implements [Shelf].
func (m *MemoryShelf) Add(_ context.Context, key string, document []byte, ends time.Time) ([]byte, error) {
	if err := CheckShelf(key, document); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept, ok := m.find(key); ok {
		return slices.Clone(kept), nil
	}
	m.all[key] = shelved{slices.Clone(document), ends}
	return document, nil
}

// Change implements [Shelf].
func (m *MemoryShelf) Change(_ context.Context, key string, f func([]byte) ([]byte, time.Time, bool)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var before []byte
	if kept, ok := m.find(key); ok {
		before = slices.Clone(kept)
	}
	document, ends, ok := f(before)
	switch {
	case !ok:
		return nil
	case document == nil:
		delete(m.all, key)
		return nil
	}
	if err := CheckShelf(key, document); err != nil {
		return err
	}
	m.all[key] = shelved{slices.Clone(document), ends}
	return nil
}

// Remove implements [Shelf].
func (m *MemoryShelf) Remove(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, key)
	return nil
}

// List implements [Shelf].
func (m *MemoryShelf) List(_ context.Context, prefix string, f func(key string, document []byte)) error {
	m.mu.Lock()
	found := map[string][]byte{}
	var keys []string
	for key := range m.all {
		if document, ok := m.find(key); ok && strings.HasPrefix(key, prefix) {
			found[key], keys = slices.Clone(document), append(keys, key)
		}
	}
	m.mu.Unlock()
	slices.Sort(keys)
	for _, key := range keys {
		f(key, found[key])
	}
	return nil
}

// Sweep implements [Shelf].
func (m *MemoryShelf) Sweep(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, s := range m.all {
		if !m.now().Before(s.ends) {
			delete(m.all, key)
		}
	}
	return nil
}
