package mmdb_test

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/geo/mmdb"
)

// truth is what a record of the truth files may say.
type truth struct {
	Country    struct{ ISO_Code string } `json:"country"`
	Registered struct{ ISO_Code string } `json:"registered_country"`
	City       struct {
		Names struct{ En string }
	}
	Subdivisions []struct {
		Names struct{ En string }
	}
	ASN      uint32 `json:"autonomous_system_number"`
	Provider string `json:"autonomous_system_organization"`
	VPN      bool   `json:"is_anonymous_vpn"`
	Hosting  bool   `json:"is_hosting_provider"`
	Proxy    bool   `json:"is_public_proxy"`
	HomeNet  bool   `json:"is_residential_proxy"`
	Tor      bool   `json:"is_tor_exit_node"`
}

func (r truth) location() geo.Location {
	loc := geo.Location{
		Country: cmp.Or(r.Country.ISO_Code, r.Registered.ISO_Code),
		City:    r.City.Names.En, ASN: r.ASN, Provider: r.Provider,
	}
	if len(r.Subdivisions) > 0 {
		loc.Region = r.Subdivisions[0].Names.En
	}
	switch {
	case r.Tor:
		loc.Net = geo.NetTor
	case r.VPN || r.Proxy || r.HomeNet:
		loc.Net = geo.NetVPN
	case r.Hosting:
		loc.Net = geo.NetHosting
	}
	return loc
}

// Every record of the publisher's truth files is answered as they say, at both ends of its network.
func TestTruth(t *testing.T) {
	dir, names := truthFiles(t)
	for _, name := range names {
		db, err := mmdb.Open(filepath.Join(dir, name+".mmdb"))
		if err != nil {
			t.Fatal(err)
		}
		records := readTruth(t, filepath.Join(dir, name+".json"))
		for prefix, want := range records {
			for _, addr := range []netip.Addr{prefix.Addr(), last(prefix)} {
				for _, state := range []string{"first", "cached"} {
					if got := bare(db.Locate(addr)); got != want {
						t.Errorf("%s: %s (%s) is at %+v, want %+v", name, addr, state, got, want)
					}
				}
			}
		}
		met := 0 // the tree joins equal neighbours, so not every network is met as it is written
		for prefix, got := range db.Networks() {
			if want, ok := records[prefix]; ok {
				met++
				if bare(got) != want {
					t.Errorf("%s: the walk has %s at %+v, want %+v", name, prefix, got, want)
				}
			}
		}
		if met < len(records)/2 || db.Faults() != 0 {
			t.Errorf("%s: the walk met %d of %d networks, with %d faults", name, met, len(records), db.Faults())
		}
		t.Logf("%s: %d networks", name, len(records))
	}
}

// All together: each database adds its part.
func TestTogether(t *testing.T) {
	dir, names := truthFiles(t)
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, name+".mmdb"))
	}
	db, err := mmdb.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddr("81.2.69.142")
	got := db.Locate(addr)
	got.ASN, got.Provider, got.Built = 0, "", 0 // in the ASN database of the full set only
	if want := (geo.Location{Country: "GB", Region: "England", City: "London", Net: geo.NetTor}); got != want {
		t.Errorf("%s is at %+v, want %+v", addr, got, want)
	}
	mapped := netip.AddrFrom16(addr.As16())
	if db.Locate(mapped) != db.Locate(addr) {
		t.Error("an IPv4-mapped address is elsewhere")
	}
	if got := db.Locate(netip.Addr{}); got != (geo.Location{}) {
		t.Errorf("no address is at %+v", got)
	}
}

// truthFiles finds the full set, or else the part of it that is ours.
func truthFiles(t testing.TB) (dir string, names []string) {
	t.Helper()
	root := cmp.Or(os.Getenv("KELISIM_TESTDATA"), filepath.Join("..", "..", "..", "shared", "data"))
	if !filepath.IsAbs(root) && os.Getenv("KELISIM_TESTDATA") != "" {
		root = filepath.Join("..", "..", root)
	}
	dir = filepath.Join(root, "geo")
	if _, err := os.Stat(filepath.Join(dir, "GeoLite2-ASN-Test.mmdb")); err == nil {
		return dir, []string{"GeoIP2-Anonymous-IP-Test", "GeoLite2-ASN-Test", "GeoLite2-City-Test", "GeoLite2-Country-Test"}
	}
	return "testdata", []string{"GeoIP2-Anonymous-IP-Test", "GeoLite2-City-Test"}
}

func readTruth(t testing.TB, path string) map[netip.Prefix]geo.Location {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]truth
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	out := map[netip.Prefix]geo.Location{}
	for _, entry := range list {
		for network, record := range entry {
			out[v4(netip.MustParsePrefix(network))] = record.location()
		}
	}
	return out
}

// v4 turns ::a.b.c.d/n, which is how an IPv6 tree names an IPv4 network, into a.b.c.d/(n-96).
func v4(p netip.Prefix) netip.Prefix {
	b := p.Addr().As16()
	if p.Addr().Is4() || p.Bits() < 96 || [12]byte(b[:12]) != [12]byte{} {
		return p
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte(b[12:])), p.Bits()-96)
}

func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for bit := p.Bits(); bit < 8*len(b); bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}
