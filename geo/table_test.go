package geo_test

import (
	"flag"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// What the table of its day says, not what is true: 77.88.8.8 belongs to a Russian provider, all of
// which the source has in Serbia.
func TestEmbeddedSentinels(t *testing.T) {
	built := geo.DateOf(time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC))
	for _, row := range []struct {
		addr, country string
		asn           uint32
		provider      string
		class         geo.NetClass
	}{
		{"95.56.0.1", "KZ", 9198, "JSC Kazakhtelecom", geo.NetEyeball},
		{"92.46.0.1", "KZ", 50482, "JSC Kazakhtelecom", geo.NetEyeball},
		{"37.99.0.1", "KZ", 21299, "Kar-Tel LLC", geo.NetUnknown},
		{"2.72.0.1", "KZ", 29355, "Kcell JSC", geo.NetMobile},
		{"87.240.132.67", "RU", 47541, "LLC VK", geo.NetUnknown},
		{"77.88.8.8", "RS", 13238, "YANDEX LLC", geo.NetBot},
		{"8.8.8.8", "US", 15169, "Google LLC", geo.NetBot},
		{"1.1.1.1", "US", 13335, "Cloudflare, Inc.", geo.NetHosting},
		{"81.2.69.142", "GB", 20712, "Andrews & Arnold Ltd", geo.NetUnknown},
		{"202.12.27.33", "JP", 7500, "WIDE Project", geo.NetUnknown},
		{"2001:4860:4860::8888", "US", 15169, "Google LLC", geo.NetBot},
		{"2606:4700:4700::1111", "US", 13335, "Cloudflare, Inc.", geo.NetHosting},
		{"2804:14c::1", "BR", 28573, "Claro NXT Telecomunicacoes Ltda", geo.NetEyeball},
	} {
		got := embedded(t).Locate(netip.MustParseAddr(row.addr))
		want := geo.Location{Country: row.country, ASN: row.asn, Provider: row.provider, Net: row.class, Built: built}
		if got != want {
			t.Errorf("%s is at %+v, want %+v", row.addr, got, want)
		}
	}
}

func TestAddressesThatAreNowhere(t *testing.T) {
	for _, addr := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.1.1", "172.16.0.1", "172.31.255.255",
		"192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "::", "::1", "::8.8.8.8", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
		"2001:db8::1", "2001:20::1", "3fff::1", "64:ff9b:1::8.8.8.8", "100::1", "5f00::1", "::ffff:10.0.0.1", "2002:a00:1::1",
	} {
		if got := embedded(t).Locate(netip.MustParseAddr(addr)); got != (geo.Location{}) {
			t.Errorf("%s is at %+v, want nowhere", addr, got)
		}
	}
	if got := embedded(t).Locate(netip.Addr{}); got != (geo.Location{}) {
		t.Errorf("no address is at %+v, want nowhere", got)
	}
}

func TestAddressesThatCarryAnother(t *testing.T) {
	want := embedded(t).Locate(netip.MustParseAddr("92.46.0.1"))
	for _, row := range []struct{ kind, addr string }{
		{"IPv4-mapped", "::ffff:92.46.0.1"},
		{"6to4", "2002:5c2e:1::1"},
		{"Teredo", "2001:0:4136:e378:8000:63bf:a3d1:fffe"},
		{"NAT64", "64:ff9b::92.46.0.1"},
	} {
		addr := netip.MustParseAddr(row.addr)
		if got := embedded(t).Locate(addr); got != want {
			t.Errorf("%s %s is at %+v, want %+v", row.kind, addr, got, want)
		}
		if got := geo.Effective(addr); got != netip.MustParseAddr("92.46.0.1") {
			t.Errorf("%s %s carries %s, want 92.46.0.1", row.kind, addr, got)
		}
	}
	if got := geo.Effective(netip.MustParseAddr("fe80::1%eth0")); got != netip.MustParseAddr("fe80::1") {
		t.Errorf("an ordinary address became %s", got)
	}
}

func TestLocateAllocatesNothing(t *testing.T) {
	stack := geo.Stack{geo.Stack{}, embedded(t)}
	for _, s := range []string{"92.46.0.1", "2a02:6b8::1", "2002:5c2e:1::1", "10.0.0.1"} {
		addr := netip.MustParseAddr(s)
		stack.Locate(addr) // unpacks its part
		if n := testing.AllocsPerRun(100, func() { stack.Locate(addr) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", s, n)
		}
	}
}

// The header says which data is in the program. A change of the data must show up in a review.
func TestEmbeddedHeader(t *testing.T) {
	head, _, _ := strings.Cut(string(read(t, "data/world.geo")), "\n\n")
	golden(t, "testdata/header.golden", head+"\n")
	sets := embedded(t).Datasets()
	if len(sets) != 2 || sets[0].Table != "country" || sets[1].Table != "provider" {
		t.Fatalf("data sets: %+v", sets)
	}
	if want := time.Date(2026, 6, 17, 19, 0, 0, 0, time.UTC); !embedded(t).Built().Equal(want) {
		t.Errorf("built %s, want %s, the older of the two", embedded(t).Built(), want)
	}
}

// Sizes that README and BENCHMARKS.md name.
func TestEmbeddedSize(t *testing.T) {
	if n := len(read(t, "data/world.geo")); n > 2200<<10 {
		t.Errorf("the embedded table has %d bytes, want at most 2.2 MiB", n)
	}
}

func TestCreditsNameEverySource(t *testing.T) {
	licences := string(read(t, "data/LICENSES"))
	for _, c := range geo.Credits() {
		host := strings.TrimPrefix(strings.TrimPrefix(c.URL, "https://"), "www.")
		if !strings.Contains(strings.ToLower(licences), strings.TrimSuffix(host, ".com")) {
			t.Errorf("%s is credited but data/LICENSES does not name it", c.URL)
		}
	}
}
