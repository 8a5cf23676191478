package stats

import (
	"context"
	"sync"
	"time"
)

// What strangers read over a long range is judged day by day, which takes a while: so the sums of whole months are remembered for
// a moment, and one reader at a time makes them. They may be older than what rests by that moment, and tell nothing that was not told then.
const (
	apartFor  = 5 * time.Minute
	mostApart = 1 << 16 // values of all months, about 20 MB
)

// monthsApart are sums of months that are set apart. It is safe for concurrent use; what is in it is never written to.
type monthsApart struct {
	making chan struct{} // holds one who makes sums
	mu     sync.Mutex
	sums   map[monthApart]sumsApart
	values int // of sums
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

func newMonthsApart() *monthsApart {
	return &monthsApart{making: make(chan struct{}, 1), sums: map[monthApart]sumsApart{}}
}

// of returns the sums of a month, which produce makes if they are not known. Whoever else makes some is waited for, until ctx is done.
func (m *monthsApart) of(ctx context.Context, k monthApart, produce func() (sumsApart, error)) (sumsApart, error) {
	if s, ok := m.get(k); ok {
		return s, nil
	}
	select {
	case m.making <- struct{}{}:
		defer func() { <-m.making }()
	case <-ctx.Done():
		return sumsApart{}, ctx.Err()
	}
	if s, ok := m.get(k); ok {
		return s, nil
	}
	s, err := produce()
	if err == nil {
		m.put(k, s)
	}
	return s, err
}

func (m *monthsApart) get(k monthApart) (sumsApart, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sums[k]
	return s, ok && time.Now().Before(s.until)
}

// put remembers s. Where there are too many, which others go does not matter: they come again when they are asked for.
func (m *monthsApart) put(k monthApart, s sumsApart) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.until = time.Now().Add(apartFor)
	m.values += 1 + len(s.values) - m.drop(k)
	m.sums[k] = s
	for other := range m.sums {
		if m.values <= mostApart {
			return
		}
		if other != k {
			m.values -= m.drop(other)
		}
	}
}

// drop forgets the sums of a month, and returns how much room they took.
func (m *monthsApart) drop(k monthApart) int {
	s, ok := m.sums[k]
	if !ok {
		return 0
	}
	delete(m.sums, k)
	return 1 + len(s.values)
}
