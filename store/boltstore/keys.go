package boltstore

import (
	"encoding/binary"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
)

// dayKey orders days before 1970 before those after.
func dayKey(dst []byte, day stats.Day) []byte {
	return binary.BigEndian.AppendUint32(dst, uint32(day)^1<<31)
}

func dayOf(key []byte) stats.Day { return stats.Day(binary.BigEndian.Uint32(key) ^ 1<<31) }

// groupKey begins the keys of one dimension and day.
func groupKey(dim stats.Dimension, day stats.Day) []byte {
	return dayKey(append(make([]byte, 0, 8), byte(dim)), day)
}

func blockKey(group []byte, block int) []byte {
	return binary.BigEndian.AppendUint16(group[:len(group):len(group)], uint16(block))
}

// prefixed iterates over the keys of b that begin with prefix. b must not change meanwhile.
func prefixed(b *bbolt.Bucket, prefix []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for k, v := c.Seek(prefix); k != nil && len(k) >= len(prefix) && string(k[:len(prefix)]) == string(prefix); k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// between iterates over the keys of b that begin with a day from first to last.
func between(b *bbolt.Bucket, first, last stats.Day) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for k, v := c.Seek(dayKey(nil, first)); len(k) >= 4 && dayOf(k) <= last; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// remove deletes the keys that the iterator yields.
func remove(b *bbolt.Bucket, keys iter.Seq2[[]byte, []byte]) error {
	var doomed [][]byte
	for k := range keys {
		doomed = append(doomed, append([]byte(nil), k...))
	}
	for _, k := range doomed {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
