// Package mmdbtest makes MaxMind databases of every kind for tests, after the specification of the format
// (maxmind.github.io/MaxMind-DB): a tree of 24-bit records over all of IPv6, IPv4 under ::/96. It is written
// from the specification and not from the reader, so that the two check each other.
package mmdbtest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"net/netip"
	"slices"
)

// Record is what a database says of a network: strings, ints, uint64s, bools, lists ([]any) and Records.
type Record = map[string]any

// Network is one network of a database and its record.
type Network struct {
	Prefix string
	Record Record
}

// Epoch is a build date that is as good as any.
const Epoch = 1_780_000_000

// Database returns the bytes of a database of the given type, built at the given Unix time, 0 for none.
// Networks must be apart. It panics on what the format or this package cannot hold.
func Database(databaseType string, epoch uint64, networks ...Network) []byte {
	const empty = -1
	nodes := [][2]int{{empty, empty}}
	var data []byte
	for _, n := range networks {
		p := netip.MustParsePrefix(n.Prefix)
		key, length := p.Addr().As16(), p.Bits()
		if p.Addr().Is4() {
			key, length = [16]byte{}, length+96
			b := p.Addr().As4()
			copy(key[12:], b[:])
		}
		at := 0
		for bit := range length {
			side := key[bit/8] >> (7 - bit%8) & 1
			switch next := nodes[at][side]; {
			case bit == length-1:
				nodes[at][side] = -2 - len(data)
			case next < 0:
				nodes[at][side] = len(nodes)
				nodes = append(nodes, [2]int{empty, empty})
				at = len(nodes) - 1
			default:
				at = next
			}
		}
		data = appendValue(data, n.Record)
	}
	var out []byte
	for _, node := range nodes {
		for _, v := range node {
			switch {
			case v == empty:
				v = len(nodes)
			case v < empty:
				v = len(nodes) + 16 + (-2 - v)
			}
			out = append(out, byte(v>>16), byte(v>>8), byte(v))
		}
	}
	out = append(append(out, make([]byte, 16)...), data...)
	return appendValue(append(out, "\xab\xcd\xefMaxMind.com"...), Record{
		"binary_format_major_version": uint64(2), "binary_format_minor_version": uint64(0), "build_epoch": epoch,
		"database_type": databaseType, "ip_version": uint64(6), "languages": []any{"en"}, "record_size": uint64(24),
		"node_count": uint64(len(nodes)), "description": Record{"en": "test"},
	})
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(appendControl(b, 2, len(v)), v...)
	case int:
		return appendUint(appendControl(b, 6, (bits.Len(uint(v))+7)/8), uint64(v))
	case uint64:
		return appendUint(appendControl(b, 9, (bits.Len64(v)+7)/8), v)
	case bool:
		n := 0
		if v {
			n = 1
		}
		return appendControl(b, 14, n)
	case []any:
		b = appendControl(b, 11, len(v))
		for _, item := range v {
			b = appendValue(b, item)
		}
		return b
	case Record:
		b = appendControl(b, 7, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b = appendValue(appendValue(b, key), v[key])
		}
		return b
	}
	panic("a type that the tests do not need")
}

func appendControl(b []byte, kind, size int) []byte {
	var long []byte
	if size >= 29 {
		size, long = 29, []byte{byte(size - 29)}
	}
	if kind <= 7 {
		b = append(b, byte(kind<<5|size))
	} else {
		b = append(b, byte(size), byte(kind-7))
	}
	return append(b, long...)
}

func appendUint(b []byte, v uint64) []byte {
	return append(b, binary.BigEndian.AppendUint64(nil, v)[8-(bits.Len64(v)+7)/8:]...)
}

// World returns a database in which many networks and the well-known addresses 8.8.8.8 and 1.1.1.1 have the
// record that say makes of their number. Size is the number of other networks, at most 65,536.
func World(databaseType string, epoch uint64, size int, say func(i int) Record) []byte {
	networks := []Network{{"8.8.8.0/24", say(0)}, {"1.1.1.0/24", say(1)}}
	for i := range size {
		networks = append(networks, Network{fmt.Sprintf("%d.%d.%d.0/24", 20+i>>12, i>>4&0xff, i&0xf<<4), say(2 + i)})
	}
	return Database(databaseType, epoch, networks...)
}
