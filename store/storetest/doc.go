// Package storetest is the contract of a store, as tests that any store runs with [Run]. What it does not
// test, no other package may rely on; what a store does beyond it, no other package may use.
//
// Each case says why it is there, and the reason is printed when it fails. It is written after the
// drivertest packages of go-cloud and testing/slogtest.
package storetest

import (
	"context"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// Store is all that a store does.
type Store interface {
	stats.Sink
	stats.Source
	stats.Keeper
	consent.Ledger
	Log
	Documents
	// Ping returns nil as long as the store answers.
	Ping(ctx context.Context) error
	// Kind names the engine and its version, for people.
	Kind() string
	// Shutdown lets go of the store. Its other methods then return errors. (Close closes a day.)
	Shutdown() error
}

// Log is what the ledger's log needs beside the entries.
type Log interface {
	// Position returns where the entry with the given id is, or an error that is consent.ErrNoEntry.
	Position(ctx context.Context, id string) (int, error)
	// Erase destroys what the entries sealed: no byte of it stays at rest. Ids, leaves and positions
	// stay, and appending an erased entry again changes nothing. What was erased before is left as it is;
	// the error is consent.ErrNoEntry if one of the ids is not held.
	Erase(ctx context.Context, ids ...string) error
	// Sheet, SwapSheet and Sheets are Get, Swap and Keys of [Documents] for what the log is written on:
	// another area, with rights of its own.
	Sheet(ctx context.Context, name string) ([]byte, error)
	SwapSheet(ctx context.Context, name string, old, new []byte) (bool, error)
	Sheets(ctx context.Context, prefix string) ([]string, error)
}

// Documents are small things that are replaced as a whole: accounts, settings.
type Documents interface {
	// Get returns the document under key, or an error that is fs.ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)
	// Swap replaces the document under key if it is old, and says whether it was. A nil old means that
	// there must be none, a nil new deletes it.
	Swap(ctx context.Context, key string, old, new []byte) (bool, error)
	// Keys returns the keys that begin with prefix, in order.
	Keys(ctx context.Context, prefix string) ([]string, error)
}

// Harness is what a store needs to be tested.
type Harness struct {
	// Open opens the store of a site: opened twice, it holds what it held. The harness shuts it down at
	// the end of the test if the test has not.
	Open func(t testing.TB, site string) Store
	// Raw returns every byte at rest, of all sites, free pages and old commands included. It is called
	// while stores are open, and waits for whatever the store still deletes in the background.
	Raw func(t testing.TB) []byte
	// Alone says that a site can be opened once at a time only.
	Alone bool
}

// Run tests a store.
func Run(t *testing.T, h Harness) {
	for _, list := range [][]testcase{mergeCases, boundCases, closeCases, packCases, expireCases, trimCases, ledgerCases, logCases, documentCases, restCases} {
		for _, c := range list {
			t.Run(c.name, func(t *testing.T) {
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the contract: %s", c.why)
					}
				})
				c.run(&check{T: t, Harness: h, site: c.name})
			})
		}
	}
}

// testcase is one clause of the contract.
type testcase struct {
	name, why string
	run       func(*check)
}
