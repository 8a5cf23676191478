package mmdb_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/geo/mmdb"
	"github.com/kelisim/kelisim/geo/mmdb/mmdbtest"
)

// Damaged databases never panic and never replace a good one: every byte of one is damaged in turn.
func TestEveryByteDamaged(t *testing.T) {
	good := mmdbtest.Database("GeoLite2-City", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country": record{"iso_code": "KZ"}, "subdivisions": []any{record{"names": record{"en": "Aqmola"}}}}})
	addr := netip.MustParseAddr("8.8.8.8")
	path := file(t, good)
	db, err := mmdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want, refused := db.Locate(addr), 0
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= byte(1 + rng.IntN(255))
		write(t, path, bad)
		if db.Reload() == nil {
			db.Locate(addr)
			write(t, path, good)
			if err := db.Reload(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		refused++
		if got := db.Locate(addr); got != want {
			t.Fatalf("byte %d damaged, reload refused, and yet the answer is %+v", i, got)
		}
	}
	if refused == 0 || db.Faults() != 0 {
		t.Errorf("%d of %d refused, %d faults", refused, len(good), db.Faults())
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"testdata/GeoIP2-Anonymous-IP-Test.mmdb", "testdata/GeoLite2-City-Test.mmdb"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": "KZ"}}))
	f.Add(mmdbtest.Database("asn ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "2a00::/12", Record: record{"autonomous_system_number": 1, "autonomous_system_organization": "One"}}))
	addrs := []netip.Addr{
		netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("81.2.69.142"), netip.MustParseAddr("2a00::1"),
		netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("::"), netip.MustParseAddr("ffff::1"),
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		db, err := mmdb.Open(file(t, data))
		if err != nil {
			if db != nil {
				t.Fatal("an error and a database")
			}
			return
		}
		for _, addr := range addrs {
			if loc := db.Locate(addr); loc.Country != "" && !geo.ValidCountry(loc.Country) {
				t.Errorf("%s is in %q", addr, loc.Country)
			}
		}
	})
}
