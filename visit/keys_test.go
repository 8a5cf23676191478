package visit_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

var secret = bytes.Repeat([]byte{7}, 32)

// ones is a source of randomness that never changes.
type ones struct{}

func (ones) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 1
	}
	return len(p), nil
}

type noRandomness struct{}

func (noRandomness) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func keyOf(t testing.TB, k *visit.Keys, day visit.Day, addr, ua string) visit.Key {
	t.Helper()
	key, err := k.Key(day, netip.MustParseAddr(addr), ua)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeysTellVisitorsApart(t *testing.T) {
	k, err := visit.NewKeys(secret, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	base := keyOf(t, k, 1, "198.51.100.7", "A")
	if base.IsZero() || base != keyOf(t, k, 1, "198.51.100.7", "A") {
		t.Error("one visitor has one key a day")
	}
	for _, other := range []visit.Key{keyOf(t, k, 1, "198.51.100.8", "A"), keyOf(t, k, 1, "198.51.100.7", "B"), keyOf(t, k, 2, "198.51.100.7", "A")} {
		if other == base {
			t.Error("another address, user agent or day must give another key")
		}
	}
	if base != keyOf(t, k, 1, "::ffff:198.51.100.7", "A") {
		t.Error("an address has one key however it is written")
	}
}

// TestKeysNeedSecretAndSeed: neither the site secret nor the seed of the day alone gives a key back.
func TestKeysNeedSecretAndSeed(t *testing.T) {
	keyFrom := func(secret []byte, random io.Reader) visit.Key {
		k, err := visit.NewKeys(secret, random, 0)
		if err != nil {
			t.Fatal(err)
		}
		return keyOf(t, k, 1, "198.51.100.7", "A")
	}
	same := keyFrom(secret, ones{})
	if same != keyFrom(secret, ones{}) {
		t.Error("secret and seed determine the key")
	}
	if same == keyFrom(bytes.Repeat([]byte{8}, 32), ones{}) || same == keyFrom(secret, nil) {
		t.Error("another secret or another seed must give another key")
	}
}

func TestKeysDieWithTheirDay(t *testing.T) {
	k, _ := visit.NewKeys(secret, nil, 0)
	addr := netip.MustParseAddr("198.51.100.7")
	before := keyOf(t, k, 1, "198.51.100.7", "A")
	k.Drop(1)
	if _, alive := k.Peek(1, addr, "A"); alive {
		t.Error("a dropped day must be gone")
	}
	if before == keyOf(t, k, 1, "198.51.100.7", "A") {
		t.Error("a day that comes back must have a new seed")
	}
	keyOf(t, k, 2, "198.51.100.7", "A")
	keyOf(t, k, 3, "198.51.100.7", "A")
	if days := k.Days(); !slices.Equal(days, []visit.Day{3, 2}) {
		t.Errorf("living days %v, want the last two", days)
	}
}

func TestNewKeysRefuses(t *testing.T) {
	if _, err := visit.NewKeys(secret[:31], nil, 0); err == nil {
		t.Error("a secret of 31 bytes is too short")
	}
	k, err := visit.NewKeys(secret, noRandomness{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Key(1, netip.Addr{}, ""); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("without randomness there is no key: %v", err)
	}
}

func TestKeysConcurrently(t *testing.T) {
	k, _ := visit.NewKeys(secret, nil, 0)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				if key := keyOf(t, k, visit.Day(i%5), "198.51.100.7", "A"); key.IsZero() {
					t.Error("zero key")
				}
				if g == 0 {
					k.Drop(visit.Day(i % 5))
				}
			}
		})
	}
	wg.Wait()
}
