package visit

import (
	"sync"

	"github.com/dchest/siphash"
)

// maxFirsts is how many pairs of a visitor and a thing are told apart on one day: 16 MB at most.
const maxFirsts = 1 << 20

// firsts knows which visitor of a day has done a thing before. Like the [Tracker] it is keyed state: in memory only,
// and gone with its day. When it is full, no further thing is anybody's first, so that values which nobody is known to
// carry stay below their floor.
type firsts struct {
	mu   sync.Mutex
	days map[Day]*keySet
}

func (f *firsts) add(day Day, key Key, what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	set := f.days[day]
	if set == nil {
		if f.days == nil {
			f.days = map[Day]*keySet{}
		}
		set = new(keySet)
		f.days[day] = set
	}
	high, low := siphash.Hash128(key[0], key[1], []byte(what))
	pair := Key{high, low}
	if set.count >= maxFirsts || set.has(pair) {
		return false
	}
	set.add(pair)
	return true
}

func (f *firsts) drop(day Day) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.days, day)
}

// First reports whether the visitor of that key does a thing for the first time on day, and notes it. A day that has
// been dropped knows no firsts.
func (a *Anonymiser) First(day Day, key Key, what string) bool {
	if int64(day) <= a.closed.Load() {
		return false
	}
	return a.firsts.add(day, key, what)
}
