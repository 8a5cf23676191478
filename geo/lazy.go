package geo

import (
	"sync"
	"sync/atomic"
)

// lazy is a part of a table that is unpacked when a look-up first needs it.
type lazy[T any] struct {
	ready atomic.Pointer[T]
	mu    sync.Mutex
}

// fill unpacks the part, once. A part that cannot be unpacked, which only a damaged program brings about
// ([Parse] has tried them all), is none: look-ups that meet it find nothing.
func (l *lazy[T]) fill(i int, none *T, unpack func(int) (*T, error)) *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if part := l.ready.Load(); part != nil {
		return part
	}
	part, err := unpack(i)
	if err != nil {
		part = none
	}
	l.ready.Store(part)
	return part
}
