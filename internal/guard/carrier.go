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
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// carrier takes what may not leave memory over a graceful restart: in files that are encrypted under keys
// which are not in their folder, and which are gone as soon as a process has started.
type carrier struct {
	dir    string
	logger *slog.Logger
	held   trunk // counts that wait
	seen   trunk // who was seen today, and the visits that are open
}

// trunk is one kind of what is carried.
type trunk struct {
	ext  string
	seal cipher.AEAD
}

func newCarrier(dir string, secret []byte, logger *slog.Logger) (*carrier, error) {
	held, err := newTrunk(".held", secret, "kelisim held rows v1")
	seen, seenErr := newTrunk(".seen", secret, "kelisim visitors of the day v1")
	return &carrier{dir: dir, logger: logger, held: held, seen: seen}, errors.Join(err, seenErr)
}

func newTrunk(ext string, secret []byte, label string) (t trunk, err error) {
	key, err := hkdf.Key(sha256.New, secret, nil, label, 32)
	if err != nil {
		return t, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return t, err
	}
	t.ext = ext
	t.seal, err = cipher.NewGCM(block)
	return t, err
}

// save writes what a still holds.
func (c *carrier) save(a *stats.Aggregator) error {
	held, err := a.Snapshot()
	if err != nil {
		return err
	}
	return c.put(&c.held, held)
}

// saveSeen writes who was seen on the days that are open, and nothing where that is nobody.
func (c *carrier) saveSeen(a *visit.Anonymiser) error {
	seen, err := a.Snapshot()
	if err != nil {
		return err
	}
	return c.put(&c.seen, seen)
}

// put leaves nothing half-written.
func (c *carrier) put(t *trunk, plain []byte) error {
	if len(plain) == 0 {
		return nil
	}
	nonce := make([]byte, t.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails, see crypto/rand
	path := filepath.Join(c.dir, strings.ToLower(rand.Text())+t.ext)
	if err := os.WriteFile(path+".new", t.seal.Seal(nonce, nonce, plain, nil), 0o600); err != nil {
		return errors.Join(fmt.Errorf("guard: carry over: %w", err), os.Remove(path+".new"))
	}
	return os.Rename(path+".new", path)
}

// restore takes what earlier runs carried over. Each file is removed before it is used, so that it is
// never used twice; what cannot be read stays "other".
func (c *carrier) restore(a *stats.Aggregator) {
	c.take(&c.held, a.Restore, "what an earlier run held in memory could not be read; it is counted under other")
}

// restoreSeen takes who earlier runs have seen today.
func (c *carrier) restoreSeen(a *visit.Anonymiser, now time.Time) {
	c.take(&c.seen, func(seen []byte) error { return a.Restore(seen, now) }, "who was seen today before the restart could not be read; visitors of today may count twice")
}

func (c *carrier) take(t *trunk, use func([]byte) error, otherwise string) {
	paths, _ := filepath.Glob(filepath.Join(c.dir, "*"+t.ext))
	for _, path := range paths {
		plain, err := t.open(path)
		if err == nil && plain != nil {
			err = use(plain)
		}
		if err != nil {
			c.logger.Warn(otherwise, "error", err)
		}
	}
}

// open removes a file and returns what was in it; nil where another process was first.
func (t *trunk) open(path string) ([]byte, error) {
	sealed, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if gone := os.Remove(path); errors.Is(gone, fs.ErrNotExist) {
		return nil, nil
	} else if gone != nil {
		return nil, gone // what cannot be removed would be counted again at the next start
	}
	n := t.seal.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("guard: the file is too short")
	}
	plain, err := t.seal.Open(nil, sealed[:n], sealed[n:], nil)
	if err != nil {
		return nil, errors.New("guard: the file was sealed under another secret")
	}
	return plain, nil
}
