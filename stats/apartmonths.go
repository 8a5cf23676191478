package stats

import (
	"sync"
	"time"
)

// What strangers read over a long range is judged day by day, which takes a while: so the sums of whole months are remembered for
// a moment. They may be older than what rests by that moment, and tell nothing that was not told then.
const (
	apartFor  = 5 * time.Minute
	mostApart = 64 // months of one dimension each
)

// monthsApart are sums of months that are set apart. It is safe for concurrent use; what is in it is never written to.
type monthsApart struct {
	mu   sync.Mutex
	sums map[monthApart]sumsApart
}

type monthApart struct {
	dim   Dimension
	month Day // its first day
}

type sumsApart struct {
	values map[string]*Counts
	hidden Counts
	until  time.Time
}

func (m *monthsApart) get(k monthApart) (sumsApart, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sums[k]
	return s, ok && time.Now().Before(s.until)
}

func (m *monthsApart) put(k monthApart, s sumsApart) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sums == nil {
		m.sums = map[monthApart]sumsApart{}
	}
	s.until = time.Now().Add(apartFor)
	m.sums[k] = s
	for len(m.sums) > mostApart { // which one goes does not matter: it comes again when it is asked for
		for other := range m.sums {
			if other != k {
				delete(m.sums, other)
				break
			}
		}
	}
}
