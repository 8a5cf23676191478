package mmdb

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// DB is a set of databases that answer together. Where several know the same part of an answer
// (place, provider, network class), the first in the order given to [Open] wins, but for the network
// class: an Anonymous-IP database is asked for it first. Safe for concurrent use; there is nothing
// to close.
type DB struct {
	paths  []string
	loaded atomic.Pointer[[]*database]
	faults atomic.Uint64
}

// Open reads and verifies the database files at paths. It reports everything that is wrong with any
// of them at once.
func Open(paths ...string) (*DB, error) {
	if len(paths) == 0 {
		return nil, errors.New("mmdb: no database named: give at least one path to an .mmdb file")
	}
	d := &DB{paths: slices.Clone(paths)}
	if err := d.Reload(); err != nil {
		return nil, err
	}
	return d, nil
}

// Reload reads the files again and, if every one of them is good, swaps them all in at once. On
// error the databases in use stay in use. Look-ups go on meanwhile. Concurrent calls are allowed;
// the last to finish stays.
func (d *DB) Reload() error {
	var all []*database
	var errs []error
	for _, path := range d.paths {
		db, err := load(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("mmdb: %q: %w", path, err))
		}
		all = append(all, db)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	slices.SortStableFunc(all, func(a, b *database) int { return a.kind.rank() - b.kind.rank() })
	d.loaded.Store(&all)
	return nil
}

func load(path string) (*database, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(data)
}

// Locate implements [geo.Locator]. A record that was decoded before costs a walk down the tree of
// each database and no allocation.
func (d *DB) Locate(addr netip.Addr) geo.Location {
	var loc geo.Location
	addr = geo.Effective(addr)
	if !addr.IsValid() {
		return loc
	}
	for _, db := range *d.loaded.Load() {
		part, err := db.locate(addr)
		if err != nil {
			d.faults.Add(1)
		}
		loc = loc.Or(part)
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
