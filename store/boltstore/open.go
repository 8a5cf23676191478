package boltstore

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/kelisim/kelisim/store/internal/intake"
)

// Options says how to open a file. The zero Options but for Site is useful.
type Options struct {
	// Site is the name of the site: letters, digits, dots, dashes and underscores, at most 64.
	// Required. Several sites may use one file, one after the other.
	Site string
	// LockTimeout is how long to wait for another process to let go of the file. Default: 1 s.
	LockTimeout time.Duration
	// MaxBytes refuses to let the file grow larger. Default: no limit.
	MaxBytes int64
	// Logger gets what is worth knowing and no error. Default: none.
	Logger *slog.Logger
}

// growth is by how much the file grows at a time, bytes: bbolt's 16 MiB are more than most sites need.
const growth = 1 << 20

// format is the layout that this package reads and writes. One of formatBefore, which knows no months, becomes one of it.
const (
	format       = "kelisim 3"
	formatBefore = "kelisim 2"
)

var (
	bucketMeta   = []byte("kelisim")
	keyFormat    = []byte("format")
	keyScrub     = []byte("scrub") // present while freed pages may still hold what was deleted
	bucketQueue  = []byte("q")     // instance → sequence, mark
	bucketDays   = []byte("y")     // day → open or closed
	bucketTotals = []byte("t")     // day, hour → counts
	bucketNames  = []byte("n")     // dimension, day, block → up to 256 values
	bucketCounts = []byte("d")     // dimension, day, block → their counts
	bucketPacked = []byte("z")     // dimension, day, piece → closed rows
	bucketSums   = []byte("m")     // dimension, first day of a month, piece → values of packed days and their sums
	bucketCells  = []byte("v")     // dimension, first day of a month, piece → what they counted on each day
	bucketFolds  = []byte("f")     // day → folds
	bucketLedger = []byte("l")     // position → id, leaf, sealed
	bucketIDs    = []byte("e")     // id → position
	bucketSheets = []byte("w")     // name → sheet of the ledger's log
	bucketDocs   = []byte("a")     // key → document
)

// Open opens the database at path, creating it (and its folder) if there is none. Only the owner of the
// process may read the file. The error says what to do: another process has the file open, it is
// damaged, it cannot be written.
func Open(path string, o Options) (*Store, error) {
	if err := intake.Site(o.Site); err != nil {
		return nil, fmt.Errorf("boltstore: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("boltstore: cannot create the folder of the database: %w", err)
	}
	s := &Store{path: path, site: []byte("site:" + o.Site)}
	if err := s.open(o); err != nil {
		s.abandon()
		return nil, explain(path, err)
	}
	return s, nil
}

func (s *Store) open(o Options) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, p)
		}
	}()
	s.db, err = bbolt.Open(s.path, 0o600, &bbolt.Options{
		Timeout:      cmp.Or(o.LockTimeout, time.Second),
		FreelistType: bbolt.FreelistMapType,
		MaxSize:      int(o.MaxBytes),
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, perm)
			if err == nil {
				s.file, err = f, restrict(f)
			}
			return f, err
		},
	})
	if err != nil {
		return err
	}
	s.db.AllocSize = growth
	if err := s.whole(); err != nil {
		return err
	}
	scrub, err := s.prepare()
	if err != nil || !scrub {
		return err
	}
	return s.scrub()
}

// restrict takes from others the right to read a file that had it.
func restrict(f *os.File) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return f.Chmod(0o600)
}

// abandon lets go of a file that could not be opened; the error that led to it is the one that matters.
func (s *Store) abandon() {
	if s.db != nil {
		_ = s.db.Close()
	} else if s.file != nil {
		_ = s.file.Close() // where bbolt panicked on it; its lock stays with its mapping until the process ends
	}
}

// whole finds out whether the file is as long as the database says: bbolt maps it into memory, where
// what is missing is a fault.
func (s *Store) whole() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("%w: %d bytes are missing", ErrCorrupt, tx.Size()-info.Size())
		}
		return nil
	})
}

// prepare creates what a new database lacks. It writes nothing to one that is complete.
func (s *Store) prepare() (scrub bool, err error) {
	complete := false
	err = s.db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			if k, _ := tx.Cursor().First(); k != nil {
				return ErrCorrupt // somebody else's database
			}
			return nil
		}
		got := string(meta.Get(keyFormat))
		if got != format && got != formatBefore {
			return fmt.Errorf("boltstore: the database is of format %q, this program reads %q: use the version of Kelisim that wrote it", got, format)
		}
		scrub = meta.Get(keyScrub) != nil
		site := tx.Bucket(s.site)
		complete = site != nil && site.Bucket(bucketCells) != nil && got == format
		return nil
	})
	if err != nil || complete {
		return scrub, err
	}
	return scrub, s.db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucketIfNotExists(bucketMeta)
		if err != nil {
			return err
		}
		site, err := tx.CreateBucketIfNotExists(s.site)
		if err != nil {
			return err
		}
		for _, name := range [][]byte{bucketQueue, bucketDays, bucketTotals, bucketNames, bucketCounts, bucketPacked, bucketSums, bucketCells, bucketFolds, bucketLedger, bucketIDs, bucketSheets, bucketDocs} {
			if _, err := site.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return meta.Put(keyFormat, []byte(format))
	})
}

// explain says what to do about an error of Open.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("boltstore: another process has %s open: stop it, or give this one another data folder (one process per file)", path)
	case strings.Contains(err.Error(), "file size too small"), // has no name in bbolt
		errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrIncompatibleValue):
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("boltstore: %s cannot be written: give the user of this process the right to, or use another data folder: %w", path, err)
	case errors.Is(err, ErrCorrupt):
		return fmt.Errorf("%w: %s", err, path)
	default:
		return fmt.Errorf("boltstore: cannot open %s: %w", path, err)
	}
}
