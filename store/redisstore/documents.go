package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/store/internal/intake"
)

// Get returns the document under key, or an error that is [fs.ErrNotExist].
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	return s.get(ctx, "get", s.admin, s.a+"d", key)
}

// Swap replaces the document under key if it is old, and says whether it was. A nil old means that there
// must be none, a nil new deletes it. After an error, whether it was replaced is not known: Get tells.
func (s *Store) Swap(ctx context.Context, key string, old, new []byte) (bool, error) {
	return s.swap(ctx, "swap", s.admin, s.a+"d", key, old, new)
}

// Keys returns the keys that begin with prefix, in order.
func (s *Store) Keys(ctx context.Context, prefix string) ([]string, error) {
	return s.keys(ctx, "keys", s.admin, s.a+"d", prefix)
}

func (s *Store) get(ctx context.Context, what string, client redis.UniversalClient, hash, key string) (doc []byte, err error) {
	err = s.call(ctx, what, func(ctx context.Context) error {
		doc, err = client.HGet(ctx, hash, key).Bytes()
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

func (s *Store) swap(ctx context.Context, what string, client redis.UniversalClient, hash, key string, old, new []byte) (swapped bool, err error) {
	if err := intake.Key(key, new); err != nil {
		return false, fmt.Errorf("redisstore: %s: %w", what, err)
	}
	err = s.call(ctx, what, func(ctx context.Context) error {
		swapped, err = s.scripts.swap.Run(ctx, client, []string{hash}, key, held(old), old, held(new), new).Bool()
		return err
	})
	if err != nil {
		return false, err
	}
	if swapped && old != nil && new == nil {
		s.rewriteAOF(ctx, client)
	}
	return swapped, nil
}

func held(doc []byte) string {
	if doc == nil {
		return ""
	}
	return "1"
}

func (s *Store) keys(ctx context.Context, what string, client redis.UniversalClient, hash, prefix string) (keys []string, err error) {
	err = s.call(ctx, what, func(ctx context.Context) error {
		all, err := client.HKeys(ctx, hash).Result()
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
