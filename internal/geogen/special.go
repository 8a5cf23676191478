package geogen

import (
	"encoding/binary"
	"net/netip"
)

// special4 are the blocks of IPv4 that lie nowhere: the special-purpose registry of RFC 6890 where
// it is not "globally reachable", the relay anycast block of 6to4 (RFC 7526), multicast and the
// reserved rest. Sorted.
var special4 = [...]string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
}

// special6 are the same within 2000::/3: protocol assignments (Teredo is located by the address it
// carries), documentation, and 6to4 (likewise). Sorted.
var special6 = [...]string{"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"}

// Special4 returns the special-purpose blocks of IPv4 as runs of /24.
func Special4() []Run {
	var holes []Run
	for _, s := range special4 {
		p := netip.MustParsePrefix(s)
		b := p.Addr().As4()
		start := uint64(binary.BigEndian.Uint32(b[:])) >> shift4
		holes = append(holes, Run{Start: start, End: start + 1<<(24-p.Bits())})
	}
	return holes
}

// Special6 returns the special-purpose blocks of 2000::/3 as runs of /48.
func Special6() []Run {
	var holes []Run
	for _, s := range special6 {
		p := netip.MustParsePrefix(s)
		start, _ := upper(p.Addr())
		start >>= shift6
		holes = append(holes, Run{Start: start, End: start + 1<<(48-p.Bits())})
	}
	return holes
}

// Units: a /24 is 2^8 addresses; a /48 is 2^16 of the numbers that the upper 64 bits make.
const (
	shift4, size4 = 8, 1 << 24
	shift6, size6 = 16, 1 << 45
)

// upper returns the upper 64 bits of an address within 2000::/3, counted from its beginning.
func upper(addr netip.Addr) (uint64, bool) {
	b := addr.As16()
	n := binary.BigEndian.Uint64(b[:8])
	return n &^ (7 << 61), n>>61 == 1
}
