package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/store/internal/intake"
	"go.etcd.io/bbolt"
)

// Append implements [consent.Ledger].
func (s *Store) Append(ctx context.Context, e consent.Entry) error {
	if err := intake.Entry(e); err != nil {
		return fmt.Errorf("boltstore: append: %w", err)
	}
	return s.update(ctx, "append", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		ids, ledger := site.Bucket(bucketIDs), site.Bucket(bucketLedger)
		if ids.Get([]byte(e.ID)) != nil {
			return nil
		}
		position := make([]byte, 8)
		if last, _ := ledger.Cursor().Last(); len(last) == 8 {
			binary.BigEndian.PutUint64(position, binary.BigEndian.Uint64(last)+1)
		}
		value := binary.AppendUvarint(nil, uint64(len(e.ID)))
		value = append(append(value, e.ID...), e.Sealed...)
		ledger.FillPercent = 0.9 // it only grows at its end
		if err := ledger.Put(position, value); err != nil {
			return err
		}
		return ids.Put([]byte(e.ID), position)
	})
}

// Entry implements [consent.Ledger].
func (s *Store) Entry(ctx context.Context, id string) (e consent.Entry, err error) {
	err = s.view(ctx, "entry", func(_ *bbolt.Tx, site *bbolt.Bucket) (err error) {
		position := site.Bucket(bucketIDs).Get([]byte(id))
		if position == nil {
			return fmt.Errorf("%q: %w", id, consent.ErrNoEntry)
		}
		e, err = entry(site.Bucket(bucketLedger).Get(position))
		return err
	})
	return e, err
}

// Entries implements [consent.Ledger].
func (s *Store) Entries(ctx context.Context, from int, f func(position int, e consent.Entry) bool) error {
	for from = max(from, 0); ; {
		var held []consent.Entry
		err := s.view(ctx, "entries", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
			size := 0
			c := site.Bucket(bucketLedger).Cursor()
			for k, v := c.Seek(binary.BigEndian.AppendUint64(nil, uint64(from))); k != nil && size < readAhead; k, v = c.Next() {
				e, err := entry(v)
				if err != nil {
					return err
				}
				held = append(held, e)
				size += len(v)
			}
			return nil
		})
		if err != nil || len(held) == 0 {
			return err
		}
		for _, e := range held {
			if !f(from, e) {
				return nil
			}
			from++
		}
	}
}

func entry(v []byte) (consent.Entry, error) {
	n, used := binary.Uvarint(v)
	if used <= 0 || n > uint64(len(v)-used) {
		return consent.Entry{}, ErrCorrupt
	}
	return consent.Entry{ID: string(v[used : used+int(n)]), Sealed: append([]byte{}, v[used+int(n):]...)}, nil
}
