package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/kelisim/kelisim/consent"
)

// Store is what the log is kept in. Both stores of the house implement it; package storetest is its contract.
type Store interface {
	consent.Ledger
	// Position returns where the entry with the given id is, or an error that is consent.ErrNoEntry.
	Position(ctx context.Context, id string) (int, error)
	// Erase destroys what entries sealed and keeps ids, leaves and positions.
	Erase(ctx context.Context, ids ...string) error
	// Sheet returns what is written under a name, or an error that is fs.ErrNotExist.
	Sheet(ctx context.Context, name string) ([]byte, error)
	// SwapSheet replaces a sheet if it is old, and says whether it was. A nil old means that there must be none.
	SwapSheet(ctx context.Context, name string, old, new []byte) (bool, error)
	// Sheets returns the names that begin with prefix, in order.
	Sheets(ctx context.Context, prefix string) ([]string, error)
}

var (
	// ErrForked says that the store does not hold what was signed: it was altered, or is another one.
	ErrForked = errors.New("ledger: the store does not fit the heads that were signed: nothing more is signed (run kelisim ledger verify, see docs/ledger.md)")
	// ErrBehind says that the store holds less than what was signed, as after a restore from a backup.
	ErrBehind = errors.New("ledger: the store went back in time: nothing is signed until it holds again what was signed (see docs/ledger.md)")
)

// Options of a [Log]. Store, Keys and Records are required.
type Options struct {
	Store   Store
	Keys    *Keys         // sign the heads
	Records *consent.Keys // open the records, for receipts and expiry

	// File is where the last signed head is kept, outside the store: what tells an altered or rolled-back
	// store from a sound one. Default: none, the store is trusted as it is found.
	File string
	// Settle is for how long an entry must have been seen before it is signed: longer than what a crash
	// of the store may take back. Default: 0, at once.
	Settle time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Logger gets what is worth knowing; never anything about a visitor. Default: none.
	Logger *slog.Logger
}

// Log is the transparency log of one site. Sequence and Expire are for one goroutine; everything else is safe
// for concurrent use.
type Log struct {
	options Options
	name    string               // of this process, in the lease
	head    atomic.Pointer[Head] // the last one that was verified or signed here
	loaded  bool
	seen    sighting
}

// sighting is how many entries the store held at a time.
type sighting struct {
	size int64
	at   time.Time
}

// New opens the log. It touches neither store nor file yet.
func New(o Options) (*Log, error) {
	if o.Store == nil || o.Keys == nil || o.Records == nil {
		return nil, errors.New("ledger: Options.Store, Keys and Records are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Log{options: o, name: rand.Text()}
	l.head.Store(&Head{Origin: o.Keys.origin})
	return l, nil
}

// Keys returns the keys of the log.
func (l *Log) Keys() *Keys { return l.options.Keys }

// Head returns the last head that this process has signed or verified; its Size is 0 before the first.
func (l *Log) Head() Head { return *l.head.Load() }

// Names of sheets.
const (
	sheetHead  = "head"
	sheetHeads = "heads/" // and the day: the last head of each day
	sheetLease = "lease"
	sheetKeys  = "keys" // verifier keys, a line each
)

// Published returns the head that the store holds, verified; the zero size if there is none.
func (l *Log) Published(ctx context.Context) (Head, error) {
	signed, err := l.options.Store.Sheet(ctx, sheetHead)
	if errors.Is(err, fs.ErrNotExist) {
		return Head{Origin: l.options.Keys.origin}, nil
	}
	if err != nil {
		return Head{}, fmt.Errorf("ledger: read the head: %w", err)
	}
	h, err := OpenHead(signed, l.options.Keys.known)
	if err != nil {
		return Head{}, fmt.Errorf("%w: the head in the store: %w", ErrForked, err)
	}
	return h, nil
}

// maxStep bounds how many leaves one signing takes in.
const maxStep = 4096

// Sequence brings the log up to what the store holds: it verifies that the store fits what was signed
// before, extends the tree, writes its tiles and signs its head. It is idempotent and may be cut short
// anywhere. Where another process holds the lease it follows without signing. Call it every few seconds.
func (l *Log) Sequence(ctx context.Context) error {
	if err := l.load(); err != nil {
		return err
	}
	for {
		more, err := l.step(ctx)
		if err != nil || !more {
			return err
		}
	}
}

func (l *Log) load() error {
	if l.loaded {
		return nil
	}
	h, err := readHead(l.options.File, l.options.Keys)
	if err != nil {
		return err
	}
	if h.Size > 0 {
		l.head.Store(&h)
	}
	l.loaded = true
	return nil
}

// step signs once, if there is something to sign, and reports whether there may be more.
func (l *Log) step(ctx context.Context) (more bool, err error) {
	published, err := l.Published(ctx)
	if err != nil {
		return false, err
	}
	read := newTiles(ctx, l.options.Store)
	if err := l.follow(published, read); err != nil {
		return false, err
	}
	leaves, err := l.leaves(ctx, published, read)
	if err != nil {
		return false, err
	}
	until := l.due(published, int64(len(leaves)))
	known := l.Head()
	behind := known.Size > published.Size
	if behind { // this process has signed more than the store shows: the store must come to the same tree
		if published.Size+int64(len(leaves)) < known.Size && len(leaves) < maxStep {
			return false, fmt.Errorf("%w: it holds %d entries, %d were signed", ErrBehind, published.Size+int64(len(leaves)), known.Size)
		}
		until = min(known.Size, published.Size+int64(len(leaves)))
	}
	if until == published.Size {
		return false, nil
	}
	if ok, err := l.lease(ctx); err != nil || !ok {
		return false, err
	}
	if err := l.extend(ctx, published, leaves[:until-published.Size], read); err != nil {
		return false, err
	}
	return behind || until == published.Size+maxStep, nil
}

// follow verifies that what the store publishes continues what this process knows.
func (l *Log) follow(published Head, read *tiles) error {
	known := l.Head()
	switch {
	case known.Size > published.Size || published.Size == 0:
		return nil
	case known.Size == published.Size:
		if known.Root != published.Root {
			return fmt.Errorf("%w: two trees of %d entries", ErrForked, known.Size)
		}
		return nil
	case known.Size > 0:
		if err := consistent(known, published, read); err != nil {
			return err
		}
	}
	return l.remember(published)
}

// consistent verifies that the tree of a newer head begins with that of an older one.
func consistent(older, newer Head, read *tiles) error {
	proof, err := tlog.ProveTree(newer.Size, older.Size, read.reader(newer))
	if err != nil {
		return read.fault(err)
	}
	if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("%w: the tree of %d entries does not begin with the one of %d", ErrForked, newer.Size, older.Size)
	}
	return nil
}

// leaves reads what was appended since a head was published. The last entry under the head is looked at as
// well: if it is gone or another, the store is not the one that was signed.
func (l *Log) leaves(ctx context.Context, published Head, read *tiles) (fresh []tlog.Hash, err error) {
	want, last := tlog.Hash{}, published.Size-1
	if last >= 0 {
		hashes, err := read.reader(published).ReadHashes([]int64{tlog.StoredHashIndex(0, last)})
		if err != nil {
			return nil, read.fault(err)
		}
		want = hashes[0]
	}
	met := last < 0
	err = l.options.Store.Entries(ctx, int(max(last, 0)), func(position int, e consent.Entry) bool {
		hash := leafHash(e)
		if int64(position) == last {
			met = hash == want
			return met
		}
		fresh = append(fresh, hash)
		return len(fresh) < maxStep
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("ledger: read entries: %w", err)
	case !met:
		return nil, fmt.Errorf("%w: entry %d is gone or altered", ErrForked, last)
	}
	return fresh, nil
}

// leafHash is the hash of the leaf of an entry in the tree.
func leafHash(e consent.Entry) tlog.Hash { return tlog.RecordHash(e.Leaf[:]) }

// due returns up to where entries have settled.
func (l *Log) due(published Head, fresh int64) int64 {
	size, now := published.Size+fresh, l.options.Now()
	if l.options.Settle <= 0 {
		return size
	}
	if l.seen.size <= published.Size || l.seen.size > size {
		l.seen = sighting{}
	}
	settled := published.Size
	if !l.seen.at.IsZero() && now.Sub(l.seen.at) >= l.options.Settle {
		settled = max(settled, l.seen.size)
		l.seen = sighting{}
	}
	if l.seen.at.IsZero() && size > settled {
		l.seen = sighting{size, now}
	}
	return settled
}

// extend signs the tree with some leaves added. Before anything is published, the head is in the file.
func (l *Log) extend(ctx context.Context, from Head, leaves []tlog.Hash, read *tiles) error {
	g := &growing{old: read.reader(from), fresh: map[int64]tlog.Hash{}}
	size := from.Size
	for _, leaf := range leaves {
		if err := g.add(size, leaf); err != nil {
			return read.fault(err)
		}
		size++
	}
	root, err := tlog.TreeHash(size, g)
	if err != nil {
		return read.fault(err)
	}
	known := l.Head()
	if size == known.Size && root != known.Root {
		return fmt.Errorf("%w: another tree of %d entries was signed", ErrForked, size)
	}
	for _, tile := range tlog.NewTiles(tileHeight, from.Size, size) {
		data, err := tlog.ReadTileData(tile, g)
		if err != nil {
			return read.fault(err)
		}
		if err := writeTile(ctx, l.options.Store, tile, data); err != nil {
			return err
		}
	}
	head, err := l.options.Keys.sign(size, root)
	if err != nil {
		return err
	}
	if size >= known.Size {
		if err := l.remember(head); err != nil {
			return err
		}
	}
	swapped, err := l.options.Store.SwapSheet(ctx, sheetHead, from.Note, head.Note)
	if err != nil || !swapped { // another process was first; the next step follows it
		return wrap("publish the head", err)
	}
	day := l.options.Now().UTC().Format(time.DateOnly)
	return cmp.Or(l.put(ctx, sheetHeads+day, head.Note), l.putKeys(ctx))
}

// putKeys leaves the verifier keys with the log, for whoever audits a copy.
func (l *Log) putKeys(ctx context.Context) error {
	var text []byte
	for _, key := range l.options.Keys.texts {
		text = append(append(text, key...), '\n')
	}
	return l.put(ctx, sheetKeys, text)
}

// put writes a sheet whatever it is.
func (l *Log) put(ctx context.Context, name string, sheet []byte) error {
	for {
		old, err := l.options.Store.Sheet(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			old, err = nil, nil
		}
		if err != nil || string(old) == string(sheet) {
			return wrap("read "+name, err)
		}
		swapped, err := l.options.Store.SwapSheet(ctx, name, old, sheet)
		if err != nil || swapped {
			return wrap("write "+name, err)
		}
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ledger: %s: %w", what, err)
}

// remember keeps a head as the last one that is known, in the file first.
func (l *Log) remember(h Head) error {
	if err := writeHead(l.options.File, h); err != nil {
		return err
	}
	l.head.Store(&h)
	return nil
}
