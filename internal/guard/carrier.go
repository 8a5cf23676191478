package guard

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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
// which are not in their folder, and which are gone as soon as a process has started. Counts that wait go to the data
// folder. Who was seen today goes to a folder of the machine's memory alone, so that no disk and no backup ever has it;
// where there is none, it is not carried.
type carrier struct {
	logger *slog.Logger
	held   trunk
	seen   trunk
}

// trunk is one kind of what is carried.
type trunk struct {
	dir  string // "" where there is none
	name string // of its files, with the star of a pattern
	seal cipher.AEAD
}

func newCarrier(dir, memory string, secret []byte, logger *slog.Logger) (*carrier, error) {
	held, err := newTrunk(dir, "*.held", secret, "kelisim held rows v1")
	own, absErr := filepath.Abs(dir)
	sum := sha256.Sum256([]byte(own))
	seen, seenErr := newTrunk(memory, "kelisim-"+hex.EncodeToString(sum[:8])+"-*.seen", secret, "kelisim visitors of the day v1")
	return &carrier{logger: logger, held: held, seen: seen}, errors.Join(err, absErr, seenErr)
}

func newTrunk(dir, name string, secret []byte, label string) (trunk, error) {
	t := trunk{dir: dir, name: name}
	key, err := hkdf.Key(sha256.New, secret, nil, label, 32)
	if err != nil {
		return t, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return t, err
	}
	t.seal, err = cipher.NewGCM(block)
	return t, err
}

// save writes what a still holds.
func (c *carrier) save(a *stats.Aggregator) error {
	held, err := a.Snapshot()
	if err != nil {
		return err
	}
	return c.held.put(held)
}

// saveSeen writes who was seen on the days that are open, and nothing where that is nobody.
func (c *carrier) saveSeen(a *visit.Anonymiser) error {
	if c.seen.dir == "" {
		return nil
	}
	seen, err := a.Snapshot()
	if err != nil {
		return err
	}
	return c.seen.put(seen)
}

// put leaves nothing half-written.
func (t *trunk) put(plain []byte) error {
	if len(plain) == 0 {
		return nil
	}
	nonce := make([]byte, t.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails, see crypto/rand
	path := filepath.Join(t.dir, strings.Replace(t.name, "*", strings.ToLower(rand.Text()), 1))
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
	if c.seen.dir == "" {
		return
	}
	c.seen.prune(time.Now())
	c.take(&c.seen, func(seen []byte) error { return a.Restore(seen, now) }, "who was seen today before the restart could not be read; visitors of today may count twice")
}

func (c *carrier) take(t *trunk, use func([]byte) error, otherwise string) {
	paths, _ := filepath.Glob(filepath.Join(t.dir, t.name))
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

// maxCarried is above what is ever carried: see [stats.MaxSnapshot] and [visit.Anonymiser.Snapshot].
const maxCarried = 129 << 20

// readCarried reads a file that a run has left. Others may write to the machine's memory, too: what is no plain file is not
// opened, since a pipe would never end and a link may lead anywhere, and of a file no more is read than is ever carried.
func readCarried(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxCarried {
		return nil, errors.New("guard: not a file that an earlier run has left: remove it")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was read only
	if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(errors.New("guard: a file that an earlier run has left was exchanged"), err)
	}
	return io.ReadAll(io.LimitReader(f, maxCarried))
}

// open removes a file and returns what was in it; nil where another process was first.
func (t *trunk) open(path string) ([]byte, error) {
	sealed, err := readCarried(path)
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
