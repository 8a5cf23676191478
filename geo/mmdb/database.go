package mmdb

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/kelisim/kelisim/geo"
)

// database is one verified file in memory.
type database struct {
	kind   kind
	tree   *maxminddb.Reader
	models *geoip2.Reader // over the same bytes; nil for kindFlat
	cache  cache
	built  time.Time
	path   string // "" where it was no file
	size   int
}

// parse verifies data from end to end and keeps it. Anything wrong with it is an error, a panic of
// the decoder included.
func parse(data []byte) (db *database, err error) {
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, fmt.Errorf("damaged database: %v", p)
		}
	}()
	tree, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("not a MaxMind database: %w", err)
	}
	d := &database{tree: tree, built: tree.Metadata.BuildTime().UTC(), size: len(data)}
	if d.kind, err = kindOf(tree.Metadata.DatabaseType); err != nil {
		return nil, err
	}
	if d.kind != kindFlat {
		if d.models, err = geoip2.OpenBytes(data); err != nil {
			return nil, err
		}
	}
	if d.built.Unix() == 0 {
		return nil, errors.New("damaged database: it states no build date")
	}
	if err := d.verify(); err != nil {
		return nil, fmt.Errorf("damaged database: %w", err)
	}
	return d, nil
}

// verify walks the whole tree and reads every record once, as look-ups will. (The library's own
// Verify refuses sound files whose metadata has no description, and follows a tree whose branches
// share nodes for ever: a tree of n nodes has n+1 leaves, so a walk that meets more is no tree.)
func (d *database) verify() error {
	seen := map[uintptr]struct{}{}
	var leaves uint
	for result := range d.tree.Networks(maxminddb.IncludeNetworksWithoutData()) {
		if leaves++; leaves > d.tree.Metadata.NodeCount+1 {
			return errors.New("its branches share nodes")
		}
		if err := result.Err(); err != nil {
			return err
		}
		if _, again := seen[result.Offset()]; again || !result.Found() {
			continue
		}
		seen[result.Offset()] = struct{}{}
		if _, err := d.read(result.Prefix().Addr(), result); err != nil {
			return fmt.Errorf("record of %s: %w", result.Prefix(), err)
		}
	}
	if len(seen) == 0 {
		return errors.New("it holds no record")
	}
	return nil
}

// locate answers from one database. An error is a fault of a record.
func (d *database) locate(addr netip.Addr) (loc geo.Location, err error) {
	if d.tree.Metadata.IPVersion == 4 && addr.Is6() {
		return geo.Location{}, nil
	}
	defer func() {
		if p := recover(); p != nil {
			loc, err = geo.Location{}, fmt.Errorf("decoder: %v", p)
		}
	}()
	result := d.tree.Lookup(addr)
	if err := result.Err(); err != nil || !result.Found() {
		return geo.Location{}, err
	}
	if loc, ok := d.cache.get(result.Offset()); ok {
		return loc, nil
	}
	loc, err = d.read(addr, result)
	if err == nil {
		if loc != (geo.Location{}) {
			loc.Built = geo.DateOf(d.built)
		}
		d.cache.put(result.Offset(), loc)
	}
	return loc, err
}
