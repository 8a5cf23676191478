package boltstore

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
)

const (
	// blockSize is how many values lie in one blob.
	blockSize = 256
	// maxCached bounds the values whose ids are kept in memory: a day of import after another would
	// otherwise keep them all.
	maxCached = 1 << 18
)

// dictionary finds the id of a value on one day in one dimension: its position in the names blobs.
type dictionary struct {
	ids   map[string]int
	fresh []string // not on disk yet; the last of ids
}

// dictionaries is the cache of the dictionaries in use. One process has the file, so what is cached is
// what is on disk; after a transaction that failed it may not be, and is dropped.
type dictionaries struct {
	of     map[string]*dictionary // by group key
	values int
}

func (d *dictionaries) drop() { d.of, d.values = nil, 0 }

// load returns the dictionary of a group, from memory or from its names.
func (d *dictionaries) load(names *bbolt.Bucket, group []byte) (*dictionary, error) {
	if dict, ok := d.of[string(group)]; ok {
		return dict, nil
	}
	if d.values > maxCached {
		d.drop()
	}
	if d.of == nil {
		d.of = map[string]*dictionary{}
	}
	dict := &dictionary{ids: map[string]int{}}
	for _, blob := range prefixed(names, group) {
		for len(blob) > 0 {
			n, used := binary.Uvarint(blob)
			if used <= 0 || n > uint64(len(blob)-used) {
				return nil, ErrCorrupt
			}
			dict.ids[string(blob[used:used+int(n)])] = len(dict.ids)
			blob = blob[used+int(n):]
		}
	}
	d.of[string(group)] = dict
	d.values += len(dict.ids)
	return dict, nil
}

// id returns the id of value, a new one if there are fewer than limit; ok is false where it is full.
func (d *dictionaries) id(dict *dictionary, value string, limit int) (id int, ok bool) {
	if id, ok = dict.ids[value]; ok {
		return id, true
	}
	if id = len(dict.ids); id >= limit {
		return 0, false
	}
	dict.ids[value] = id
	dict.fresh = append(dict.fresh, value)
	d.values++
	return id, true
}

// save writes the new values of a group behind the old ones.
func (dict *dictionary) save(names *bbolt.Bucket, group []byte) error {
	at := len(dict.ids) - len(dict.fresh)
	for len(dict.fresh) > 0 {
		key := blockKey(group, at/blockSize)
		n := min(blockSize-at%blockSize, len(dict.fresh))
		var blob []byte
		if at%blockSize != 0 {
			blob = append(blob, names.Get(key)...)
		}
		for _, value := range dict.fresh[:n] {
			blob = binary.AppendUvarint(blob, uint64(len(value)))
			blob = append(blob, value...)
		}
		if err := names.Put(key, blob); err != nil {
			return err
		}
		dict.fresh = dict.fresh[n:]
		at += n
	}
	dict.fresh = nil
	return nil
}

// limit returns how many values a dimension may have on one day.
func limit(dim stats.Dimension) int { return min(dim.Spec().Cap, 1<<16*blockSize) }
