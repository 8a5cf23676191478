package ledger

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// Keys sign the heads of one log, and verify them. It is safe for concurrent use and does not print its secret.
type Keys struct {
	origin string
	signer note.Signer
	texts  []string // verifier keys, the present one first
	known  note.Verifiers
}

// NewKeys derives the keys of the log of the given origin from the site's secret and the ones that it
// replaced: the first signs, all verify. For the origin see [Origin].
func NewKeys(origin string, secret []byte, old ...[]byte) (*Keys, error) {
	if Origin(origin) != origin {
		return nil, fmt.Errorf("ledger: origin %q: want one that Origin makes", origin)
	}
	k := &Keys{origin: origin}
	for i, s := range append([][]byte{secret}, old...) {
		seed, err := hkdf.Key(sha256.New, s, nil, "kelisim/ledger/sign/v1\x00"+origin, ed25519.SeedSize)
		if err != nil {
			return nil, fmt.Errorf("ledger: derive a key: %w", err)
		}
		text, err := note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
		if err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		k.texts = append(k.texts, text)
		if i > 0 {
			continue
		}
		hash := strings.Split(strings.TrimPrefix(text, origin+"+"), "+")[0]
		private := "PRIVATE+KEY+" + origin + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
		if k.signer, err = note.NewSigner(private); err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
	}
	var err error
	k.known, err = Verifiers(k.texts...)
	return k, err
}

// Origin makes the name of a site's log out of a domain or another name of the site: what may not be in a
// key's name is replaced by "-".
func Origin(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '-'
		}
		return r
	}, strings.TrimSpace(name))
}

// Origin returns the name of the log.
func (k *Keys) Origin() string { return k.origin }

// Public returns the verifier keys, the present one first: name, hash and key, as package note has it.
func (k *Keys) Public() []string { return append([]string(nil), k.texts...) }

// Verifiers returns what verifies the heads of the log.
func (k *Keys) Verifiers() note.Verifiers { return k.known }

// String keeps the secret out of messages.
func (k *Keys) String() string { return "ledger.Keys(" + k.origin + ")" }

// GoString keeps the secret out of %#v.
func (k *Keys) GoString() string { return k.String() }

// Verifiers reads verifier keys, such as [Keys.Public] returns them.
func Verifiers(keys ...string) (note.Verifiers, error) {
	var list []note.Verifier
	for _, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return nil, fmt.Errorf("ledger: %.80q is no verifier key: want the one that is published under ledger/key", key)
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}
