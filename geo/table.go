package geo

import (
	"net/netip"
	"time"
)

// Table answers country, provider and network class together from a table file, without allocating once
// the part of the file that an address needs is unpacked. What it answers never changes: it is safe for
// concurrent use, with nothing to close. Make one with [Embedded] or [Parse].
type Table struct {
	file      file
	v4        plane4
	v6        plane6
	countries []string // by country index; index 0 is ""
	owners    []lazy[owners]
	numbers   func() (cells, error)
	words     func() ([]string, error)
	sets      []Dataset
	built     Date
}

// owners are the providers of a block, the zero provider before the first of them all, and a sentinel at the end.
type owners struct {
	list  []provider
	names string // each followed by a line feed
}

type provider struct {
	asn   uint32
	name  uint32 // offset of its name in owners.names
	class NetClass
}

// Dataset says which data a part of a table was made from.
type Dataset struct {
	Table   string    // "country" or "provider"
	Source  string    // where it was published
	Version string    // the package's version
	Licence string    // SPDX identifier
	Built   time.Time // when its publisher built the data, UTC
}

// Locate implements [Locator]: country, provider and class of the unit (/24 or /48) that addr lies in.
func (t *Table) Locate(addr netip.Addr) Location {
	var cell uint32
	if addr.Is4() {
		b := addr.As4()
		cell = t.cell4(uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]))
	} else if v4, carried := carriedV4(addr); carried {
		cell = t.cell4(v4 >> 8)
	} else if addr.Is6() {
		cell = t.cell6(addr)
	}
	if cell == 0 {
		return Location{}
	}
	n := cell & providerMask
	o := t.ownersOf(n)
	i := n % Owners
	if int(i)+1 >= len(o.list) {
		return Location{Country: t.countries[cell>>providerBits], Built: t.built}
	}
	p := o.list[i:]
	return Location{
		Country: t.countries[cell>>providerBits], Built: t.built,
		ASN: p[0].asn, Net: p[0].class, Provider: o.names[p[0].name : max(p[1].name, 1)-1],
	}
}

// ownersOf returns the providers among which is the one with the given number.
func (t *Table) ownersOf(n uint32) *owners {
	part := &t.owners[n/Owners]
	if o := part.ready.Load(); o != nil {
		return o
	}
	return part.fill(int(n/Owners), &owners{}, t.unpackOwners)
}

// Built implements [Locator].
func (t *Table) Built() time.Time {
	var oldest time.Time
	for _, s := range t.sets {
		oldest = older(oldest, s.Built)
	}
	return oldest
}

// Datasets says what the table was made from, in the order country, provider.
func (t *Table) Datasets() []Dataset { return append([]Dataset(nil), t.sets...) }

// A cell holds a country index in its upper 8 bits and a provider index in its lower 24.
const (
	providerBits = 24
	providerMask = 1<<providerBits - 1
)
