package boltstore

import (
	"bytes"
	"context"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// Trim implements [stats.Keeper]. What was removed is overwritten before it returns.
func (s *Store) Trim(ctx context.Context, before stats.Day, dims ...stats.Dimension) error {
	scrub := false
	err := s.update(ctx, "trim", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		meta := tx.Bucket(bucketMeta)
		scrub = meta.Get(keyScrub) != nil // an earlier removal was cut short
		rows, err := trimRows(site, before, dims)
		if err != nil {
			return err
		}
		months := false
		for _, dim := range dims {
			changed, err := trimMonths(site, dim, before)
			if err != nil {
				return err
			}
			months = months || changed
		}
		folds, err := trimFolds(site.Bucket(bucketFolds), before, dims)
		if err != nil || !rows && !months && !folds {
			return err
		}
		scrub = true
		s.dicts.drop()
		return meta.Put(keyScrub, []byte{1})
	})
	if err != nil || !scrub {
		return err
	}
	return s.scrub()
}

// trimRows removes rows, and says whether there were any.
func trimRows(site *bbolt.Bucket, before stats.Day, dims []stats.Dimension) (any bool, err error) {
	for _, name := range [][]byte{bucketNames, bucketCounts, bucketPacked} {
		b := site.Bucket(name)
		for _, dim := range dims {
			err := remove(b, func(yield func(k, v []byte) bool) {
				c, end := b.Cursor(), groupKey(dim, before)
				for k, v := c.Seek([]byte{byte(dim)}); k != nil && bytes.Compare(k, end) < 0; k, v = c.Next() {
					if any = true; !yield(k, v) {
						return
					}
				}
			})
			if err != nil {
				return any, err
			}
		}
	}
	return any, nil
}

// trimFolds takes the folds of some dimensions out of days, and says whether there were any.
func trimFolds(b *bbolt.Bucket, before stats.Day, dims []stats.Dimension) (any bool, err error) {
	next := make(map[string][]byte)
	for k, v := range between(b, firstDay, before-1) {
		rest, changed, err := packed.WithoutFolds(v, dims)
		if err != nil {
			return any, ErrCorrupt
		}
		if changed {
			next[string(k)] = rest
		}
	}
	for k, rest := range next {
		if rest == nil {
			err = b.Delete([]byte(k))
		} else {
			err = b.Put([]byte(k), rest)
		}
		if err != nil {
			return true, err
		}
	}
	return len(next) > 0, nil
}
