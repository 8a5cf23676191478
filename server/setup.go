package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

const (
	setupKey  = "setup"
	setupLife = 24 * time.Hour
)

// invitation is the set-up token at rest: its hash only.
type invitation struct {
	Hash    string    `json:"hash"` // hex SHA-256
	Expires time.Time `json:"expires"`
}

var errInvitation = errors.New("server: the set-up link is not valid")

// SetupLink returns a link that makes the first account, "" where there is one already. base is the
// site's address ("http://127.0.0.1:8080"). The link works once, for a day; asking again voids the
// one before. It is as good as the password: print it where only the operator reads.
func (s *Server) SetupLink(ctx context.Context, base string) (string, error) {
	exists, err := s.accounts.Any(ctx)
	if err != nil || exists {
		return "", err
	}
	raw := make([]byte, 24)
	if _, err := io.ReadFull(s.cfg.Rand, raw); err != nil {
		return "", fmt.Errorf("server: no randomness: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	doc, err := json.Marshal(invitation{Hash: hashToken(token), Expires: s.cfg.Now().Add(setupLife).UTC()})
	if err != nil {
		return "", err
	}
	if err := s.replace(ctx, setupKey, doc); err != nil {
		return "", fmt.Errorf("server: cannot keep the set-up token: %w", err)
	}
	return strings.TrimSuffix(base, "/") + s.cfg.Prefix + "/setup?token=" + token, nil
}

// replace puts doc under key, whatever is there.
func (s *Server) replace(ctx context.Context, key string, doc []byte) error {
	for range 8 {
		old, err := s.cfg.Documents.Get(ctx, key)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		ok, err := s.cfg.Documents.Swap(ctx, key, old, doc)
		if ok || err != nil {
			return err
		}
	}
	return errors.New("server: others keep writing the same document")
}

// invited returns the invitation as stored if token is its token and still good.
func (s *Server) invited(ctx context.Context, token string) ([]byte, error) {
	doc, err := s.cfg.Documents.Get(ctx, setupKey)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errInvitation
	}
	if err != nil {
		return nil, err
	}
	var inv invitation
	if err := json.Unmarshal(doc, &inv); err != nil {
		return nil, fmt.Errorf("server: the set-up token is damaged: %w", err)
	}
	right := subtle.ConstantTimeCompare([]byte(hashToken(token)), []byte(inv.Hash)) == 1
	if !right || !s.cfg.Now().Before(inv.Expires) {
		return nil, errInvitation
	}
	return doc, nil
}

// redeem uses token up and makes the first account.
func (s *Server) redeem(ctx context.Context, token string, acc account) error {
	doc, err := s.invited(ctx, token)
	if err != nil {
		return err
	}
	if exists, err := s.accounts.Any(ctx); err != nil || exists {
		return errors.Join(err, errInvitation)
	}
	won, err := s.cfg.Documents.Swap(ctx, setupKey, doc, nil)
	switch {
	case err != nil:
		return err
	case !won:
		return errInvitation
	}
	return s.accounts.Create(ctx, acc)
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
