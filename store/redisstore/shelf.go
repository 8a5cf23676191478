package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/risk"
)

// Shelf is the shelf of package risk: keys "r:{site}:s:<key>" that Redis forgets by itself at their end, and their names in "r:{site}:x",
// under the client and the user of [Counters]. Besides their rights it needs +set +get +del +mget +zadd +zrem +zrangebyscore
// +zremrangebyscore +watch +unwatch, and for processes to reach each other (see [Counters.Publish]) &r:{site}:* +publish +subscribe +unsubscribe.
type Shelf struct{ *Counters }

var _ risk.Shelf = Shelf{}

// Shelf returns the shelf beside the counters, or says that their user may not keep one.
func (c *Counters) Shelf(ctx context.Context) (Shelf, error) {
	s := Shelf{c}
	_, err := s.Add(ctx, "open", nil, time.Now().Add(time.Second))
	_, absent := s.Get(ctx, "open")
	if errors.Is(absent, fs.ErrNotExist) {
		absent = nil
	}
	asItIs := func([]byte) ([]byte, time.Time, bool) { return nil, time.Time{}, false }
	if err = errors.Join(err, absent, s.List(ctx, "open", func(string, []byte) {}), s.Change(ctx, "open", asItIs), s.Remove(ctx, "open"), s.Sweep(ctx)); err != nil {
		return s, fmt.Errorf("redisstore: shelf: a right is missing (+set +get +del +mget +zadd +zrem +zrangebyscore +zremrangebyscore +watch +unwatch): %w", err)
	}
	return s, nil
}

func (s Shelf) key(key string) string { return s.prefix + "s:" + key }
func (s Shelf) index() string         { return s.prefix + "x" }

func (s Shelf) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.timeout)
}

// Get implements [risk.Shelf].
func (s Shelf) Get(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	document, err := s.client.Get(ctx, s.key(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("redisstore: %q: %w", key, fs.ErrNotExist)
	}
	return document, wrap(err)
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("redisstore: shelf: %w", err)
	}
	return nil
}

// Put implements [risk.Shelf].
func (s Shelf) Put(ctx context.Context, key string, document []byte, ends time.Time) error {
	_, err := s.put(ctx, key, document, redis.SetArgs{ExpireAt: ends})
	return err
}

// Add implements [risk.Shelf].
func (s Shelf) Add(ctx context.Context, key string, document []byte, ends time.Time) ([]byte, error) {
	return s.put(ctx, key, document, redis.SetArgs{ExpireAt: ends, Mode: "NX", Get: true})
}

// put sets a key and notes its name, in one step. The name of an earlier document under the same key stays as long as the later one.
func (s Shelf) put(ctx context.Context, key string, document []byte, args redis.SetArgs) ([]byte, error) {
	if err := risk.CheckShelf(key, document); err != nil {
		return nil, wrap(err)
	}
	ctx, cancel := s.bound(ctx)
	defer cancel()
	var set *redis.StatusCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		set = p.SetArgs(ctx, s.key(key), document, args)
		note := redis.ZAddArgs{GT: args.Mode == "NX", Members: []redis.Z{{Score: float64(args.ExpireAt.UnixMilli()), Member: key}}}
		p.ZAddArgs(ctx, s.index(), note)
		return nil
	})
	switch {
	case errors.Is(err, redis.Nil) || err == nil && !args.Get:
		return document, nil
	case err != nil:
		return nil, wrap(err)
	}
	return []byte(set.Val()), nil
}

// changeTries is how often a change is tried that others come before.
const changeTries = 64

// Change implements [risk.Shelf].
func (s Shelf) Change(ctx context.Context, key string, f func([]byte) ([]byte, time.Time, bool)) error {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	for try := 1; ; try++ {
		err := s.client.Watch(ctx, func(tx *redis.Tx) error { return s.change(ctx, tx, key, f) }, s.key(key))
		if !errors.Is(err, redis.TxFailedErr) || try == changeTries {
			return wrap(err)
		}
	}
}

// change is one try.
func (s Shelf) change(ctx context.Context, tx *redis.Tx, key string, f func([]byte) ([]byte, time.Time, bool)) error {
	before, err := tx.Get(ctx, s.key(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		before, err = nil, nil
	}
	if err != nil {
		return err
	}
	document, ends, ok := f(before)
	if !ok {
		return nil
	}
	if err := risk.CheckShelf(key, document); err != nil {
		return err
	}
	_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if document == nil {
			p.Del(ctx, s.key(key))
			p.ZRem(ctx, s.index(), key)
			return nil
		}
		p.SetArgs(ctx, s.key(key), document, redis.SetArgs{ExpireAt: ends})
		p.ZAdd(ctx, s.index(), redis.Z{Score: float64(ends.UnixMilli()), Member: key})
		return nil
	})
	return err
}

// Remove implements [risk.Shelf].
func (s Shelf) Remove(ctx context.Context, key string) error {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, s.key(key))
		p.ZRem(ctx, s.index(), key)
		return nil
	})
	return wrap(err)
}

// listAtOnce is how many documents one call fetches.
const listAtOnce = 200

// List implements [risk.Shelf].
func (s Shelf) List(ctx context.Context, prefix string, f func(key string, document []byte)) error {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	names, err := s.client.ZRangeByScore(ctx, s.index(), &redis.ZRangeBy{Min: "-inf", Max: "+inf"}).Result()
	if err != nil {
		return wrap(err)
	}
	keys := matching(names, prefix)
	slices.Sort(keys)
	for len(keys) > 0 {
		part := keys[:min(listAtOnce, len(keys))]
		keys = keys[len(part):]
		full := make([]string, len(part))
		for i, key := range part {
			full[i] = s.key(key)
		}
		documents, err := s.client.MGet(ctx, full...).Result()
		if err != nil {
			return wrap(err)
		}
		for i, d := range documents {
			if text, ok := d.(string); ok { // nil: its end has come
				f(part[i], []byte(text))
			}
		}
	}
	return nil
}

// Sweep implements [risk.Shelf]: Redis forgets documents by itself, and this their names.
func (s Shelf) Sweep(ctx context.Context) error {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	return wrap(s.client.ZRemRangeByScore(ctx, s.index(), "-inf", fmt.Sprint(time.Now().UnixMilli())).Err())
}

func matching(names []string, prefix string) (keys []string) {
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			keys = append(keys, name)
		}
	}
	return keys
}
