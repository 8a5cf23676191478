package server

import (
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sessionsMax bounds the number of people signed in; beyond it the session that ends first goes.
const sessionsMax = 1024

// memory keeps sessions in memory: they end with the process, and nothing of them rests anywhere. It is
// scs's store without a goroutine: what has ended is swept when a new one comes.
type memory struct {
	mu  sync.Mutex
	now func() time.Time
	all map[string]kept
}

type kept struct {
	data []byte
	ends time.Time
}

func newMemory(now func() time.Time) *memory { return &memory{now: now, all: make(map[string]kept)} }

// Find returns the session under token; found is false for none or one that has ended.
func (m *memory) Find(token string) (data []byte, found bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.all[token]
	if !ok || !m.now().Before(k.ends) {
		return nil, false, nil
	}
	return k.data, true, nil
}

// Commit keeps a session until it ends.
func (m *memory) Commit(token string, data []byte, ends time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.all[token]; !ok {
		m.sweep()
	}
	m.all[token] = kept{data, ends}
	return nil
}

// Delete forgets a session.
func (m *memory) Delete(token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, token)
	return nil
}

// drop ends all sessions of an account.
func (m *memory) drop(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for token, k := range m.all {
		if _, values, err := (scs.GobCodec{}).Decode(k.data); err == nil && values[sessionName] == name {
			delete(m.all, token)
		}
	}
}

// sweep removes what has ended, and makes room for one more.
func (m *memory) sweep() {
	now, first := m.now(), ""
	for token, k := range m.all {
		if !now.Before(k.ends) {
			delete(m.all, token)
		} else if first == "" || k.ends.Before(m.all[first].ends) {
			first = token
		}
	}
	if len(m.all) >= sessionsMax {
		delete(m.all, first)
	}
}
