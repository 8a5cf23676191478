package geo_test

import (
	"bytes"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/geo"
)

func TestParseRefuses(t *testing.T) {
	small := read(t, "testdata/small.geo")
	replace := func(old, new string) []byte { return bytes.Replace(small, []byte(old), []byte(new), 1) }
	for _, row := range []struct {
		why  string
		data []byte
	}{
		{"nothing", nil},
		{"another file", []byte("GIF89a\n\n")},
		{"a newer format", replace("kelisim-geo 2", "kelisim-geo 3")},
		{"a file cut short", small[:len(small)-1]},
		{"a file with more at the end", append(bytes.Clone(small), 0)},
		{"an unknown header", replace("names:", "games:")},
		{"too few names", replace("names: 4\n", "names: 3\n")},
		{"too many names", replace("names: 4\n", "names: 99999999\n")},
		{"another block of names", replace("names: 4\n", "names: 5000\n")},
		{"a missing section", replace("section: asns", "section: xsns")},
		{"no country", replace("KZ", "QQ")},
		{"a section of impossible size", replace("section: asns 1 ", "section: asns 1 9")},
		{"too many blocks", replace("section: asns 1 ", "section: asns 99999999 ")},
		{"a block more than there is", replace("section: asns 1 ", "section: asns 2 ")},
	} {
		table, err := geo.Parse(row.data)
		if err == nil {
			t.Errorf("%s: accepted", row.why)
		} else if table != nil || !strings.HasPrefix(err.Error(), "geo: table: ") {
			t.Errorf("%s: %v, %v", row.why, table, err)
		}
	}
}

// Whatever the bytes: Parse gives an error or a table that answers every address.
func FuzzParse(f *testing.F) {
	small := read(f, "testdata/small.geo")
	f.Add(small)
	f.Add(small[:len(small)/2])
	f.Add(bytes.Replace(small, []byte("names: 4\n"), []byte("names: 9\n"), 1))
	addrs := append(randomV4(64), randomV6(64)...)
	addrs = append(addrs, netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("2000::"),
		netip.MustParseAddr("3fff:ffff:ffff::"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := geo.Parse(data)
		if err != nil {
			return
		}
		for _, addr := range addrs {
			table.Locate(addr)
		}
	})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(read(t, name)); got != want {
		t.Errorf("%s is out of date: if the change is meant, run go test ./geo -update\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}
