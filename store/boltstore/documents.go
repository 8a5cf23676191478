package boltstore

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/store/internal/intake"
)

// Get returns the document under key, or an error that is [fs.ErrNotExist].
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	return s.get(ctx, "get", bucketDocs, key)
}

// Swap replaces the document under key if it is old, and says whether it was. A nil old means that there
// must be none, a nil new deletes it: its bytes are then overwritten in the file as well.
func (s *Store) Swap(ctx context.Context, key string, old, new []byte) (bool, error) {
	return s.swap(ctx, "swap", bucketDocs, key, old, new)
}

// Keys returns the keys that begin with prefix, in order.
func (s *Store) Keys(ctx context.Context, prefix string) ([]string, error) {
	return s.keys(ctx, "keys", bucketDocs, prefix)
}

func (s *Store) get(ctx context.Context, what string, bucket []byte, key string) (doc []byte, err error) {
	err = s.view(ctx, what, func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		v := site.Bucket(bucket).Get([]byte(key))
		if v == nil {
			return fmt.Errorf("%q: %w", key, fs.ErrNotExist)
		}
		doc = append([]byte{}, v...)
		return nil
	})
	return doc, err
}

func (s *Store) swap(ctx context.Context, what string, bucket []byte, key string, old, new []byte) (swapped bool, err error) {
	if err := intake.Key(key, new); err != nil {
		return false, fmt.Errorf("boltstore: %s: %w", what, err)
	}
	scrub := false
	err = s.update(ctx, what, func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		docs := site.Bucket(bucket)
		held := docs.Get([]byte(key))
		if swapped = (held == nil) == (old == nil) && bytes.Equal(held, old); !swapped {
			return nil
		}
		if new != nil {
			return docs.Put([]byte(key), new)
		}
		if scrub = held != nil; !scrub {
			return nil
		}
		if err := docs.Delete([]byte(key)); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyScrub, []byte{1})
	})
	if err != nil {
		return false, err
	}
	if scrub {
		err = s.scrub()
	}
	return swapped, err
}

func (s *Store) keys(ctx context.Context, what string, bucket []byte, prefix string) (keys []string, err error) {
	err = s.view(ctx, what, func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		for k := range prefixed(site.Bucket(bucket), []byte(prefix)) {
			keys = append(keys, string(k))
		}
		return nil
	})
	return keys, err
}
