package visit

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/dchest/siphash"
)

// Key tells the visitors of one day apart. It means nothing on any other day, and nothing at all once
// the seed of its day is gone. It is kept in memory only.
type Key [2]uint64

// IsZero reports the key of no visitor.
func (k Key) IsZero() bool { return k == Key{} }

// Keys makes day keys: SipHash-2-4-128 over address and user agent, under a key derived by HKDF from
// the site's secret and a random seed of the day. Secret and seed are both needed to recompute a key;
// the seed is in memory only and is overwritten when its day is dropped. At most two days live at a
// time unless more are asked for: a further one drops the day begun first, and a day that comes
// back gets a new seed. Keys that adopted the same [Seed] under the same secret are the same. Keys is safe for
// concurrent use.
type Keys struct {
	secret []byte
	random io.Reader
	days   int

	mu     sync.Mutex
	living atomic.Pointer[[]*dayKey] // most recently begun first; replaced, never changed
	ahead  map[Day]Seed              // of days not begun
}

// dayKey is the key of one day. Once erased its halves are zero: whoever was reading them sees erased
// afterwards and starts again.
type dayKey struct {
	day    Day
	seed   Seed
	k0, k1 atomic.Uint64
	erased atomic.Bool
}

// minSecret is the least length of a site secret in bytes.
const minSecret = 32

// NewKeys makes Keys of a site secret of at least 32 bytes. A nil random is crypto/rand; days below 2
// are 2.
func NewKeys(secret []byte, random io.Reader, days int) (*Keys, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("visit: secret of %d bytes: give at least %d random ones", len(secret), minSecret)
	}
	if random == nil {
		random = rand.Reader
	}
	return &Keys{secret: append([]byte(nil), secret...), random: random, days: max(days, 2)}, nil
}

// Key returns the key of a visitor on day. It fails only when no randomness can be had for a new day.
func (k *Keys) Key(day Day, addr netip.Addr, userAgent string) (Key, error) {
	for {
		d := k.find(day)
		if d == nil {
			var err error
			if d, err = k.begin(day); err != nil {
				return Key{}, err
			}
		}
		if key := d.key(addr, userAgent); !d.erased.Load() {
			return key, nil
		}
	}
}

// Peek is Key for a day that is alive; false otherwise. It begins no day.
func (k *Keys) Peek(day Day, addr netip.Addr, userAgent string) (Key, bool) {
	d := k.find(day)
	if d == nil {
		return Key{}, false
	}
	key := d.key(addr, userAgent)
	return key, !d.erased.Load()
}

func (d *dayKey) key(addr netip.Addr, userAgent string) Key {
	var message [16 + maxPersonal]byte
	bytes := addr.As16()
	copy(message[:16], bytes[:])
	n := copy(message[16:], userAgent)
	a, b := siphash.Hash128(d.k0.Load(), d.k1.Load(), message[:16+n])
	return Key{a, b}
}

func (k *Keys) find(day Day) *dayKey {
	if living := k.living.Load(); living != nil {
		for _, d := range *living {
			if d.day == day {
				return d
			}
		}
	}
	return nil
}

func (k *Keys) begin(day Day) (*dayKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d := k.find(day); d != nil {
		return d, nil
	}
	seed, ok := k.ahead[day]
	if !ok {
		var err error
		if seed, err = k.draw(day, unborn); err != nil {
			return nil, err
		}
	}
	d, err := k.derive(seed)
	if err != nil {
		return nil, err
	}
	delete(k.ahead, day)
	living := []*dayKey{d}
	if old := k.living.Load(); old != nil {
		living = append(living, *old...)
	}
	gone := living[min(len(living), k.days):]
	living = living[:len(living)-len(gone)]
	k.living.Store(&living)
	for _, old := range gone {
		old.erase()
	}
	return d, nil
}

// Drop erases the seed and key of day.
func (k *Keys) Drop(day Day) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.ahead, day)
	old := k.living.Load()
	if old == nil {
		return
	}
	var gone *dayKey
	living := make([]*dayKey, 0, len(*old))
	for _, d := range *old {
		if d.day == day {
			gone = d
			continue
		}
		living = append(living, d)
	}
	k.living.Store(&living)
	if gone != nil {
		gone.erase()
	}
}

// Days returns the living days.
func (k *Keys) Days() []Day {
	living := k.living.Load()
	if living == nil {
		return nil
	}
	days := make([]Day, 0, len(*living))
	for _, d := range *living {
		days = append(days, d.day)
	}
	return days
}

func (d *dayKey) erase() {
	d.erased.Store(true)
	d.k0.Store(0)
	d.k1.Store(0)
	clear(d.seed.Value[:]) // read and cleared under the lock of Keys
}
