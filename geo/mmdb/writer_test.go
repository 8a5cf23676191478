package mmdb_test

import (
	"encoding/binary"
	"maps"
	"math/bits"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The tests make databases of every kind themselves, after the specification of the format
// (maxmind.github.io/MaxMind-DB): a tree of 24-bit records over all of IPv6, IPv4 under ::/96.

type record = map[string]any

// network is one network of a database and its record.
type network struct {
	prefix string
	record record
}

// database returns the bytes of a database of the given type. A build epoch of 0 is left out.
func database(databaseType string, epoch uint64, networks ...network) []byte {
	const empty = -1
	nodes := [][2]int{{empty, empty}}
	var data []byte
	for _, n := range networks {
		p := netip.MustParsePrefix(n.prefix)
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
		data = appendValue(data, n.record)
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
	return appendValue(append(out, "\xab\xcd\xefMaxMind.com"...), record{
		"binary_format_major_version": uint64(2), "binary_format_minor_version": uint64(0), "build_epoch": epoch,
		"database_type": databaseType, "ip_version": uint64(6), "languages": []any{"en"}, "record_size": uint64(24),
		"node_count": uint64(len(nodes)), "description": record{"en": "test"},
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
	case record:
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

// file puts data in a new file.
func file(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.mmdb")
	write(t, path, data)
	return path
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
