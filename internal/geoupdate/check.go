package geoupdate

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/geo/mmdb"
)

// leastNodes is what the tree of a database of the world has at the very least; real ones have a hundred thousand.
const leastNodes = 1000

// compare refuses a database that can hardly be the successor of the one in use.
func (o *Options) compare(c Outcome) error {
	if c.Old.Type != "" && c.Old.Type != c.New.Type {
		return fmt.Errorf("it is a database of type %q, and the one in use is of type %q: give it a file of its own", c.New.Type, c.Old.Type)
	}
	if o.AnyChange {
		return nil
	}
	switch {
	case c.New.Nodes < leastNodes:
		return fmt.Errorf("its tree has %d nodes only, and a database of the world at least %d: if it is meant to be so small, say --any-change", c.New.Nodes, leastNodes)
	case c.Old.Type == "":
		return nil
	case c.New.Built.Before(c.Old.Built):
		return fmt.Errorf("it was built on %s and the one in use on %s: if you want the older, say --any-change", c.New.Built.Format(date), c.Old.Built.Format(date))
	case unlike(c.Old.Nodes, c.New.Nodes):
		return fmt.Errorf("its tree has %d nodes and that of the one in use %d: if that is right, say --any-change", c.New.Nodes, c.Old.Nodes)
	case unlike(c.Old.Size, c.New.Size):
		return fmt.Errorf("it has %d bytes and the one in use %d: if that is right, say --any-change", c.New.Size, c.Old.Size)
	}
	return nil
}

const date = "2006-01-02"

// unlike reports whether b is less than half of a, or more than double.
func unlike(a, b int) bool { return b < a/2 || b/2 > a }

// Sentinel is an address and the country or provider that a database must give for it.
type Sentinel struct {
	Addr    netip.Addr
	Country string // ISO 3166-1 alpha-2; "" to ask for none
	ASN     uint32 // autonomous system; 0 to ask for none
}

// ParseSentinel reads ADDRESS=COUNTRY or ADDRESS=ASnumber: "8.8.8.8=US", "8.8.8.8=AS15169".
func ParseSentinel(text string) (Sentinel, error) {
	addr, want, _ := strings.Cut(text, "=")
	s := Sentinel{}
	var err error
	if s.Addr, err = netip.ParseAddr(addr); err == nil {
		if number, ok := strings.CutPrefix(strings.ToUpper(want), "AS"); ok && len(want) > 2 {
			n, fault := strconv.ParseUint(number, 10, 32)
			s.ASN, err = uint32(n), fault
		} else if s.Country = strings.ToUpper(want); !geo.ValidCountry(s.Country) {
			err = errors.New("no country")
		}
	}
	if err != nil {
		return Sentinel{}, fmt.Errorf("sentinel %q is not of the form 8.8.8.8=US or 8.8.8.8=AS15169", text)
	}
	return s, nil
}

// Well-known addresses that have had the same owner for many years, one of each family.
var (
	knownV4, knownV6 = netip.AddrFrom4([4]byte{8, 8, 8, 8}), netip.AddrFrom16([16]byte{0x20, 0x01, 0x48, 0x60, 0x48, 0x60, 14: 0x88, 15: 0x88})
	private          = netip.AddrFrom4([4]byte{10, 0, 0, 1})
)

const knownASN = 15169

// ask checks the sentinels, or where there are none what every database of its kind knows: where 8.8.8.8 or
// 2001:4860:4860::8888 is and who provides it; and that nobody is at 10.0.0.1.
func ask(db *mmdb.DB, sentinels []Sentinel) error {
	for _, s := range sentinels {
		loc := db.Locate(s.Addr)
		if s.Country != "" && loc.Country != s.Country || s.ASN != 0 && loc.ASN != s.ASN {
			return fmt.Errorf("it has the sentinel %s in %q, AS%d: it should be in %q, AS%d", s.Addr, loc.Country, loc.ASN, s.Country, s.ASN)
		}
	}
	if len(sentinels) > 0 {
		return nil
	}
	info := db.Databases()[0]
	v4, v6 := db.Locate(knownV4), db.Locate(knownV6)
	if info.Place && v4.Country == "" && v6.Country == "" {
		return fmt.Errorf("it does not know in which country %s is: if it is a database of one region, name a --sentinel in it", knownV4)
	}
	if info.Provider && v4.ASN != knownASN && v6.ASN != knownASN {
		return fmt.Errorf("it has %s at AS%d, which belongs to AS%d: if it is a database of one region, name a --sentinel in it", knownV4, v4.ASN, knownASN)
	}
	if loc := db.Locate(private); loc.Country != "" || loc.ASN != 0 || loc.Net != geo.NetUnknown {
		return fmt.Errorf("it says that the private address %s is somewhere", private)
	}
	return nil
}
