package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/kelisim/kelisim/consent"
)

// VerifyOptions says what a store is verified against.
type VerifyOptions struct {
	Known   note.Verifiers // required: of the heads
	Records *consent.Keys  // opens the records, too; nil leaves them sealed
	Older   []Kept         // signed heads that were kept elsewhere
}

// Kept is a signed head that was kept outside the store, and what findings call it.
type Kept struct {
	Name string
	Note []byte
}

// Verify goes through all entries of a store: every leaf against the log's tiles, every record against its
// leaf, the tree against every head that is kept in the store and elsewhere. The error is that of reading;
// what does not fit is in the report.
func Verify(ctx context.Context, store Store, o VerifyOptions) (Report, error) {
	a := newAudit(o.Records != nil)
	if err := a.collect(ctx, store, o); err != nil {
		return Report{}, err
	}
	b := block{audit: a, ctx: ctx, store: store}
	err := store.Entries(ctx, 0, func(_ int, e consent.Entry) bool {
		if o.Records == nil {
			a.add(e, nil, nil)
		} else {
			record, err := o.Records.OpenRecord(e)
			a.add(e, &record, err)
		}
		return b.add(e) == nil && ctx.Err() == nil
	})
	if err = errors.Join(err, b.end(), ctx.Err()); err != nil {
		return Report{}, fmt.Errorf("ledger: verify: %w", err)
	}
	return a.end(), nil
}

// collect reads the heads. One that is not signed by a known key is a finding.
func (a *audit) collect(ctx context.Context, store Store, o VerifyOptions) error {
	names, err := store.Sheets(ctx, sheetHead)
	if err != nil {
		return wrap("read the heads", err)
	}
	for _, name := range names {
		if name != sheetHead && !strings.HasPrefix(name, sheetHeads) {
			continue
		}
		signed, err := store.Sheet(ctx, name)
		if err != nil {
			return wrap("read "+name, err)
		}
		a.head(signed, "the store's "+name, o.Known)
	}
	a.kept(o)
	return nil
}

func (a *audit) kept(o VerifyOptions) {
	for _, k := range o.Older {
		a.head(k.Note, k.Name, o.Known)
	}
}

func (a *audit) head(signed []byte, name string, known note.Verifiers) {
	h, err := OpenHead(signed, known)
	if err != nil {
		a.find(-1, "", "%s is not signed by a known key", name)
		return
	}
	a.expect(h, name)
}

// block gathers entries until a tile is full and compares them with it.
type block struct {
	*audit
	ctx    context.Context
	store  Store
	ids    []string
	leaves []tlog.Hash
	first  int64
	err    error
}

func (b *block) add(e consent.Entry) error {
	if b.Entries > b.Newest.Size || b.err != nil {
		return b.err // not in the log yet
	}
	b.ids, b.leaves = append(b.ids, e.ID), append(b.leaves, leafHash(e))
	if len(b.leaves) == 1<<tileHeight {
		return b.flush()
	}
	return nil
}

func (b *block) end() error {
	if len(b.leaves) == 0 || b.err != nil {
		return b.err
	}
	return b.flush()
}

func (b *block) flush() error {
	tile, err := b.store.Sheet(b.ctx, tileName(tlog.Tile{H: tileHeight, N: b.first >> tileHeight}))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.err = err
		return err
	}
	b.hashesAgree(b.first, b.ids, b.leaves, tile)
	b.first += int64(len(b.leaves))
	b.ids, b.leaves = b.ids[:0], b.leaves[:0]
	return nil
}

// PublishedKeys returns the verifier keys that the store holds beside the log: a hint of whose log it is,
// to be compared with what the site publishes.
func PublishedKeys(ctx context.Context, store Store) ([]string, error) {
	text, err := store.Sheet(ctx, sheetKeys)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, wrap("read the keys", err)
	}
	return strings.Fields(string(text)), nil
}
