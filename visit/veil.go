package visit

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"unsafe"
)

// veiled is a string that nothing can print by accident. Methods do not suffice: fmt calls none on
// unexported fields and none under %p or %w, but prints the fields as they are. Of a pointer within a
// struct it prints the address only. A pointer to a string would be an allocation a field and request;
// its bytes are there already.
type veiled struct {
	first *byte
	size  int
}

func veil(s string) veiled {
	if s == "" {
		return veiled{}
	}
	return veiled{unsafe.StringData(s), len(s)}
}

func (v veiled) reveal() string {
	if v.size == 0 {
		return ""
	}
	return unsafe.String(v.first, v.size)
}

// veiledAddr is an address under a mask of this process, for the same reason.
type veiledAddr struct {
	high, low uint64
	form      uint8 // 0 none, 4 or 6
}

var addrMask = [2]uint64{rand.Uint64(), rand.Uint64()}

func veilAddr(addr netip.Addr) veiledAddr {
	if !addr.IsValid() {
		return veiledAddr{}
	}
	b := addr.As16()
	v := veiledAddr{binary.BigEndian.Uint64(b[:8]) ^ addrMask[0], binary.BigEndian.Uint64(b[8:]) ^ addrMask[1], 6}
	if addr.Is4() {
		v.form = 4
	}
	return v
}

func (v veiledAddr) reveal() netip.Addr {
	if v.form == 0 {
		return netip.Addr{}
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], v.high^addrMask[0])
	binary.BigEndian.PutUint64(b[8:], v.low^addrMask[1])
	addr := netip.AddrFrom16(b)
	if v.form == 4 {
		return addr.Unmap()
	}
	return addr
}
