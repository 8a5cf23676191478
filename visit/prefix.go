package visit

import (
	"encoding/binary"
	"net/netip"
)

// Prefix is the network of an address, cut so short that it says little about whom: /16 of IPv4, /32 of
// IPv6. Either holds 65,536 connections as providers hand them out (an address, or a /48), which is as
// fine as statistics may be that few visitors carry; a shorter one would tell no more than the provider.
// The zero Prefix is that of no address.
type Prefix uint64

const (
	prefix4 Prefix = 1 << 32
	prefix6 Prefix = 2 << 32
)

// PrefixOf returns the network of addr; zero if there is no address.
func PrefixOf(addr netip.Addr) Prefix {
	switch {
	case !addr.IsValid():
		return 0
	case addr.Is4() || addr.Is4In6():
		b := addr.As4()
		return prefix4 | Prefix(binary.BigEndian.Uint16(b[:2]))
	}
	b := addr.As16()
	return prefix6 | Prefix(binary.BigEndian.Uint32(b[:4]))
}

// String returns p as "203.0.0.0/16" or "2001:db8::/32", and "" for the zero Prefix.
func (p Prefix) String() string {
	switch p &^ (1<<32 - 1) {
	case prefix4:
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(p >> 8), byte(p)}), 16).String()
	case prefix6:
		var b [16]byte
		binary.BigEndian.PutUint32(b[:4], uint32(p))
		return netip.PrefixFrom(netip.AddrFrom16(b), 32).String()
	}
	return ""
}
