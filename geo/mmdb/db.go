package mmdb

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// DB is a set of databases that answer together. Where several know the same part of an answer
// (place, provider, network class), the first in the order given to [Open] wins, but for the network
// class: an Anonymous-IP database is asked for it first. Safe for concurrent use; there is nothing
// to close.
type DB struct {
	loaded atomic.Pointer[[]*database] // in the order in which they are asked
	faults atomic.Uint64

	mu    sync.Mutex // held while files are read
	files []*file
}

// file is one of the files, and the database that was last good in it.
type file struct {
	path string
	db   *database
	seen os.FileInfo // of the last attempt to read it; nil where there was no file
}

// Open reads and verifies the database files at paths. It reports everything that is wrong with any
// of them at once.
func Open(paths ...string) (*DB, error) {
	if len(paths) == 0 {
		return nil, errors.New("mmdb: no database named: give at least one path to an .mmdb file")
	}
	d := &DB{}
	for _, path := range paths {
		d.files = append(d.files, &file{path: path})
	}
	if err := d.Reload(); err != nil {
		return nil, err
	}
	return d, nil
}

// Parse verifies the bytes of one database. There is no file to reload it from.
func Parse(data []byte) (*DB, error) {
	db, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("mmdb: %w", err)
	}
	d := &DB{}
	d.loaded.Store(&[]*database{db})
	return d, nil
}

// Reload reads all files again. Those that are good are swapped in, all at once; where one is not, the
// database that was last good in it stays in use, and the error names it. Look-ups go on meanwhile.
func (d *DB) Reload() error {
	_, err := d.read(func(*file) bool { return true })
	return err
}

// Refresh is [DB.Reload] of those files that another file has taken the place of, or that have been written to.
// It reports whether a database was swapped in. A file that was refused is read again only when it changes.
func (d *DB) Refresh() (swapped bool, err error) { return d.read((*file).changed) }

func (d *DB) read(due func(*file) bool) (swapped bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, f := range d.files {
		if !due(f) {
			continue
		}
		db, err := f.load()
		if err != nil {
			errs = append(errs, fmt.Errorf("mmdb: %q: %w", f.path, err))
			continue
		}
		f.db, swapped = db, true
	}
	if swapped {
		d.swap()
	}
	return swapped, errors.Join(errs...)
}

// swap lets look-ups use the databases of the files.
func (d *DB) swap() {
	var all []*database
	for _, f := range d.files {
		if f.db != nil {
			all = append(all, f.db)
		}
	}
	slices.SortStableFunc(all, func(a, b *database) int { return a.kind.rank() - b.kind.rank() })
	d.loaded.Store(&all)
}

func (f *file) changed() bool {
	now, err := os.Stat(f.path)
	if err != nil || f.seen == nil {
		return (err == nil) != (f.seen != nil)
	}
	return !os.SameFile(now, f.seen) || now.Size() != f.seen.Size() || !now.ModTime().Equal(f.seen.ModTime())
}

// load reads the file into memory: what later happens to it on disk changes no answer.
func (f *file) load() (*database, error) {
	f.seen = nil
	seen, err := os.Stat(f.path) // before it is read: what is written meanwhile is noticed
	if err != nil {
		return nil, err
	}
	f.seen = seen
	if seen.Size() > maxFile {
		return nil, fmt.Errorf("it has %d bytes, and databases of more than %d are not read", seen.Size(), int64(maxFile))
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil, err
	}
	db, err := parse(data)
	if err != nil {
		return nil, err
	}
	db.path = f.path
	return db, nil
}

// maxFile bounds what is read into memory.
const maxFile = 2 << 30

// Locate implements [geo.Locator]. A record that was decoded before costs a walk down the tree of
// each database and no allocation.
func (d *DB) Locate(addr netip.Addr) geo.Location {
	var loc geo.Location
	addr = geo.Effective(addr)
	if !addr.IsValid() {
		return loc
	}
	for _, db := range *d.loaded.Load() {
		loc = loc.Or(d.ask(db, addr))
	}
	return loc
}

func (d *DB) ask(db *database, addr netip.Addr) geo.Location {
	loc, err := db.locate(addr)
	if err != nil {
		d.faults.Add(1)
	}
	return loc
}

// Built implements [geo.Locator]: the build date of the oldest database.
func (d *DB) Built() time.Time {
	all := *d.loaded.Load()
	return slices.MinFunc(all, func(a, b *database) int { return a.built.Compare(b.built) }).built
}

// Faults returns how many look-ups met a record that could not be read, since Open.
func (d *DB) Faults() uint64 { return d.faults.Load() }

// Networks yields every network of every database with what that database alone says of it, in the
// order of their addresses within each database.
func (d *DB) Networks() iter.Seq2[netip.Prefix, geo.Location] {
	return func(yield func(netip.Prefix, geo.Location) bool) {
		for _, db := range *d.loaded.Load() {
			for result := range db.tree.Networks() {
				loc, err := db.locate(result.Prefix().Addr())
				if err != nil {
					d.faults.Add(1)
					continue
				}
				if !yield(result.Prefix(), loc) {
					return
				}
			}
		}
	}
}
