package geo

import (
	"encoding/binary"
	"net/netip"
)

// carriedV4 returns the IPv4 address that an IPv6 address carries on behalf of its sender, if it is
// of a kind that does; the package comment names them.
func carriedV4(addr netip.Addr) (uint32, bool) {
	if !addr.Is6() {
		return 0, false
	}
	b := addr.As16()
	last := binary.BigEndian.Uint32(b[12:])
	switch high := binary.BigEndian.Uint64(b[:8]); {
	case high == 0 && binary.BigEndian.Uint32(b[8:]) == 0xffff: // RFC 4291: ::ffff:0:0/96
		return last, true
	case high>>48 == 0x2002: // RFC 3056: 2002:V4ADDR::/48
		return uint32(high >> 16), true
	case high>>32 == 0x2001_0000: // RFC 4380: the client's address, every bit inverted
		return ^last, true
	case high == 0x0064_ff9b_0000_0000 && binary.BigEndian.Uint32(b[8:]) == 0: // RFC 6052
		return last, true
	}
	return 0, false
}

// Effective returns the address that says where addr is: the IPv4 address that it carries on behalf
// of its sender, or addr itself, without a zone. [Table.Locate] does this by itself; other locators
// should do it too.
func Effective(addr netip.Addr) netip.Addr {
	if v4, carried := carriedV4(addr); carried {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, v4)))
	}
	return addr.WithZone("")
}
