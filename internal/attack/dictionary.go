package attack

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/maphash"
	"net/netip"
	"slices"

	"github.com/kelisim/kelisim/visit"
)

// Mark returns traces of an address with a user agent, such as hashes under a secret that the attacker has.
type Mark func(addr netip.Addr, agent string) [][]byte

// Dictionary names the addresses of which any trace is found at rest, with any user agent. mark may be nil.
// full also tries the hashes that need no secret, which takes long for very many addresses.
func Dictionary(p *Population, rest *Index, mark Mark, full bool) (named []int) {
	for i, addr := range p.Addrs {
		hit := rest.Has([]byte(addr.String())) || rest.Has(addr.AsSlice())
		agents := p.Agents
		if len(p.Addrs) > manyAddrs {
			agents = []string{p.Agent(i)}
		}
		for _, agent := range agents {
			if hit {
				break
			}
			if full {
				hit = slices.ContainsFunc(hashes(addr, agent), rest.Has)
			}
			if !hit && mark != nil {
				hit = slices.ContainsFunc(mark(addr, agent), rest.Has)
			}
		}
		if hit {
			named = append(named, i)
		}
	}
	return named
}

// manyAddrs is from where on the attacker is told the user agent of each address: to try all of them would take long.
const manyAddrs = 100_000

// hashes returns what people make of an address and a user agent who know no secret.
func hashes(addr netip.Addr, agent string) (all [][]byte) {
	for _, text := range []string{addr.String(), addr.String() + agent, addr.String() + "|" + agent} {
		long, mid, short := sha256.Sum256([]byte(text)), sha1.Sum([]byte(text)), md5.Sum([]byte(text))
		all = append(all, forms(long[:])...)
		all = append(all, forms(mid[:])...)
		all = append(all, forms(short[:])...)
	}
	return all
}

// forms returns how a hash is written down; its first half is enough.
func forms(hash []byte) [][]byte {
	half := hash[:8]
	return [][]byte{half, []byte(hex.EncodeToString(half)), []byte(base64.RawURLEncoding.EncodeToString(half)[:10])}
}

// Keys makes the key of a visitor on the day of the game, out of a living secret and seed.
type Keys func(addr netip.Addr, agent string) visit.Key

// Living returns what attacker B makes of the living secrets: the keys of each seed that is alive.
func Living(secret []byte, seeds [][]byte) (all []Keys, err error) {
	for _, seed := range seeds {
		keys, err := visit.NewKeys(secret, bytes.NewReader(seed), 2)
		if err != nil {
			return nil, err
		}
		if _, err := keys.Key(Day(), netip.IPv4Unspecified(), ""); err != nil {
			return nil, err
		}
		all = append(all, func(addr netip.Addr, agent string) visit.Key {
			key, _ := keys.Peek(Day(), addr, agent)
			return key
		})
	}
	return all, nil
}

// Marks returns the traces of visitors under keys: either half of a key, as it may be written down.
func Marks(keys []Keys) Mark {
	return func(addr netip.Addr, agent string) (all [][]byte) {
		for _, of := range keys {
			for _, half := range of(addr, agent) {
				all = append(all, binary.LittleEndian.AppendUint64(nil, half), binary.BigEndian.AppendUint64(nil, half), binary.BigEndian.AppendUint64(nil, half|1<<63))
			}
		}
		return all
	}
}

// Index finds text in everything at rest.
type Index struct {
	lines  [][]byte // each once
	every  []uint64 // every eight bytes of them, in order
	filter []uint64 // a bit for each of those, by hash: most look-ups end here
	bits   int      // size of the filter: 1 << bits
}

// NewIndex reads everything at rest. What is there twice (the lines of an append-only file) is read once.
func NewIndex(raw ...[]byte) *Index {
	x := &Index{bits: 10}
	seen, seed := map[uint64]bool{}, maphash.MakeSeed()
	for _, rest := range raw {
		for line := range bytes.SplitSeq(rest, []byte("\r\n")) {
			sum := maphash.Bytes(seed, line)
			if len(line) < 8 || seen[sum] {
				continue
			}
			seen[sum] = true
			x.lines = append(x.lines, line)
			for i := 0; i+8 <= len(line); i++ {
				window := binary.LittleEndian.Uint64(line[i:])
				if window != 0 {
					x.every = append(x.every, window)
				}
			}
		}
	}
	slices.Sort(x.every)
	x.every = slices.Compact(x.every)
	for 1<<x.bits < 16*len(x.every) {
		x.bits++
	}
	x.filter = make([]uint64, 1<<x.bits/64)
	for _, window := range x.every {
		bit := x.bit(window)
		x.filter[bit/64] |= 1 << (bit % 64)
	}
	return x
}

func (x *Index) bit(window uint64) uint64 { return window * 0x9e3779b97f4a7c15 >> (64 - x.bits) }

// Has reports whether a trace of eight bytes or more is in what the index has read.
func (x *Index) Has(trace []byte) bool {
	if len(trace) < 8 {
		return false
	}
	window := binary.LittleEndian.Uint64(trace)
	if bit := x.bit(window); x.filter[bit/64]>>(bit%64)&1 == 0 {
		return false
	}
	if _, ok := slices.BinarySearch(x.every, window); !ok || len(trace) == 8 {
		return ok
	}
	return slices.ContainsFunc(x.lines, func(line []byte) bool { return bytes.Contains(line, trace) })
}
