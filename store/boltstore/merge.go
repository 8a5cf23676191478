package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// Merge implements [stats.Sink].
func (s *Store) Merge(ctx context.Context, b stats.Batch) (stats.Merged, error) {
	if err := intake.Check(&b); err != nil {
		return stats.Merged{}, fmt.Errorf("boltstore: merge: %w", err)
	}
	var m stats.Merged
	err := s.update(ctx, "merge", func(_ *bbolt.Tx, site *bbolt.Bucket) (err error) {
		m, err = s.merge(site, &b)
		if err != nil {
			s.dicts.drop()
		}
		return err
	})
	if err != nil {
		return stats.Merged{}, err
	}
	return m, nil
}

func (s *Store) merge(site *bbolt.Bucket, b *stats.Batch) (stats.Merged, error) {
	queue := site.Bucket(bucketQueue)
	last, err := applied(queue.Get([]byte(b.Instance)))
	switch {
	case err != nil:
		return stats.Merged{}, err
	case b.Seq <= last.Seq:
		return stats.Merged{Duplicate: true}, nil
	case b.Seq != last.Seq+1:
		return stats.Merged{}, fmt.Errorf("batch %d of %q after %d: %w", b.Seq, b.Instance, last.Seq, stats.ErrGap)
	}
	for _, day := range intake.Totals(b) {
		if err := addTotals(site, &day); err != nil {
			return stats.Merged{}, err
		}
	}
	groups, folded := intake.Rows(b)
	for i := range groups {
		n, err := s.addRows(site, &groups[i])
		if err != nil {
			return stats.Merged{}, err
		}
		folded += n
	}
	mark := append(binary.BigEndian.AppendUint64(nil, b.Seq), b.Mark...)
	return stats.Merged{Folded: folded}, queue.Put([]byte(b.Instance), mark)
}

// Applied implements [stats.Sink].
func (s *Store) Applied(ctx context.Context, instance string) (a stats.Applied, err error) {
	err = s.view(ctx, "applied", func(_ *bbolt.Tx, site *bbolt.Bucket) (err error) {
		a, err = applied(site.Bucket(bucketQueue).Get([]byte(instance)))
		return err
	})
	return a, err
}

func applied(v []byte) (stats.Applied, error) {
	if v == nil {
		return stats.Applied{}, nil
	}
	if len(v) < 8 {
		return stats.Applied{}, ErrCorrupt
	}
	return stats.Applied{Seq: binary.BigEndian.Uint64(v), Mark: append([]byte(nil), v[8:]...)}, nil
}

func addTotals(site *bbolt.Bucket, day *intake.Day) error {
	if _, err := begin(site, day.Day); err != nil {
		return err
	}
	totals := site.Bucket(bucketTotals)
	for hour := range day.Hours {
		sum := &day.Hours[hour]
		if *sum == (stats.Counts{}) {
			continue
		}
		key := append(dayKey(nil, day.Day), byte(hour))
		if v := totals.Get(key); v != nil {
			var held stats.Counts
			if _, err := packed.Counts(v, &held); err != nil {
				return ErrCorrupt
			}
			sum.Add(&held)
		}
		if err := totals.Put(key, packed.AppendCounts(nil, sum)); err != nil {
			return err
		}
	}
	return nil
}

// addRows adds the rows of one group and returns how many its cap, or its day being closed, left to "other".
func (s *Store) addRows(site *bbolt.Bucket, g *intake.Group) (folded int, err error) {
	closed, err := begin(site, g.Day)
	if err != nil {
		return 0, err
	}
	if closed {
		return len(g.Values), nil
	}
	key := groupKey(g.Dim, g.Day)
	names := site.Bucket(bucketNames)
	dict, err := s.dicts.load(names, key)
	if err != nil {
		return 0, err
	}
	type row struct{ id, at int }
	rows := make([]row, 0, len(g.Values))
	for i, value := range g.Values {
		id, ok := s.dicts.id(dict, value, limit(g.Dim))
		if !ok {
			folded++
			continue
		}
		rows = append(rows, row{id, i})
	}
	if err := dict.save(names, key); err != nil {
		return 0, err
	}
	slices.SortFunc(rows, func(a, b row) int { return a.id - b.id })
	counts := site.Bucket(bucketCounts)
	for len(rows) > 0 {
		block := rows[0].id / blockSize
		n := 0
		var sums [blockSize]stats.Counts
		for n < len(rows) && rows[n].id/blockSize == block {
			sums[rows[n].id%blockSize] = g.Counts[rows[n].at]
			n++
		}
		if err := addBlock(counts, blockKey(key, block), sums[:rows[n-1].id%blockSize+1]); err != nil {
			return 0, err
		}
		rows = rows[n:]
	}
	return folded, nil
}

// addBlock adds sums to the counts of the first values of a block.
func addBlock(counts *bbolt.Bucket, key []byte, sums []stats.Counts) (err error) {
	held := counts.Get(key)
	blob := make([]byte, 0, len(held)+len(sums)*4)
	for i := range sums {
		if len(held) > 0 {
			var c stats.Counts
			if held, err = packed.Counts(held, &c); err != nil {
				return ErrCorrupt
			}
			sums[i].Add(&c)
		}
		blob = packed.AppendCounts(blob, &sums[i])
	}
	return counts.Put(key, append(blob, held...))
}
