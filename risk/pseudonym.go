package risk

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dchest/siphash"
)

// Pseudonym stands for an address or a network under a key that dies. Only whoever holds both the site's secret
// and the random seed of the period can make one.
type Pseudonym [2]uint64

var base = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// String returns 26 letters and digits; "" for the zero Pseudonym.
func (p Pseudonym) String() string {
	if p == (Pseudonym{}) {
		return ""
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], p[0])
	binary.BigEndian.PutUint64(b[8:], p[1])
	return base.EncodeToString(b[:])
}

// MarshalText is String.
func (p Pseudonym) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is [ParsePseudonym]; "" is the zero Pseudonym.
func (p *Pseudonym) UnmarshalText(text []byte) (err error) {
	*p = Pseudonym{}
	if len(text) > 0 {
		*p, err = ParsePseudonym(string(text))
	}
	return err
}

// ParsePseudonym reads what String returned.
func ParsePseudonym(text string) (Pseudonym, error) {
	b, err := base.DecodeString(text)
	if err != nil || len(b) != 16 {
		return Pseudonym{}, fmt.Errorf("risk: %q is no pseudonym: give the 26 letters and digits of a list", text)
	}
	return Pseudonym{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}, nil
}

// scope is how much of an address a pseudonym covers.
type scope uint8

const (
	scopeAddress scope = iota + 1 // /32 or /64
	scopeNetwork                  // /24 or /48
	scopeAccount                  // what a site calls an account
	scopeDevice                   // a device cookie
	scopeForeign                  // as an address, in requests that pages of other sites had its browser make
)

// The labels under which keys are derived. Package visit has another one: no key here is ever one of statistics.
const (
	labelPseudonyms = "kelisim risk pseudonyms v1"
	labelShared     = "kelisim risk shared counters v1"
	labelTokens     = "kelisim risk challenge v1"
	labelAccounts   = "kelisim risk accounts v1"
	labelSlots      = "kelisim risk accounts at rest v1"
	labelFacts      = "kelisim risk facts of accounts v1"
	labelIDs        = "kelisim risk ids of judgements v1"
)

const minSecret = 32

// rotation is how long a key of pseudonyms lives.
const rotation = 24 * time.Hour

// sipKey is a key of SipHash-2-4-128.
type sipKey struct {
	k0, k1 uint64
	period int64
}

func (k *sipKey) sum(message []byte) Pseudonym {
	a, b := siphash.Hash128(k.k0, k.k1, message)
	return Pseudonym{a, b}
}

// of is the pseudonym of as much of addr as s covers.
func (k *sipKey) of(addr netip.Addr, s scope) Pseudonym {
	var m [17]byte
	cover(m[:], addr, s)
	return k.sum(m[:])
}

// cover writes as much of addr as s covers, and s, into 17 bytes.
func cover(m []byte, addr netip.Addr, s scope) {
	bytes := addr.As16()
	switch {
	case addr.Is4() && s == scopeNetwork:
		bytes[15] = 0
	case !addr.Is4() && s != scopeNetwork:
		clear(bytes[8:])
	case !addr.Is4():
		clear(bytes[6:])
	}
	copy(m[:16], bytes[:])
	m[16] = byte(s)
}

// keyring holds the present key of pseudonyms. A new one replaces it once a day; the old one is gone with its seed, and
// whatever is still held under it can be found by nobody.
type keyring struct {
	secret []byte
	random io.Reader

	mu      sync.Mutex
	present atomic.Pointer[sipKey]
	shared  map[int64]*sipKey // of periods whose seed several processes have
}

func newKeyring(secret []byte, random io.Reader) (*keyring, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("risk: secret of %d bytes: give at least %d random ones", len(secret), minSecret)
	}
	if random == nil {
		random = rand.Reader
	}
	return &keyring{secret: append([]byte(nil), secret...), random: random}, nil
}

// at returns the key at now, in milliseconds since 1970.
func (k *keyring) at(now int64) (*sipKey, error) {
	period := now / rotation.Milliseconds()
	if key := k.present.Load(); key != nil && key.period == period {
		return key, nil
	}
	return k.turn(period)
}

func (k *keyring) turn(period int64) (*sipKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.present.Load(); key != nil && key.period == period {
		return key, nil
	}
	key := k.shared[period]
	if key == nil {
		var err error
		if key, err = k.fresh(labelPseudonyms, period); err != nil {
			return nil, err
		}
	}
	k.present.Store(key)
	return key, nil
}

// fresh makes a key of a seed that is forgotten at once.
func (k *keyring) fresh(label string, period int64) (*sipKey, error) {
	var seed [32]byte
	if _, err := io.ReadFull(k.random, seed[:]); err != nil {
		return nil, fmt.Errorf("risk: no randomness for the key of pseudonyms: %w", err)
	}
	defer clear(seed[:])
	return derive(k.secret, seed[:], label, period)
}

// ofSeed makes the key of a period of a seed that rests: of the period, too, so that whoever may write where it rests, and puts one seed there
// again, does not have one key for two periods.
func ofSeed(secret, seed []byte, label string, period int64) (*sipKey, error) {
	return derive(secret, binary.BigEndian.AppendUint64(slices.Clone(seed), uint64(period)), label, period)
}

// derive makes a key of the site's secret, a salt and a label.
func derive(secret, salt []byte, label string, period int64) (*sipKey, error) {
	b, err := hkdf.Key(sha256.New, secret, salt, label, 16)
	if err != nil {
		return nil, fmt.Errorf("risk: derive a key: %w", err)
	}
	return &sipKey{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), period}, nil
}
