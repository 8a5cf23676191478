package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"
)

// account is one person who may sign in, as the store keeps it.
type account struct {
	Name    string    `json:"name"`
	Role    string    `json:"role"` // "owner": everything
	Hash    string    `json:"hash"` // PHC string
	Created time.Time `json:"created"`
}

const (
	accountPrefix = "account/"
	nameMax       = 64
)

var (
	errName   = errors.New("account.name") // a key of the locales
	errExists = errors.New("server: the account exists")
)

// cleanName returns name as it is compared: trimmed, lower case.
func cleanName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func checkName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > nameMax || clean(name, nameMax*4) != name {
		return errName
	}
	return nil
}

// accountKey is where the account of a name rests; it hides nothing, it only bounds the key.
func accountKey(name string) string {
	sum := sha256.Sum256([]byte(cleanName(name)))
	return accountPrefix + hex.EncodeToString(sum[:16])
}

// accounts keeps them in [Documents].
type accounts struct{ docs Documents }

// Any reports whether there is at least one account.
func (a accounts) Any(ctx context.Context) (bool, error) {
	keys, err := a.docs.Keys(ctx, accountPrefix)
	if err != nil {
		return false, fmt.Errorf("server: cannot list accounts: %w", err)
	}
	return len(keys) > 0, nil
}

// Find returns the account of name; ok is false where there is none.
func (a accounts) Find(ctx context.Context, name string) (acc account, ok bool, err error) {
	data, err := a.docs.Get(ctx, accountKey(name))
	if errors.Is(err, fs.ErrNotExist) {
		return account{}, false, nil
	}
	if err != nil {
		return account{}, false, fmt.Errorf("server: cannot read an account: %w", err)
	}
	if err := json.Unmarshal(data, &acc); err != nil {
		return account{}, false, fmt.Errorf("server: an account is damaged: %w", err)
	}
	return acc, true, nil
}

// Create keeps a new account, or returns errExists.
func (a accounts) Create(ctx context.Context, acc account) error {
	data, err := json.Marshal(acc)
	if err != nil {
		return err
	}
	ok, err := a.docs.Swap(ctx, accountKey(acc.Name), nil, data)
	switch {
	case err != nil:
		return fmt.Errorf("server: cannot keep the account: %w", err)
	case !ok:
		return errExists
	}
	return nil
}
