package visit

import (
	"slices"
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
	days map[Day]*firstsOfDay

	shared bool // set before the first of them
}

type firstsOfDay struct {
	keySet
	noted []uint64 // to be told to other processes
}

// maxNotedFirsts is how many are noted between two calls of changes.
const maxNotedFirsts = 1 << 14

func (f *firsts) add(day Day, key Key, what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	high, low := siphash.Hash128(key[0], key[1], []byte(what))
	set, print := f.of(day), fingerprint(Key{high, low})
	if set.count >= maxFirsts || set.has(print) {
		return false
	}
	set.add(print, 0)
	if f.shared && len(set.noted) < maxNotedFirsts {
		set.noted = append(set.noted, print)
	}
	return true
}

// of returns the set of day. The caller holds mu.
func (f *firsts) of(day Day) *firstsOfDay {
	set := f.days[day]
	if set == nil {
		if f.days == nil {
			f.days = map[Day]*firstsOfDay{}
		}
		set = new(firstsOfDay)
		f.days[day] = set
	}
	return set
}

// tell writes what was noted of day since the last call, or all of it.
func (f *firsts) tell(day Day, all bool, w *partWriter) {
	f.mu.Lock()
	var prints []uint64
	if set := f.days[day]; set != nil && all {
		prints = slices.Clone(set.cells)
	} else if set != nil {
		prints, set.noted = set.noted, nil
	}
	f.mu.Unlock()
	for _, print := range prints {
		if print != 0 {
			w.addFirst(print)
		}
	}
}

// merge takes in what was done for the first time elsewhere.
func (f *firsts) merge(day Day, prints []uint64) {
	if len(prints) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	set := f.of(day)
	for _, print := range prints {
		if set.count < maxFirsts && !set.has(print) {
			set.add(print, 0)
		}
	}
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
