package geogen

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Table is a table to be written: what is said of which ranges.
type Table struct {
	geo.Dataset
	Names  []string // value 1 is Names[0]; none contains a line feed
	ASNs   []uint32 // ascending, one per name; nil for countries
	V4, V6 []Range
}

// add appends the range of addresses from first to last. Ranges of IPv6 outside 2000::/3 are left out.
func (t *Table) add(first, last netip.Addr, value uint32) {
	if first.Is4() {
		lo, hi := first.As4(), last.As4()
		t.V4 = append(t.V4, Range{uint64(binary.BigEndian.Uint32(lo[:])), uint64(binary.BigEndian.Uint32(hi[:])), value})
		return
	}
	lo, inLo := upper(first)
	hi, inHi := upper(last)
	if inLo && inHi {
		t.V6 = append(t.V6, Range{lo, hi, value})
	}
}

// Encode returns the table as a file of [geo.Format].
func (t *Table) Encode() []byte {
	v4 := Cut(Coarse(t.V4, shift4, size4), Special4())
	v6 := Cut(Coarse(t.V6, shift6, size6), Special6())
	names, asns, v4, v6 := t.used(v4, v6)
	var head, body bytes.Buffer
	fmt.Fprintf(&head, "%s\ntable: %s\nsource: %s\nversion: %s\nbuilt: %s\nlicence: %s\n",
		geo.Format, t.Table, t.Source, t.Version, t.Built.UTC().Format(time.RFC3339), t.Licence)
	section := func(name string, data []byte) {
		packed := deflate(data)
		fmt.Fprintf(&head, "section: %s %d %d\n", name, len(data), len(packed))
		body.Write(packed)
	}
	section("names", []byte(strings.Join(names, "\n")+"\n"))
	if t.ASNs != nil {
		section("asns", differences(asns))
	}
	section("v4len", lengths(v4))
	section("v4val", values(v4))
	section("v6len", lengths(v6))
	section("v6val", values(v6))
	return slices.Concat(head.Bytes(), []byte("\n"), body.Bytes())
}

// used renumbers the values so that only those which own a unit are left.
func (t *Table) used(planes ...[]Run) (names []string, asns []uint32, v4, v6 []Run) {
	owns := make([]bool, len(t.Names)+1)
	for _, runs := range planes {
		for _, r := range runs {
			owns[r.Value] = true
		}
	}
	number := make([]uint32, len(owns))
	for i, name := range t.Names {
		if !owns[i+1] {
			continue
		}
		names = append(names, name)
		number[i+1] = uint32(len(names))
		if t.ASNs != nil {
			asns = append(asns, t.ASNs[i])
		}
	}
	for _, runs := range planes {
		for i := range runs {
			runs[i].Value = number[runs[i].Value]
		}
	}
	return names, asns, planes[0], planes[1]
}

func lengths(runs []Run) (out []byte) {
	for _, r := range runs {
		out = binary.AppendUvarint(out, r.End-r.Start)
	}
	return out
}

func values(runs []Run) (out []byte) {
	for _, r := range runs {
		out = binary.AppendUvarint(out, uint64(r.Value))
	}
	return out
}

func differences(sorted []uint32) (out []byte) {
	var last uint32
	for _, n := range sorted {
		out = binary.AppendUvarint(out, uint64(n-last))
		last = n
	}
	return out
}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	// Writes to a buffer do not fail.
	w.Write(data)
	w.Close()
	return out.Bytes()
}
