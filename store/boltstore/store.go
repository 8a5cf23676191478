package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// ErrCorrupt is the error of a file that is damaged, or no database of this package.
var ErrCorrupt = errors.New("boltstore: the database is damaged or not one of Kelisim's (restore it from a backup, or move it away to begin anew)")

// Store is the store of one site in one file. It is safe for concurrent use.
type Store struct {
	db   *bbolt.DB
	file *os.File // the one that db writes to and has locked
	path string
	site []byte

	// mu keeps readers out while freed pages are overwritten: one that began before the pages were
	// freed would still be reading them.
	mu    sync.RWMutex
	dicts dictionaries // guarded by being used in writing transactions only, of which there is one at a time
}

var (
	_ stats.Sink     = (*Store)(nil)
	_ stats.Source   = (*Store)(nil)
	_ stats.Keeper   = (*Store)(nil)
	_ consent.Ledger = (*Store)(nil)
)

// Kind returns "bbolt".
func (s *Store) Kind() string { return "bbolt" }

// Path returns the path of the file.
func (s *Store) Path() string { return s.path }

// Ping returns nil as long as the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.view(ctx, "ping", func(*bbolt.Tx, *bbolt.Bucket) error { return nil })
}

// Shutdown waits for running calls and closes the file. Calls made later fail.
func (s *Store) Shutdown() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("boltstore: close: %w", err)
	}
	return nil
}

// view runs f on what is committed, update changes it. Both turn damage that bbolt meets, which panics
// or faults on a page that is not there, into [ErrCorrupt].
func (s *Store) view(ctx context.Context, what string, f func(*bbolt.Tx, *bbolt.Bucket) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.guarded(ctx, what, s.db.View, f)
}

func (s *Store) update(ctx context.Context, what string, f func(*bbolt.Tx, *bbolt.Bucket) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.guarded(ctx, what, s.db.Update, f)
}

func (s *Store) guarded(ctx context.Context, what string, run func(func(*bbolt.Tx) error) error, f func(*bbolt.Tx, *bbolt.Bucket) error) (err error) {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("boltstore: %s: %w", what, err)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %s: %v", ErrCorrupt, what, p)
		}
	}()
	err = run(func(tx *bbolt.Tx) error {
		site := tx.Bucket(s.site)
		if site == nil {
			return ErrCorrupt
		}
		if err := f(tx, site); err != nil {
			return err
		}
		return ctx.Err() // what nobody waits for is not written
	})
	if err != nil && !errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("boltstore: %s: %w", what, err)
	}
	return err
}
