package boltstore

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"
)

// scrubRun is how many pages are overwritten in one go.
const scrubRun = 64

// scrub overwrites the pages that the database no longer uses. They belong to no version of it that
// could be read again: the committed one does not point to them, and readers are kept out. It runs to
// its end whatever becomes of the caller: what was begun is better finished now than found later.
func (s *Store) scrub() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guarded(context.Background(), "overwrite what was deleted", s.db.Update, func(tx *bbolt.Tx, _ *bbolt.Bucket) error {
		size := int64(s.db.Info().PageSize)
		run, count := int64(0), int64(0)
		for id, last := int64(2), tx.Size()/size; id < last; id++ {
			page, err := tx.Page(int(id))
			if err != nil {
				return err
			}
			if page.Type == "free" {
				if count == 0 {
					run = id
				}
				count++
			}
			if count > 0 && (page.Type != "free" || count == scrubRun || id == last-1) {
				if err := s.zero(run*size, count*size); err != nil {
					return err
				}
				count = 0
			}
		}
		if err := s.file.Sync(); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Delete(keyScrub)
	})
}

// zero overwrites a part of the file, unless it is zero already.
func (s *Store) zero(offset, n int64) error {
	buf := make([]byte, n)
	if _, err := s.file.ReadAt(buf, offset); err != nil {
		return fmt.Errorf("read a free page: %w", err)
	}
	zeros := make([]byte, n)
	if bytes.Equal(buf, zeros) {
		return nil
	}
	_, err := s.file.WriteAt(zeros, offset)
	return err
}
