package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/store/internal/intake"
	"github.com/redis/go-redis/v9"
)

// Get returns the document under key, or an error that is [fs.ErrNotExist].
func (s *Store) Get(ctx context.Context, key string) (doc []byte, err error) {
	err = s.call(ctx, "get", func(ctx context.Context) error {
		doc, err = s.admin.HGet(ctx, s.a+"d", key).Bytes()
		if errors.Is(err, redis.Nil) {
			return fmt.Errorf("%q: %w", key, fs.ErrNotExist)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// Swap replaces the document under key if it is old, and says whether it was. A nil old means that there
// must be none, a nil new deletes it. After an error, whether it was replaced is not known: Get tells.
func (s *Store) Swap(ctx context.Context, key string, old, new []byte) (swapped bool, err error) {
	if err := intake.Key(key, new); err != nil {
		return false, fmt.Errorf("redisstore: swap: %w", err)
	}
	err = s.call(ctx, "swap", func(ctx context.Context) error {
		swapped, err = s.scripts.swap.Run(ctx, s.admin, []string{s.a + "d"}, key, held(old), old, held(new), new).Bool()
		return err
	})
	if err != nil {
		return false, err
	}
	if swapped && old != nil && new == nil {
		s.rewriteAOF(ctx, s.admin)
	}
	return swapped, nil
}

func held(doc []byte) string {
	if doc == nil {
		return ""
	}
	return "1"
}

// Keys returns the keys that begin with prefix, in order.
func (s *Store) Keys(ctx context.Context, prefix string) (keys []string, err error) {
	err = s.call(ctx, "keys", func(ctx context.Context) error {
		all, err := s.admin.HKeys(ctx, s.a+"d").Result()
		for _, key := range all {
			if strings.HasPrefix(key, prefix) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return err
	})
	return keys, err
}
