package consent

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// ErrEdition is wrapped by the error about a kept policy that is not what its name says.
var ErrEdition = errors.New("consent: the policy that was kept is damaged")

// Edition is a policy as it was once in force: a record names it by its hash.
type Edition struct {
	Hash   string // hex SHA-256 of its document
	Policy Policy // with the defaults of its time filled in
}

// Document returns the policy's canonical JSON, whose SHA-256 is [Rulebook.Hash]: keys in the order of
// [Policy], defaults filled in, no white space. It is public, as the policy is.
func (b *Rulebook) Document() []byte { return bytes.Clone(b.doc) }

// OpenEdition reads a document and verifies that its hash is the given one. What a later version of this
// program may have added is left out; rules that are newer than the document are not applied to it.
func OpenEdition(hash string, doc []byte) (Edition, error) {
	sum := sha256.Sum256(doc)
	if hex.EncodeToString(sum[:]) != hash {
		return Edition{}, fmt.Errorf("%w: the document of %q has another hash", ErrEdition, clip(hash))
	}
	e := Edition{Hash: hash}
	if err := json.Unmarshal(doc, &e.Policy); err != nil {
		return Edition{}, fmt.Errorf("%w: %q: %w", ErrEdition, hash, err)
	}
	return e, nil
}

// compareEditions orders by revision, then day; the hash settles the rest.
func compareEditions(a, b Edition) int {
	x, y := a.Policy.Revision, b.Policy.Revision
	return cmp.Or(cmp.Compare(x.Number, y.Number), strings.Compare(x.Date, y.Date), strings.Compare(a.Hash, b.Hash))
}

// Documents are small documents of a store. Both stores implement it; package storetest is its contract.
type Documents interface {
	// Get returns the document of a key, or an error that is [fs.ErrNotExist].
	Get(ctx context.Context, key string) ([]byte, error)
	// Swap replaces the document if it is old, and reports whether it was; nil is no document.
	Swap(ctx context.Context, key string, old, new []byte) (bool, error)
	// Keys returns the keys that begin with prefix.
	Keys(ctx context.Context, prefix string) ([]string, error)
}

// Archive keeps every policy that was in force, by its hash: what visitors agreed to can be shown as long
// as their records are kept (S4-10).
type Archive struct{ Documents Documents }

const editionPrefix = "policy/"

// EditionKey is the key of the document with the given hash.
func EditionKey(hash string) string { return editionPrefix + hash }

// Keep keeps the policy in force. To keep it again changes nothing.
func (a Archive) Keep(ctx context.Context, b *Rulebook) error {
	kept, err := a.Documents.Swap(ctx, EditionKey(b.hash), nil, b.doc)
	if err != nil {
		return fmt.Errorf("consent: keep the policy: %w", err)
	}
	if !kept {
		_, err = a.Edition(ctx, b.hash)
	}
	return err
}

// Edition returns a policy by its hash: an error that is [fs.ErrNotExist] where it was never kept,
// [ErrEdition] where it is damaged.
func (a Archive) Edition(ctx context.Context, hash string) (Edition, error) {
	if !isHash(hash) {
		return Edition{}, fmt.Errorf("consent: no policy is called %q: %w", clip(hash), fs.ErrNotExist)
	}
	doc, err := a.Documents.Get(ctx, EditionKey(hash))
	if err != nil {
		return Edition{}, fmt.Errorf("consent: read the policy %q: %w", hash, err)
	}
	return OpenEdition(hash, doc)
}

// Editions returns all that were kept, the oldest revision first. Those that cannot be read are left out
// and named by the error, which comes with the others.
func (a Archive) Editions(ctx context.Context) ([]Edition, error) {
	keys, err := a.Documents.Keys(ctx, editionPrefix)
	if err != nil {
		return nil, fmt.Errorf("consent: list the policies: %w", err)
	}
	var all []Edition
	var faults []error
	for _, key := range keys {
		e, err := a.Edition(ctx, strings.TrimPrefix(key, editionPrefix))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, e)
	}
	slices.SortFunc(all, compareEditions)
	return all, errors.Join(faults...)
}
