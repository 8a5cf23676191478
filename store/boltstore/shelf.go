package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/risk"
)

// bucketShelf holds key → end (8 bytes, milliseconds since 1970) and document, of package risk alone.
var bucketShelf = []byte("r")

// Shelf is the shelf of package risk in the file of a [Store]: a bucket of its own, which nothing else reads.
type Shelf struct {
	store *Store
	now   func() time.Time
}

var _ risk.Shelf = (*Shelf)(nil)

// Shelf returns the shelf of package risk. Nil for now is the system's clock.
func (s *Store) Shelf(now func() time.Time) *Shelf {
	if now == nil {
		now = time.Now
	}
	return &Shelf{s, now}
}

// living returns the document within v, unless it is over.
func (s *Shelf) living(v []byte) ([]byte, bool) {
	if len(v) < 8 || int64(binary.BigEndian.Uint64(v)) <= s.now().UnixMilli() {
		return nil, false
	}
	return append([]byte{}, v[8:]...), true
}

// Get implements [risk.Shelf].
func (s *Shelf) Get(ctx context.Context, key string) (document []byte, err error) {
	err = s.store.view(ctx, "get", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		if shelf := site.Bucket(bucketShelf); shelf != nil {
			if found, ok := s.living(shelf.Get([]byte(key))); ok {
				document = found
				return nil
			}
		}
		return fmt.Errorf("%q: %w", key, fs.ErrNotExist)
	})
	return document, err
}

// Put implements [risk.Shelf].
func (s *Shelf) Put(ctx context.Context, key string, document []byte, ends time.Time) error {
	_, err := s.put(ctx, key, document, ends, true)
	return err
}

// Add implements [risk.Shelf].
func (s *Shelf) Add(ctx context.Context, key string, document []byte, ends time.Time) ([]byte, error) {
	return s.put(ctx, key, document, ends, false)
}

func (s *Shelf) put(ctx context.Context, key string, document []byte, ends time.Time, over bool) (kept []byte, err error) {
	if err := risk.CheckShelf(key, document); err != nil {
		return nil, fmt.Errorf("boltstore: shelf: %w", err)
	}
	err = s.store.update(ctx, "shelf", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		shelf, err := site.CreateBucketIfNotExists(bucketShelf) // a database of an earlier version has none
		if err != nil {
			return err
		}
		if found, ok := s.living(shelf.Get([]byte(key))); ok && !over {
			kept = found
			return nil
		}
		kept = document
		return shelf.Put([]byte(key), append(binary.BigEndian.AppendUint64(nil, uint64(ends.UnixMilli())), document...))
	})
	return kept, err
}

// errAsItIs keeps a transaction that changes nothing from being written.
var errAsItIs = errors.New("as it is")

// Change implements [risk.Shelf].
func (s *Shelf) Change(ctx context.Context, key string, f func([]byte) ([]byte, time.Time, bool)) error {
	err := s.store.update(ctx, "shelf", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		shelf, err := site.CreateBucketIfNotExists(bucketShelf)
		if err != nil {
			return err
		}
		before, _ := s.living(shelf.Get([]byte(key)))
		document, ends, ok := f(before)
		switch {
		case !ok || document == nil && before == nil:
			return errAsItIs
		case document == nil:
			if err := shelf.Delete([]byte(key)); err != nil {
				return err
			}
		default:
			if err := risk.CheckShelf(key, document); err != nil {
				return err
			}
			if err := shelf.Put([]byte(key), append(binary.BigEndian.AppendUint64(nil, uint64(ends.UnixMilli())), document...)); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keyScrub, []byte{1})
	})
	if errors.Is(err, errAsItIs) {
		return nil
	}
	return err
}

// Remove implements [risk.Shelf]. The bytes are overwritten by the next Sweep.
func (s *Shelf) Remove(ctx context.Context, key string) error {
	return s.store.update(ctx, "shelf", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		shelf := site.Bucket(bucketShelf)
		if shelf == nil || shelf.Get([]byte(key)) == nil {
			return nil
		}
		if err := shelf.Delete([]byte(key)); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyScrub, []byte{1})
	})
}

// List implements [risk.Shelf].
func (s *Shelf) List(ctx context.Context, prefix string, f func(key string, document []byte)) error {
	return s.store.view(ctx, "list", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		shelf := site.Bucket(bucketShelf)
		if shelf == nil {
			return nil
		}
		for k, v := range prefixed(shelf, []byte(prefix)) {
			if document, ok := s.living(v); ok {
				f(string(k), document)
			}
		}
		return nil
	})
}

// Sweep implements [risk.Shelf]: what is over, or was removed, is overwritten in the file.
func (s *Shelf) Sweep(ctx context.Context) error {
	dirty := false
	err := s.store.update(ctx, "shelf", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		shelf := site.Bucket(bucketShelf)
		if shelf == nil {
			return nil
		}
		var over [][]byte
		for k, v := range prefixed(shelf, nil) {
			if _, ok := s.living(v); !ok {
				over = append(over, append([]byte{}, k...))
			}
		}
		for _, k := range over {
			if err := shelf.Delete(k); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		dirty = len(over) > 0 || meta.Get(keyScrub) != nil
		if len(over) == 0 {
			return nil
		}
		return meta.Put(keyScrub, []byte{1})
	})
	if err != nil || !dirty {
		return err
	}
	return s.store.scrub()
}
