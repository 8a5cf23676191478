package geo_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"

	"github.com/kelisim/kelisim/geo"
)

// Hot is one address again and again; Visitors are 1,024 in turn, as a busy site sees them; Random are
// 65,536 from everywhere, so that nearly every look-up misses the processor's first caches.

func BenchmarkParse(b *testing.B) {
	data := read(b, "data/world.geo")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := geo.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLocateIPv4Hot(b *testing.B)      { locate(b, []netip.Addr{netip.MustParseAddr("92.46.0.1")}) }
func BenchmarkLocateIPv4Visitors(b *testing.B) { locate(b, randomV4(1<<10)) }
func BenchmarkLocateIPv4Random(b *testing.B)   { locate(b, randomV4(1<<16)) }
func BenchmarkLocateIPv6Hot(b *testing.B) {
	locate(b, []netip.Addr{netip.MustParseAddr("2a00:1450::1")})
}
func BenchmarkLocateIPv6Visitors(b *testing.B) { locate(b, randomV6(1<<10)) }
func BenchmarkLocateIPv6Random(b *testing.B)   { locate(b, randomV6(1<<16)) }

// The IPv6 addresses with the longest search: under 2001:0::/19, the fullest bucket.
func BenchmarkLocateIPv6Worst(b *testing.B) { locate(b, worstV6(1<<16)) }

// A stack of two, the first of which knows nothing.
func BenchmarkStackIPv4Visitors(b *testing.B) {
	locateWith(b, geo.Stack{geo.Stack{}, embedded(b)}, randomV4(1<<10))
}

func locate(b *testing.B, addrs []netip.Addr) { locateWith(b, embedded(b), addrs) }

func locateWith(b *testing.B, l geo.Locator, addrs []netip.Addr) {
	b.Helper()
	b.ReportAllocs()
	known, i := 0, 0
	for b.Loop() {
		if l.Locate(addrs[i&(len(addrs)-1)]).Country != "" {
			known++
		}
		i++
	}
	b.ReportMetric(float64(known)/float64(i), "known")
}

func randomV4(n int) []netip.Addr {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]netip.Addr, n)
	for i := range out {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], rng.Uint32())
		out[i] = netip.AddrFrom4(a)
	}
	return out
}

func randomV6(n int) []netip.Addr {
	tops := []uint16{0x2001, 0x2400, 0x2600, 0x2804, 0x2a00, 0x2a02, 0x2c0f, 0x2409}
	rng := rand.New(rand.NewPCG(3, 4))
	out := make([]netip.Addr, n)
	for i := range out {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:], rng.Uint64())
		binary.BigEndian.PutUint16(a[:], tops[i%len(tops)])
		out[i] = netip.AddrFrom16(a)
	}
	return out
}

func worstV6(n int) []netip.Addr {
	out := randomV6(n)
	for i, addr := range out {
		a := addr.As16()
		a[0], a[1], a[2] = 0x20, 0x01, a[2]&0x1f
		out[i] = netip.AddrFrom16(a)
	}
	return out
}

func embedded(tb testing.TB) *geo.Table {
	tb.Helper()
	t, err := geo.Embedded()
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
