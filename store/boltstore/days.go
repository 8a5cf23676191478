package boltstore

import (
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// The states of a day.
const (
	dayOpen   = 'o'
	dayClosed = 'c'
	dayPacked = 'm' // closed, and laid together with the other days of its month
	dayEmpty  = 'e' // closed, and nothing was counted
)

// begin notes that a day holds something, and says whether it is closed.
func begin(site *bbolt.Bucket, day stats.Day) (closed bool, err error) {
	days, key := site.Bucket(bucketDays), dayKey(nil, day)
	switch state := days.Get(key); {
	case state == nil:
		return false, days.Put(key, []byte{dayOpen})
	case len(state) != 1:
		return false, ErrCorrupt
	case state[0] == dayEmpty:
		return true, days.Put(key, []byte{dayClosed})
	default:
		return state[0] != dayOpen, nil
	}
}

// Open implements [stats.Keeper].
func (s *Store) Open(ctx context.Context, before stats.Day) (open []stats.Day, err error) {
	err = s.view(ctx, "open days", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		for k, v := range between(site.Bucket(bucketDays), firstDay, before-1) {
			if string(v) == string(rune(dayOpen)) {
				open = append(open, dayOf(k))
			}
		}
		return nil
	})
	return open, err
}

// firstDay is before all days.
const firstDay = stats.Day(-1 << 31)

// Close implements [stats.Keeper]. What the day held in finer form is overwritten before it returns.
func (s *Store) Close(ctx context.Context, c stats.Closing) error {
	for i := range c.Rows {
		if c.Rows[i].Day != c.Day {
			return fmt.Errorf("boltstore: close %v: it has a row of %v", c.Day, c.Rows[i].Day)
		}
	}
	scrub := false
	err := s.update(ctx, "close", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		meta := tx.Bucket(bucketMeta)
		scrub = meta.Get(keyScrub) != nil // an earlier closing was cut short
		days, key := site.Bucket(bucketDays), dayKey(nil, c.Day)
		state := days.Get(key)
		if state != nil && state[0] != dayOpen {
			return nil
		}
		scrub = true
		s.dicts.drop()
		if err := closeDay(site, &c); err != nil {
			return err
		}
		next := byte(dayClosed)
		if state == nil && len(c.Rows) == 0 && len(c.Folds) == 0 {
			next = dayEmpty
		}
		if err := days.Put(key, []byte{next}); err != nil {
			return err
		}
		return meta.Put(keyScrub, []byte{1})
	})
	if err != nil || !scrub {
		return err
	}
	return s.scrub()
}

// pieceSize is how many bytes of a packed day lie together: several pieces fill a page of the file, where
// a whole blob would leave half of one empty.
const pieceSize = 900

func closeDay(site *bbolt.Bucket, c *stats.Closing) error {
	for dim := range stats.Stored() {
		prefix := groupKey(dim, c.Day)
		for _, name := range [][]byte{bucketNames, bucketCounts} {
			b := site.Bucket(name)
			if err := remove(b, prefixed(b, prefix)); err != nil {
				return err
			}
		}
	}
	blobs := site.Bucket(bucketPacked)
	blobs.FillPercent = 0.95 // what is closed does not grow any more
	groups, _ := intake.Rows(&stats.Batch{Rows: c.Rows})
	for i := range groups {
		g := &groups[i]
		rows := make([]stats.Row, len(g.Values))
		for j, value := range g.Values {
			rows[j] = stats.Row{Value: value, Counts: g.Counts[j]}
		}
		blob := packed.AppendRows(nil, rows)
		for part := 0; len(blob) > 0; part++ {
			n := min(len(blob), pieceSize)
			if err := blobs.Put(blockKey(groupKey(g.Dim, c.Day), part), blob[:n]); err != nil {
				return err
			}
			blob = blob[n:]
		}
	}
	if len(c.Folds) == 0 {
		return nil
	}
	return site.Bucket(bucketFolds).Put(dayKey(nil, c.Day), packed.AppendFolds(nil, c.Folds))
}

// Expire implements [stats.Keeper]. What was removed is overwritten before it returns.
func (s *Store) Expire(ctx context.Context, before stats.Day) error {
	scrub := false
	err := s.update(ctx, "expire", func(tx *bbolt.Tx, site *bbolt.Bucket) error {
		meta := tx.Bucket(bucketMeta)
		scrub = meta.Get(keyScrub) != nil
		if k, _ := site.Bucket(bucketDays).Cursor().First(); k == nil || dayOf(k) >= before {
			return nil
		}
		scrub = true
		s.dicts.drop()
		for _, name := range [][]byte{bucketDays, bucketTotals, bucketFolds} {
			b := site.Bucket(name)
			if err := remove(b, between(b, firstDay, before-1)); err != nil {
				return err
			}
		}
		for _, name := range [][]byte{bucketNames, bucketCounts, bucketPacked} {
			if err := removeGroups(site.Bucket(name), before); err != nil {
				return err
			}
		}
		for dim := range stats.Stored() {
			if _, err := trimMonths(site, dim, before); err != nil {
				return err
			}
		}
		return meta.Put(keyScrub, []byte{1})
	})
	if err != nil || !scrub {
		return err
	}
	return s.scrub()
}

// removeGroups deletes the keys of all dimensions whose day is before the given one.
func removeGroups(b *bbolt.Bucket, before stats.Day) error {
	return remove(b, func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for dim := 1; dim < 256; dim++ {
			for k, v := c.Seek([]byte{byte(dim)}); len(k) >= 5 && int(k[0]) == dim && dayOf(k[1:]) < before; k, v = c.Next() {
				if !yield(k, v) {
					return
				}
			}
		}
	})
}
