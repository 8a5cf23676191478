package attack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"math/bits"
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

// Marks looks for what whoever holds the salt can make.
func (s *Salted) Marks(rest *Index, addr netip.Addr, agent string) bool {
	return rest.Has([]byte(hex.EncodeToString(s.mark(addr, agent))))
}

// Bitmap is a table of who was seen, one bit for the key of a visitor, as a test double: what several guards could
// share. What it gives away follows from its load, the visitors for each cell.
type Bitmap struct {
	p        *Population
	keys     Keys
	cells    []bool
	visitors int
}

// NewBitmap returns a bitmap of so many cells.
func NewBitmap(p *Population, keys Keys, cells int) *Bitmap {
	return &Bitmap{p: p, keys: keys, cells: make([]bool, cells)}
}

func (b *Bitmap) cell(i int) *bool {
	return &b.cells[b.keys(b.p.Addrs[i], b.p.Agent(i))[0]%uint64(len(b.cells))]
}

// See notes that the i-th address came.
func (b *Bitmap) See(i int) {
	*b.cell(i) = true
	b.visitors++
}

// Ratio implements [Evidence]. A free cell says that nobody of it came.
func (b *Bitmap) Ratio(i int) float64 {
	if !*b.cell(i) {
		return 0
	}
	return 1 / (1 - math.Pow(1-1/float64(len(b.cells)), float64(b.visitors)))
}

// Sketch is a HyperLogLog of 16,384 registers, Redis's, as a test double: it is small, and tells much all the same,
// for its hash needs no secret or one that attacker B has.
type Sketch struct {
	p         *Population
	keys      Keys
	registers [1 << 14]uint8
	visitors  int
}

// NewSketch returns an empty sketch.
func NewSketch(p *Population, keys Keys) *Sketch { return &Sketch{p: p, keys: keys} }

// See notes that the i-th address came.
func (s *Sketch) See(i int) {
	at, rank := s.place(i)
	s.registers[at] = max(s.registers[at], rank)
	s.visitors++
}

func (s *Sketch) place(i int) (at uint64, rank uint8) {
	key := s.keys(s.p.Addrs[i], s.p.Agent(i))
	return key[0] % (1 << 14), uint8(bits.TrailingZeros64(key[1]|1<<50) + 1)
}

// Ratio implements [Evidence]: a register as high as the visitor would have made it is rarely so by another.
func (s *Sketch) Ratio(i int) float64 {
	at, rank := s.place(i)
	if s.registers[at] < rank {
		return 0
	}
	chance := math.Pow(2, 1-float64(rank)) / (1 << 14) // of one other visitor
	return 1 / (1 - math.Pow(1-chance, float64(s.visitors)))
}
