package server

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Parameters of argon2id as the OWASP Password Storage Cheat Sheet recommends them.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32

	// hashing is the number of passwords hashed at a time: it bounds memory at 19 MiB each.
	hashing = 2

	passwordMin = 12
	passwordMax = 128
)

// Faults of a password; the text of each is a key of the locales.
var (
	errShort = errors.New("password.short")
	errLong  = errors.New("password.long")
	errPlain = errors.New("password.plain")
)

// hasher makes and checks argon2id hashes, a few at a time.
type hasher struct {
	slots chan struct{}
	rand  io.Reader
	dummy string // checked in place of an account that does not exist
}

func newHasher(rand io.Reader) (*hasher, error) {
	h := &hasher{slots: make(chan struct{}, hashing), rand: rand}
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return nil, fmt.Errorf("server: no randomness: %w", err)
	}
	h.dummy = encode(salt, make([]byte, argonKey))
	return h, nil
}

// Hash returns the PHC string of password.
func (h *hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return "", fmt.Errorf("server: no randomness: %w", err)
	}
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encode(salt, key), nil
}

// Check reports whether password is the one behind phc. An empty phc costs as much and is never right.
func (h *hasher) Check(ctx context.Context, password, phc string) (bool, error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	salt, want, err := decode(phc)
	if err != nil {
		return false, err
	}
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1 && known, nil
}

// key waits for a slot as long as ctx allows.
func (h *hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

const phcHead = "$argon2id$v=19$m=19456,t=2,p=1$"

func encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return phcHead + b.EncodeToString(salt) + "$" + b.EncodeToString(key)
}

func decode(phc string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(phc, phcHead)
	first, second, found := strings.Cut(rest, "$")
	if !ok || !found {
		return nil, nil, errors.New("server: a stored password hash is not of this program's making")
	}
	salt, err = base64.RawStdEncoding.DecodeString(first)
	if err == nil {
		key, err = base64.RawStdEncoding.DecodeString(second)
	}
	return salt, key, err
}

// checkPassword says what is wrong with a new password, or nil. There are no rules of composition
// (NIST SP 800-63B, 3.1.1.2), only of length and against the plainest guesses.
func checkPassword(password, name string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < passwordMin:
		return errShort
	case n > passwordMax || len(password) > 4*passwordMax:
		return errLong
	case plain(password) || (name != "" && strings.Contains(strings.ToLower(password), strings.ToLower(name)) && n < passwordMin+utf8.RuneCountInString(name)):
		return errPlain
	}
	return nil
}

// plain reports whether s is a run of characters that all lie the same step apart ("aaaa…", "1234…").
func plain(s string) bool {
	runes := []rune(s)
	step := runes[1] - runes[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 1; i < len(runes); i++ {
		if d := runes[i] - runes[i-1]; d != step && (d != -9 || step != 1) {
			return false
		}
	}
	return true
}
