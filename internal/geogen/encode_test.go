package geogen_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/geogen"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// smallFile is what the tests of package geo read.
const smallFile = "../../geo/testdata/small.geo"

func TestEncodeGolden(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	countries, providers := sources(rng, 40)
	got := geogen.Encode(countries, providers)
	if *update {
		if err := os.WriteFile(smallFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(smallFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: if the format has changed on purpose, run go test ./internal/geogen -update, then go generate ./geo", smallFile)
	}
}

// A table says of every address what a naive walk over its sources says.
func TestTableAgreesWithNaiveScan(t *testing.T) {
	for seed := range uint64(41) {
		rng := rand.New(rand.NewPCG(seed, 1))
		size := 1 + rng.IntN(200)
		if seed == 40 {
			size = 12_000 // several blocks
		}
		countries, providers := sources(rng, size)
		table, err := geo.Parse(geogen.Encode(countries, providers))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for range 2000 {
			addr := randomAddr(rng, countries, providers)
			want := geo.Location{}
			if c := naive(addr, countries); c != 0 {
				want.Country = countries.Names[c-1]
			}
			if p := naive(addr, providers); p != 0 {
				want.ASN, want.Provider = providers.ASNs[p-1], providers.Names[p-1]
			}
			if want != (geo.Location{}) {
				want.Built, want.Net = geo.DateOf(providers.Built), geogen.Classify(want.ASN, want.Provider)
			}
			if got := table.Locate(addr); got != want {
				t.Fatalf("seed %d: %s is at %+v, want %+v", seed, addr, got, want)
			}
		}
	}
}

// sources makes up two sources of n ranges in each plane: whole units, apart from special addresses.
func sources(rng *rand.Rand, n int) (countries, providers *geogen.Source) {
	built := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	countries = &geogen.Source{
		Dataset: geo.Dataset{Table: "country", Source: "test", Version: "1", Licence: "CC0-1.0", Built: built},
		Names:   []string{"DE", "KZ", "US"},
	}
	providers = &geogen.Source{
		Dataset: geo.Dataset{Table: "provider", Source: "test", Version: "2", Licence: "CC0-1.0", Built: built.AddDate(0, 0, -1)},
		Names:   []string{"Alpha Telecom", "Beta Telecom Ltd.", "Gamma", "Été Ltd."},
		ASNs:    []uint32{1, 300, 70000, 4200000000},
	}
	for _, s := range []*geogen.Source{countries, providers} {
		s.V4 = ranges(rng, n, 16<<16, 8, uint64(len(s.Names)))            // from 16.0.0.0
		s.V6 = ranges(rng, n, 0x0400_0000_0000, 16, uint64(len(s.Names))) // from 2400::
	}
	return countries, providers
}

// ranges makes up n ranges of whole units of 2^shift addresses, from unit at on, some with gaps.
func ranges(rng *rand.Rand, n int, at uint64, shift uint, values uint64) (out []geogen.Range) {
	for range n {
		if rng.IntN(3) == 0 {
			at += 1 << rng.IntN(10)
		}
		size := uint64(1) << rng.IntN(12)
		if rng.IntN(2) == 0 {
			size += rng.Uint64N(5)
		}
		out = append(out, geogen.Range{Lo: at << shift, Hi: (at+size)<<shift - 1, Value: 1 + uint32(rng.Uint64N(values))})
		at += size
	}
	return out
}

func number(addr netip.Addr) uint64 {
	if addr.Is4() {
		b := addr.As4()
		return uint64(binary.BigEndian.Uint32(b[:]))
	}
	b := addr.As16()
	return binary.BigEndian.Uint64(b[:]) & (1<<61 - 1)
}

func naive(addr netip.Addr, s *geogen.Source) uint32 {
	list := s.V4
	if addr.Is6() {
		list = s.V6
	}
	for _, r := range list {
		if n := number(addr); r.Lo <= n && n <= r.Hi {
			return r.Value
		}
	}
	return 0
}

// randomAddr is an address at, just before or just after an edge of a range, or anywhere.
func randomAddr(rng *rand.Rand, sources ...*geogen.Source) netip.Addr {
	s := sources[rng.IntN(len(sources))]
	v4 := rng.IntN(2) == 0
	list := s.V6
	if v4 {
		list = s.V4
	}
	r := list[rng.IntN(len(list))]
	n := [...]uint64{r.Lo, r.Hi, r.Lo - 1, r.Hi + 1, r.Lo + rng.Uint64N(r.Hi-r.Lo+1)}[rng.IntN(5)]
	if v4 {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n))))
	}
	return netip.AddrFrom16([16]byte(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, n|1<<61), rng.Uint64())))
}
