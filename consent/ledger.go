package consent

import (
	"context"
	"errors"
)

// ErrNoEntry is returned, possibly wrapped, by [Ledger.Entry] for an id that is not held.
var ErrNoEntry = errors.New("consent: no such entry")

// Entry is a sealed [Record] as spool and stores hold it: they cannot read it.
type Entry struct {
	ID     string // random, 128 bits, base64url without padding
	Leaf   Leaf   // the commitment to what is sealed; it outlives it
	Sealed []byte // salt and record, encrypted; empty once erased
}

// Erased reports whether what e sealed has been destroyed.
func (e Entry) Erased() bool { return len(e.Sealed) == 0 }

// Ledger keeps entries. Both stores implement it; package storetest is its contract.
type Ledger interface {
	// Append keeps e, for good, before it returns. An entry whose ID is already held is acknowledged
	// and changes nothing, be it erased or not.
	Append(ctx context.Context, e Entry) error
	// Entry returns the entry with the given id, or an error that is [ErrNoEntry].
	Entry(ctx context.Context, id string) (Entry, error)
	// Entries calls f for the entries in the order in which they were appended, from the given
	// position (0 is the first), until f returns false. No entry ever changes its position.
	Entries(ctx context.Context, from int, f func(position int, e Entry) bool) error
}
