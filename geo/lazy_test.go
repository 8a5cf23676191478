package geo_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"

	"github.com/kelisim/kelisim/geo"
)

// The embedded table is not checked when the program starts; this is where it is.
func TestEmbeddedIsWhole(t *testing.T) {
	if _, err := geo.Parse(read(t, "data/world.geo")); err != nil {
		t.Error(err)
	}
}

// Whoever comes first to a part of the table unpacks it, and all who come at once get the same answer.
func TestFirstLookupsAtOnce(t *testing.T) {
	data := read(t, "data/world.geo")
	checked, err := geo.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := geo.Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	addrs := append(randomV4(500), randomV6(500)...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, addr := range addrs {
				if got, want := fresh.Locate(addr), checked.Locate(addr); got != want {
					t.Errorf("%s is at %+v, want %+v", addr, got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A damaged program finds nothing where the damage is, and does not fail.
func TestDamagedPartsAreEmpty(t *testing.T) {
	data := read(t, "data/world.geo")
	body := bytes.Index(data, []byte("\n\n")) + 2
	rng := rand.New(rand.NewPCG(9, 9))
	addrs := append(randomV4(300), randomV6(300)...)
	for range 20 {
		bad := bytes.Clone(data)
		for range 200 {
			bad[body+rng.IntN(len(bad)-body)] ^= 0x55
		}
		if _, err := geo.Parse(bad); err == nil {
			t.Error("200 damaged bytes were not noticed")
		}
		table, err := geo.Open(string(bad))
		if err != nil {
			continue
		}
		for _, addr := range addrs {
			if loc := table.Locate(addr); loc.Country != "" && !geo.ValidCountry(loc.Country) {
				t.Errorf("%s is in %q", addr, loc.Country)
			}
		}
	}
}

// What a start costs, and what the unlucky first visitor of a part of the table pays.
func BenchmarkOpen(b *testing.B) {
	data := string(read(b, "data/world.geo"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := geo.Open(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFirstLookup(b *testing.B) {
	data := string(read(b, "data/world.geo"))
	addr := netip.MustParseAddr("92.46.0.1")
	for b.Loop() {
		table, err := geo.Open(data)
		if err != nil {
			b.Fatal(err)
		}
		if table.Locate(addr).Country == "" {
			b.Fatal("not found")
		}
	}
}

func BenchmarkSecondPart(b *testing.B) {
	data := string(read(b, "data/world.geo"))
	addr := netip.MustParseAddr("92.46.0.1")
	other := netip.MustParseAddr("185.4.4.4")
	for b.Loop() {
		b.StopTimer()
		table, err := geo.Open(data)
		if err != nil {
			b.Fatal(err)
		}
		table.Locate(addr)
		b.StartTimer()
		table.Locate(other)
	}
}
