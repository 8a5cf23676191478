package geogen

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/kelisim/kelisim/geo"
)

// Check asks the table for the first and the last unit of every run of both sources and compares.
func Check(table *geo.Table, countries, providers *Source) error {
	for _, s := range []*Source{countries, providers} {
		v4, v6 := s.planes()
		for _, r := range v4 {
			if err := s.check(table, r, address4(r.Start), address4(r.End-1)); err != nil {
				return err
			}
		}
		for _, r := range v6 {
			if err := s.check(table, r, address6(r.Start), address6(r.End-1)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Source) check(table *geo.Table, r Run, addrs ...netip.Addr) error {
	for _, addr := range addrs {
		if geo.Effective(addr) != addr {
			continue // located by the address it carries
		}
		loc, want := table.Locate(addr), geo.Location{}
		if s.ASNs == nil {
			loc = geo.Location{Country: loc.Country}
		} else {
			loc = geo.Location{ASN: loc.ASN, Provider: loc.Provider}
		}
		switch {
		case r.Value == 0:
		case s.ASNs == nil:
			want.Country = s.Names[r.Value-1]
		default:
			want.ASN, want.Provider = s.ASNs[r.Value-1], s.Names[r.Value-1]
		}
		if loc != want {
			return fmt.Errorf("geogen: the table has %s at %+v, its %s source at %+v", addr, loc, s.Table, want)
		}
	}
	return nil
}

// address4 and address6 return the first address of a unit.
func address4(unit uint64) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(unit<<shift4))))
}

func address6(unit uint64) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], unit<<shift6|1<<61)
	return netip.AddrFrom16(b)
}
