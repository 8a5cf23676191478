package risk

import (
	"context"
	"sync"
	"time"
)

// ownSlots are documents in memory.
type ownSlots struct {
	mu  sync.Mutex
	all map[string][]byte
}

// Change implements changer.
func (o *ownSlots) Change(_ context.Context, key string, f func([]byte) ([]byte, time.Time, bool)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	document, _, ok := f(o.all[key])
	switch {
	case !ok:
	case document == nil:
		delete(o.all, key)
	default:
		if o.all == nil {
			o.all = make(map[string][]byte)
		}
		o.all[key] = document
	}
	return nil
}

func (o *ownSlots) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = nil
}

func (o *ownSlots) bytes() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, document := range o.all {
		n += len(document)
	}
	return n
}
