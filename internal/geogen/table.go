package geogen

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Source is what one source says: which ranges have which value.
type Source struct {
	geo.Dataset
	Names  []string // value 1 is Names[0]; none contains a line feed
	ASNs   []uint32 // ascending, one per name; nil for countries
	V4, V6 []Range
}

// add appends the range of addresses from first to last. Ranges of IPv6 outside 2000::/3 are left out.
func (s *Source) add(first, last netip.Addr, value uint32) {
	if first.Is4() {
		lo, hi := first.As4(), last.As4()
		s.V4 = append(s.V4, Range{uint64(binary.BigEndian.Uint32(lo[:])), uint64(binary.BigEndian.Uint32(hi[:])), value})
		return
	}
	lo, inLo := upper(first)
	hi, inHi := upper(last)
	if inLo && inHi {
		s.V6 = append(s.V6, Range{lo, hi, value})
	}
}

// planes returns the runs of both planes, after special-purpose addresses are cut out.
func (s *Source) planes() (v4, v6 []Run) {
	return Cut(Coarse(s.V4, shift4, size4), Special4()), Cut(Coarse(s.V6, shift6, size6), Special6())
}

// Encode returns both sources as one file of [geo.Format].
func Encode(countries, providers *Source) []byte {
	c4, c6 := countries.planes()
	p4, p6 := providers.planes()
	codes, numberC := renumber(countries.Names, c4, c6)
	names, numberP := renumber(providers.Names, p4, p6)
	var asns []uint32
	for i, asn := range providers.ASNs {
		if numberP[i+1] != 0 {
			asns = append(asns, asn)
		}
	}
	v4, v6 := Overlay(c4, p4, numberC, numberP), Overlay(c6, p6, numberC, numberP)
	cells := number(v4, v6)

	var w writer
	w.line(geo.Format)
	for _, s := range []*Source{countries, providers} {
		w.line("%s: %s %s %s %s", s.Table, s.Source, s.Version, s.Built.UTC().Format(time.RFC3339), s.Licence)
	}
	w.line("names: %d", len(names))
	w.section("codes", []byte(strings.Join(codes, "")))
	w.section("cells", differences(cells))
	w.owners(names, asns)
	at4, blocks := blocks4(v4)
	w.plane("v4", at4, blocks, len(cells))
	at6, blocks := blocks6(v6)
	w.plane("v6", at6, blocks, len(cells))
	return w.file()
}

// renumber numbers the names that own a unit from 1, in their order, and says by old value which
// number each has got, 0 for none.
func renumber(names []string, planes ...[]Run) (used []string, numbers []uint32) {
	owns := make([]bool, len(names)+1)
	for _, runs := range planes {
		for _, r := range runs {
			owns[r.Value] = true
		}
	}
	numbers = make([]uint32, len(owns))
	for i, name := range names {
		if owns[i+1] {
			used = append(used, name)
			numbers[i+1] = uint32(len(used))
		}
	}
	return used, numbers
}

// Overlay joins the runs of countries and providers to runs of provider<<8 | country.
func Overlay(countries, providers []Run, numberC, numberP []uint32) []Run {
	var out []Run
	for at := uint64(0); len(countries) > 0 && len(providers) > 0; {
		c, p := countries[0], providers[0]
		end := min(c.End, p.End)
		out = push(out, Run{at, end, numberP[p.Value]<<8 | numberC[c.Value]})
		at = end
		if c.End == end {
			countries = countries[1:]
		}
		if p.End == end {
			providers = providers[1:]
		}
	}
	return out
}

// number replaces the runs' values by their numbers from 1 in ascending order, leaves 0, and returns
// the values by number.
func number(planes ...[]Run) (values []uint32) {
	for _, runs := range planes {
		for _, r := range runs {
			values = append(values, r.Value)
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) > 0 && values[0] == 0 {
		values = values[1:]
	}
	for _, runs := range planes {
		for i, r := range runs {
			if r.Value != 0 {
				n, _ := slices.BinarySearch(values, r.Value)
				runs[i].Value = uint32(n + 1)
			}
		}
	}
	return values
}
