package consent

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrProof is returned for a proof cookie that proves nothing.
var ErrProof = errors.New("consent: the proof is not signed by a key of the ring")

// idLen is the length of an id: 128 bits, base64url without padding.
const idLen = 22

// NewID returns a random id for a [Record], from random (crypto/rand.Reader in production).
func NewID(random io.Reader) (string, error) {
	var raw [16]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("consent: random id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}

// ValidID reports whether s has the form of an id.
func ValidID(s string) bool {
	if len(s) != idLen {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil
}

// SealProof returns the value of the cookie [ProofCookie] for the record of the given id. The signature
// is what makes it a proof: ids rest in stores, and whoever copies a store must not become its subjects.
func (k *Keys) SealProof(id string) string {
	return id + "." + sign(k.ring[0].proof, ProofCookie, id)
}

// OpenProof returns the id of the record that a proof cookie proves, or [ErrProof].
func (k *Keys) OpenProof(value string) (id string, err error) {
	id, mac, _ := strings.Cut(value, ".")
	if !ValidID(id) || !k.signed(proofKey, mac, ProofCookie, id) {
		return "", ErrProof
	}
	return id, nil
}
