package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/store/internal/intake"
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
		ledger.FillPercent = 0.9 // it only grows at its end
		if err := ledger.Put(position, encodeEntry(e)); err != nil {
			return err
		}
		return ids.Put([]byte(e.ID), position)
	})
}

// Entry implements [consent.Ledger].
func (s *Store) Entry(ctx context.Context, id string) (e consent.Entry, err error) {
	err = s.view(ctx, "entry", func(_ *bbolt.Tx, site *bbolt.Bucket) (err error) {
		position, err := place(site, id)
		if err == nil {
			e, err = decodeEntry(site.Bucket(bucketLedger).Get(position))
		}
		return err
	})
	return e, err
}

// Position returns where the entry with the given id is, or an error that is [consent.ErrNoEntry].
func (s *Store) Position(ctx context.Context, id string) (n int, err error) {
	err = s.view(ctx, "position", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		position, err := place(site, id)
		if err == nil {
			n = int(binary.BigEndian.Uint64(position))
		}
		return err
	})
	return n, err
}

// place returns the key of an entry.
func place(site *bbolt.Bucket, id string) ([]byte, error) {
	position := site.Bucket(bucketIDs).Get([]byte(id))
	switch len(position) {
	case 0:
		return nil, fmt.Errorf("%q: %w", id, consent.ErrNoEntry)
	case 8:
		return position, nil
	}
	return nil, ErrCorrupt
}

// Entries implements [consent.Ledger].
func (s *Store) Entries(ctx context.Context, from int, f func(position int, e consent.Entry) bool) error {
	for from = max(from, 0); ; {
		var held []consent.Entry
		err := s.view(ctx, "entries", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
			size := 0
			c := site.Bucket(bucketLedger).Cursor()
			for k, v := c.Seek(binary.BigEndian.AppendUint64(nil, uint64(from))); k != nil && size < readAhead; k, v = c.Next() {
				e, err := decodeEntry(v)
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

// Erase destroys what the entries with the given ids sealed: it is overwritten in the file before Erase
// returns. Ids, leaves and positions stay. It changes nothing, and the error is [consent.ErrNoEntry], if
// one of the ids is not held; what has been erased before is left as it is.
func (s *Store) Erase(ctx context.Context, ids ...string) error {
	scrub := false
	err := s.update(ctx, "erase", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		ledger, meta := site.Bucket(bucketLedger), tx.Bucket(bucketMeta)
		scrub = meta.Get(keyScrub) != nil
		for _, id := range ids {
			position, err := place(site, id)
			if err != nil {
				return err
			}
			e, err := decodeEntry(ledger.Get(position))
			if err != nil {
				return err
			}
			if e.Erased() {
				continue
			}
			scrub, e.Sealed = true, nil
			if err := ledger.Put(position, encodeEntry(e)); err != nil {
				return err
			}
		}
		if !scrub {
			return nil
		}
		return meta.Put(keyScrub, []byte{1})
	})
	if err != nil || !scrub {
		return err
	}
	return s.scrub()
}

// Sheet is Get, SwapSheet is Swap and Sheets is Keys, for what the ledger's log is written on.
func (s *Store) Sheet(ctx context.Context, name string) ([]byte, error) {
	return s.get(ctx, "sheet", bucketSheets, name)
}

// SwapSheet is [Store.Swap] for sheets.
func (s *Store) SwapSheet(ctx context.Context, name string, old, new []byte) (bool, error) {
	return s.swap(ctx, "swap sheet", bucketSheets, name, old, new)
}

// Sheets is [Store.Keys] for sheets.
func (s *Store) Sheets(ctx context.Context, prefix string) ([]string, error) {
	return s.keys(ctx, "sheets", bucketSheets, prefix)
}

// An entry is: length of the id, id, leaf, sealed (nothing once erased).

func encodeEntry(e consent.Entry) []byte {
	v := binary.AppendUvarint(make([]byte, 0, 2+len(e.ID)+len(e.Leaf)+len(e.Sealed)), uint64(len(e.ID)))
	v = append(append(v, e.ID...), e.Leaf[:]...)
	return append(v, e.Sealed...)
}

func decodeEntry(v []byte) (e consent.Entry, err error) {
	n, used := binary.Uvarint(v)
	if used <= 0 || n > uint64(len(v)-used) || len(v)-used-int(n) < len(e.Leaf) {
		return e, ErrCorrupt
	}
	v = v[used:]
	e.ID, v = string(v[:n]), v[n:]
	e.Leaf = consent.Leaf(v[:len(e.Leaf)])
	e.Sealed = append([]byte{}, v[len(e.Leaf):]...)
	return e, nil
}
