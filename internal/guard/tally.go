package guard

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// tally counts things whose names come from outside, by key, and is bounded whatever comes: when it is full,
// what was met least gives way, so that a flood of made-up names displaces its own kind.
type tally[T merger[T]] struct {
	max   int
	floor int64 // rows met from fewer addresses stay in memory: a name may tell of one visitor
	seed  maphash.Seed

	syncing sync.Mutex // held around the store: one exchange at a time

	mu      sync.Mutex
	rows    map[string]*row[T]
	evicted int       // since the last sync
	synced  time.Time // zero until what is kept was read
	novel   bool      // there are rows that the store has never seen
}

// merger joins what two processes know of one thing.
type merger[T any] interface{ merge(T) T }

// row is one thing that was met.
type row[T any] struct {
	What  T         `json:"what"`
	Count int64     `json:"count"`
	First time.Time `json:"first"` // the day
	Page  string    `json:"page,omitempty"`

	key   string
	fresh int64    // of Count, what the store has not been told yet
	kept  bool     // the store has it
	from  []uint64 // keyed hashes of the addresses that met it, the floor's number at most; in memory only
}

// widely notes an address, and reports whether it is the one that makes the floor.
func (r *row[T]) widely(who uint64, floor int64) bool {
	if r.kept || int64(len(r.from)) >= floor || slices.Contains(r.from, who) {
		return false
	}
	r.from = append(r.from, who)
	return int64(len(r.from)) == floor
}

const (
	maxEvicted = 1000 // between two syncs: what more comes in is not counted, lest it cost time
	syncCounts = time.Hour
	syncTries  = 3
)

func newTally[T merger[T]](max int, floor int64) tally[T] {
	return tally[T]{max: max, floor: floor, seed: maphash.MakeSeed(), rows: map[string]*row[T]{}}
}

// note counts one under key, met from an address. The page is asked for only where the key is new; change brings What up to date.
func (t *tally[T]) note(key string, from netip.Addr, day time.Time, page func() string, change func(*T)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.rows[key]
	if !ok {
		if len(t.rows) >= t.max && !t.evict() {
			return
		}
		r = &row[T]{First: day, Page: page()}
		t.rows[strings.Clone(key)] = r
	}
	r.Count++
	r.fresh++
	t.novel = r.widely(maphash.Comparable(t.seed, from), t.floor) || t.novel
	change(&r.What)
}

// evict lets the row go that was met least.
func (t *tally[T]) evict() bool {
	if t.evicted >= maxEvicted {
		return false
	}
	least, count := "", int64(0)
	for key, r := range t.rows {
		if least == "" || r.Count < count {
			least, count = key, r.Count
		}
	}
	delete(t.rows, least)
	t.evicted++
	return true
}

// list returns a copy of all rows, the most frequent first.
func (t *tally[T]) list() []row[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	return sorted(t.rows)
}

func sorted[T any](rows map[string]*row[T]) []row[T] {
	keys := make([]string, 0, len(rows))
	for key := range rows {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(rows[b].Count, rows[a].Count), strings.Compare(a, b))
	})
	all := make([]row[T], len(keys))
	for i, key := range keys {
		all[i] = *rows[key]
		all[i].key = key
	}
	return all
}

// Documents are what a store may offer beside counts and records: small documents that are replaced only
// by whoever knows what they replace. A nil old means that there must be none.
type Documents interface {
	Get(ctx context.Context, key string) ([]byte, error) // the error is fs.ErrNotExist where there is none
	Swap(ctx context.Context, key string, old, new []byte) (swapped bool, err error)
}

// sync adds what is new to the document under key, and takes over what other processes and earlier runs have
// added to it. It does nothing while nothing is due, unless
// last says that the process ends.
func (t *tally[T]) sync(ctx context.Context, docs Documents, key string, now time.Time, last bool) (err error) {
	t.syncing.Lock()
	defer t.syncing.Unlock()
	t.mu.Lock()
	t.evicted = 0
	due := t.synced.IsZero() || t.novel || last || now.Sub(t.synced) >= syncCounts
	t.mu.Unlock()
	if !due {
		return nil
	}
	defer func() {
		if err != nil {
			t.mu.Lock()
			t.novel = true
			t.mu.Unlock()
		}
	}()
	for range syncTries {
		if done, err := t.exchange(ctx, docs, key, now); done || err != nil {
			return err
		}
	}
	return errors.New("guard: others change " + key + " all the time; the next sweep tries again")
}

func (t *tally[T]) exchange(ctx context.Context, docs Documents, key string, now time.Time) (done bool, err error) {
	old, err := docs.Get(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	kept := map[string]*row[T]{}
	if json.Unmarshal(old, &kept) != nil {
		kept = map[string]*row[T]{} // unreadable: begun anew
	}
	for k, r := range kept {
		if r == nil {
			delete(kept, k)
		}
	}
	told := t.tell(kept)
	if len(told) > 0 {
		doc, err := json.Marshal(kept)
		if err != nil {
			return false, err
		}
		if done, err = docs.Swap(ctx, key, old, doc); !done || err != nil {
			return false, err
		}
	}
	t.adopt(kept, told, now)
	return true, nil
}

// tell adds the fresh counts to kept, and returns them.
func (t *tally[T]) tell(kept map[string]*row[T]) map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	told := map[string]int64{}
	t.novel = false
	for key, r := range t.rows {
		k, known := kept[key]
		if r.fresh == 0 || !known && int64(len(r.from)) < t.floor {
			continue
		}
		if !known {
			k = &row[T]{What: r.What, First: r.First, Page: r.Page}
			kept[key] = k
		}
		k.What, k.Count = r.What.merge(k.What), k.Count+r.fresh
		told[key] = r.fresh
	}
	for len(kept) > t.max {
		least := ""
		for key, k := range kept {
			if least == "" || k.Count < kept[least].Count {
				least = key
			}
		}
		delete(kept, least)
	}
	return told
}

// adopt makes the rows what the store has, plus what came since.
func (t *tally[T]) adopt(kept map[string]*row[T], told map[string]int64, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, k := range kept {
		r, ok := t.rows[key]
		if !ok {
			if len(t.rows) >= t.max {
				continue
			}
			r = &row[T]{}
			t.rows[key] = r
		}
		r.fresh -= told[key]
		r.What, r.Count, r.First, r.Page, r.kept = k.What, k.Count+r.fresh, k.First, k.Page, true
	}
	t.synced = now
}
