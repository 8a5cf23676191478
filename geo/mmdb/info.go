package mmdb

import (
	"net/netip"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Info describes a database in use.
type Info struct {
	Path  string    // the file it was read from; "" for [Parse]
	Type  string    // as its publisher calls it: "GeoLite2-City"
	Built time.Time // by its publisher, UTC
	Nodes int       // of its tree: how finely it divides the addresses
	Size  int       // in bytes

	Place, Provider, Class bool // what it can answer
}

// Databases describes the databases in use, in the order in which they are asked.
func (d *DB) Databases() []Info {
	all := *d.loaded.Load()
	infos := make([]Info, len(all))
	for i, db := range all {
		infos[i] = db.info()
	}
	return infos
}

// Answer is what one database says of an address.
type Answer struct {
	Database Info
	Location geo.Location // the zero Location where it says nothing
}

// Answers asks each database by itself, in the order of [DB.Databases].
func (d *DB) Answers(addr netip.Addr) []Answer {
	all := *d.loaded.Load()
	answers := make([]Answer, len(all))
	addr = geo.Effective(addr)
	for i, db := range all {
		answers[i].Database = db.info()
		if addr.IsValid() {
			answers[i].Location = d.ask(db, addr)
		}
	}
	return answers
}

func (d *database) info() Info {
	i := Info{Path: d.path, Type: d.tree.Metadata.DatabaseType, Built: d.built, Nodes: int(d.tree.Metadata.NodeCount), Size: d.size}
	switch d.kind {
	case kindCity:
		i.Place = true
	case kindEnterprise:
		i.Place, i.Provider, i.Class = true, true, true
	case kindASN:
		i.Provider = true
	case kindAnonymous, kindAnonymousPlus:
		i.Class = true
	default:
		i.Provider = len(i.Type) > 2 && i.Type[:3] == "asn"
		i.Place = !i.Provider
	}
	return i
}
