package consent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 32

// ErrSecret is returned for a secret that is too short.
var ErrSecret = errors.New("consent: secret is too short: give at least 32 random bytes, such as from `openssl rand -base64 32`")

// Keys is a key ring: the first secret signs and seals, all of them verify and open. From every secret
// one key is derived per use (HKDF, RFC 5869), so that no output of one use serves another. Keys is
// safe for concurrent use and does not print its secrets.
type Keys struct {
	ring []keySet
}

// keySet is what is derived from one secret.
type keySet struct {
	state, proof []byte
	record       cipher.AEAD
	tag          [tagLen]byte // names the set in what it sealed
}

const tagLen = 4

// NewKeys makes a key ring of the current secret and the ones that it replaced. Give every site a secret
// of its own: a choice holds wherever the secret and the purposes are the same. Drop an old secret once
// the longest lifetime of a choice has passed; keep it as long as records that it sealed must be read.
func NewKeys(secret []byte, old ...[]byte) (*Keys, error) {
	k := &Keys{}
	for i, s := range append([][]byte{secret}, old...) {
		if len(s) < MinSecret {
			return nil, fmt.Errorf("%w (secret %d of %d has %d)", ErrSecret, i+1, len(old)+1, len(s))
		}
		set, err := derive(s)
		if err != nil {
			return nil, fmt.Errorf("consent: derive keys: %w", err)
		}
		k.ring = append(k.ring, set)
	}
	return k, nil
}

func derive(secret []byte) (set keySet, err error) {
	key := func(use string) []byte {
		out, e := hkdf.Key(sha256.New, secret, nil, "kelisim/consent/"+use+"/v1", 32)
		err = errors.Join(err, e)
		return out
	}
	set.state, set.proof = key("state"), key("proof")
	copy(set.tag[:], key("tag"))
	record := key("record")
	if err != nil {
		return keySet{}, err
	}
	block, err := aes.NewCipher(record)
	if err != nil {
		return keySet{}, err
	}
	set.record, err = cipher.NewGCMWithRandomNonce(block)
	return set, err
}

// String keeps the secrets out of messages.
func (k *Keys) String() string { return "consent.Keys(redacted)" }

// GoString keeps the secrets out of %#v.
func (k *Keys) GoString() string { return k.String() }

// LogValue keeps the secrets out of logs.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

const macLen = 16 // 128 bits: 22 characters

// sign returns the truncated HMAC-SHA256 of parts, base64url without padding.
func sign(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0}) // parts hold no NUL: the split is unambiguous
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macLen])
}

// signed reports whether mac is what one of the ring's keys makes of parts, in constant time.
func (k *Keys) signed(use func(*keySet) []byte, mac string, parts ...string) bool {
	for i := range k.ring {
		if hmac.Equal([]byte(sign(use(&k.ring[i]), parts...)), []byte(mac)) {
			return true
		}
	}
	return false
}

func stateKey(s *keySet) []byte { return s.state }
func proofKey(s *keySet) []byte { return s.proof }
