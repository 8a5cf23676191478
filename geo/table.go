package geo

import (
	"math/bits"
	"net/netip"
	"time"
)

// Table answers country and provider together from a table file, in one step and without allocating. It is immutable: safe for concurrent use, with nothing to close. Make one with
// [Embedded] or [Parse].
type Table struct {
	v4        plane4
	v6        plane6
	countries []string   // by country index; index 0 is ""
	providers []provider // by provider index; index 0 is the zero provider; one sentinel at the end
	names     string     // provider names, each followed by a line feed
	sets      []Dataset
}

type provider struct {
	asn  uint32
	name uint32 // offset of its name in Table.names
}

// Dataset says which data a part of a table was made from.
type Dataset struct {
	Table   string    // "country" or "provider"
	Source  string    // where it was published
	Version string    // the package's version
	Licence string    // SPDX identifier
	Built   time.Time // when its publisher built the data, UTC
}

// Locate implements [Locator]: country and provider of the unit (/24 or /48) that addr lies in.
func (t *Table) Locate(addr netip.Addr) Location {
	var cell uint32
	if addr.Is4() {
		b := addr.As4()
		cell = t.v4.cell(uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]))
	} else if v4, carried := carriedV4(addr); carried {
		cell = t.v4.cell(v4 >> 8)
	} else if addr.Is6() {
		cell = t.v6.cell(addr)
	}
	p := t.providers[cell&providerMask:]
	return Location{
		Country:  t.countries[cell>>providerBits],
		ASN:      p[0].asn,
		Provider: t.names[p[0].name : max(p[1].name, 1)-1],
	}
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

// plane4 finds the cell of a /24. It keeps the 2^24 units as runs of equal cells: a bit per unit
// says where a run starts, and the number of bits set so far is the run's number. A bucket is the
// 256 units of a /16, so that a look-up touches one bucket and one cell and never branches.
type plane4 struct {
	buckets []bucket4 // one per /16
	cells   []uint32  // one per run
}

type bucket4 struct {
	starts [4]uint64 // bit u: a run starts at unit u of the bucket
	before [4]uint8  // starts in the words before this one
	base   uint32    // starts in the buckets before this one, less one (wraps in the first)
}

// count fills in the counts from the starts, given the base of this bucket, and returns the next base.
func (b *bucket4) count(base uint32) uint32 {
	b.base = base
	n := 0
	for i, word := range b.starts {
		b.before[i] = uint8(n)
		n += bits.OnesCount64(word)
	}
	return base + uint32(n)
}

func (p *plane4) cell(unit uint32) uint32 {
	b := &p.buckets[unit>>8&0xffff]
	word := unit >> 6 & 3
	upTo := b.starts[word] << (63 - unit&63)
	return p.cells[b.base+uint32(b.before[word])+uint32(bits.OnesCount64(upTo))]
}

// plane6 finds the cell of a /48 in 2000::/3, the only space that is given out: 2^45 units in runs
// of equal cells, sorted by their start. The first 16 of the 45 bits lead to the runs that start
// under them, the other 29 are searched among those.
type plane6 struct {
	first  []uint32 // by the upper 16 bits: number of runs that start before; one more at the end
	starts []uint32 // lower 29 bits of each run's start
	cells  []uint32 // one per run
}

const (
	unitBits6 = 45
	lowBits6  = 29
)

func (p *plane6) cell(addr netip.Addr) uint32 {
	b := addr.As16()
	if b[0]>>5 != 1 {
		return 0
	}
	high := uint32(b[0]&31)<<11 | uint32(b[1])<<3 | uint32(b[2])>>5
	low := uint32(b[2]&31)<<24 | uint32(b[3])<<16 | uint32(b[4])<<8 | uint32(b[5])
	lo, hi := p.first[high], p.first[high+1]
	for lo < hi { // the first run in [lo, hi) that starts after low
		mid := (lo + hi) >> 1
		if p.starts[mid] <= low {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return p.cells[lo-1]
}
