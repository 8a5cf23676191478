package attack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
)

// Salted is the common scheme, as a test double: a table of visitors by a hash of a salt of the day, the
// address and the user agent. The salt is beside the table, as it must be for several servers to share it.
type Salted struct {
	Salt  []byte
	table bytes.Buffer
}

// See notes a visitor.
func (s *Salted) See(addr netip.Addr, agent string) {
	s.table.WriteString(hex.EncodeToString(s.mark(addr, agent)))
	s.table.WriteByte('\n')
}

// Raw returns what rests.
func (s *Salted) Raw() []byte {
	return append([]byte("salt="+hex.EncodeToString(s.Salt)+"\n"), s.table.Bytes()...)
}

func (s *Salted) mark(addr netip.Addr, agent string) []byte {
	h := sha256.New()
	h.Write(s.Salt)
	h.Write([]byte(addr.String()))
	h.Write([]byte(agent))
	return h.Sum(nil)
}

// Marks returns the traces that whoever holds the salt can make.
func (s *Salted) Marks(addr netip.Addr, agent string) [][]byte {
	return [][]byte{[]byte(hex.EncodeToString(s.mark(addr, agent)))}
}
