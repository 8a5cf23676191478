package guard

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// carrier takes what may not leave memory over a graceful restart: in a file that is encrypted under a
// key which is not in its folder, and which is gone as soon as a process has started.
type carrier struct {
	dir    string
	seal   cipher.AEAD
	logger *slog.Logger
}

const carriedExt = ".held"

func newCarrier(dir string, secret []byte, logger *slog.Logger) (*carrier, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "kelisim held rows v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &carrier{dir: dir, seal: seal, logger: logger}, nil
}

// save writes what a still holds. Nothing is left half-written.
func (c *carrier) save(a *stats.Aggregator) error {
	held, err := a.Snapshot()
	if err != nil || len(held) == 0 {
		return err
	}
	nonce := make([]byte, c.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails, see crypto/rand
	path := filepath.Join(c.dir, strings.ToLower(rand.Text())+carriedExt)
	if err := os.WriteFile(path+".new", c.seal.Seal(nonce, nonce, held, nil), 0o600); err != nil {
		return errors.Join(fmt.Errorf("guard: carry over: %w", err), os.Remove(path+".new"))
	}
	return os.Rename(path+".new", path)
}

// restore takes what earlier runs carried over. Each file is removed before it is used, so that it is
// never used twice; what cannot be read stays "other".
func (c *carrier) restore(a *stats.Aggregator) {
	paths, _ := filepath.Glob(filepath.Join(c.dir, "*"+carriedExt))
	for _, path := range paths {
		if err := c.take(path, a); err != nil {
			c.logger.Warn("what an earlier run held in memory could not be read; it is counted under other", "error", err)
		}
	}
}

func (c *carrier) take(path string, a *stats.Aggregator) error {
	sealed, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if gone := os.Remove(path); errors.Is(gone, fs.ErrNotExist) { // there was none, or another process was first
		return nil
	} else if gone != nil {
		return gone // what cannot be removed would be counted again at the next start
	}
	n := c.seal.NonceSize()
	if len(sealed) < n {
		return errors.New("guard: the file is too short")
	}
	held, err := c.seal.Open(nil, sealed[:n], sealed[n:], nil)
	if err != nil {
		return errors.New("guard: the file was sealed under another secret")
	}
	return a.Restore(held)
}
