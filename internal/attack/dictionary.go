package attack

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/kelisim/kelisim/visit"
)

// Mark reports whether any trace of an address with a user agent rests, such as a hash under a secret that the attacker has.
type Mark func(rest *Index, addr netip.Addr, agent string) bool

// Dictionary names the addresses of which any trace is found at rest, with any user agent. mark may be nil.
// full also tries the hashes that need no secret, which takes long for very many addresses.
func Dictionary(p *Population, rest *Index, mark Mark, full bool) (named []int) {
	hits := make([]bool, len(p.Addrs))
	const together = 100
	each((len(p.Addrs)+together-1)/together, func(part int) {
		for i := part * together; i < min((part+1)*together, len(p.Addrs)); i++ {
			addr := p.Addrs[i]
			hits[i] = rest.Has([]byte(addr.String())) || rest.Has(addr.AsSlice())
			for _, agent := range p.Agents {
				hits[i] = hits[i] || full && slices.ContainsFunc(hashes(addr, agent), rest.Has) || mark != nil && mark(rest, addr, agent)
			}
		}
	})
	for i, hit := range hits {
		if hit {
			named = append(named, i)
		}
	}
	return named
}

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

// Marks looks for visitors under keys: either half of a key, as it may be written down.
func Marks(keys []Keys) Mark {
	return func(rest *Index, addr netip.Addr, agent string) bool {
		for _, of := range keys {
			for _, half := range of(addr, agent) {
				print := half | 1<<63
				if rest.has(half) || rest.has(print) || rest.has(bits.ReverseBytes64(half)) || rest.has(bits.ReverseBytes64(print)) {
					return true
				}
			}
		}
		return false
	}
}
