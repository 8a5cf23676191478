package peers

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// answers tells everything to whoever asks, one after the other, slowly enough for the line.
type answers struct {
	mu      sync.Mutex
	waiting []ID
	busy    bool
	cancel  context.CancelFunc
	running sync.WaitGroup
}

const (
	maxWaiting = 8
	answerPace = 10 * time.Millisecond // 6 MiB a second
)

// start puts an asker in line; the zero ID is all. It reports whether there was room: who is left out asks another.
func (a *answers) start(v *Visitors, to ID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) >= maxWaiting {
		return false
	}
	for _, id := range a.waiting {
		if id == to {
			return true
		}
	}
	a.waiting = append(a.waiting, to)
	if !a.busy {
		a.busy = true
		ctx, cancel := context.WithCancel(context.Background())
		a.cancel = cancel
		a.running.Go(func() { a.run(ctx, v) })
	}
	return true
}

// stop ends what is under way, and waits for that.
func (a *answers) stop() {
	a.mu.Lock()
	if a.cancel != nil {
		a.cancel()
	}
	a.mu.Unlock()
	a.running.Wait()
}

func (a *answers) run(ctx context.Context, v *Visitors) {
	for {
		a.mu.Lock()
		if len(a.waiting) == 0 || ctx.Err() != nil {
			a.waiting, a.busy = nil, false
			a.cancel()
			a.mu.Unlock()
			return
		}
		to := a.waiting[0]
		a.waiting = a.waiting[1:]
		a.mu.Unlock()
		v.answer(ctx, to)
	}
}

// answer tells everything of the living days.
func (v *Visitors) answer(ctx context.Context, to ID) {
	n := uint64(0)
	for _, day := range v.o.Anonymiser.Days() {
		v.o.Anonymiser.Everything(day, partSize, func(part []byte) bool {
			n++
			return v.answerOne(ctx, to, day, part)
		})
	}
	if ctx.Err() == nil {
		v.say(ctx, binary.BigEndian.AppendUint64(append([]byte{kindEnd}, to[:]...), n))
	}
}

func (v *Visitors) answerOne(ctx context.Context, to ID, day visit.Day, part []byte) bool {
	seed, ok := v.keys.of(day)
	if !ok {
		return false
	}
	head := append(append([]byte{kindAnswer}, to[:]...), seed[:]...)
	body, err := v.keys.seal(drawer{seed, v.topic.Self()}, head, part)
	if err != nil || !v.say(ctx, body) {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(answerPace):
		return true
	}
}

// takeAnswer takes in some of what was asked for, or what another tells all.
func (v *Visitors) takeAnswer(m *Message, data []byte) {
	w := words{data: data}
	to := w.id()
	mine := to == v.topic.Self()
	if w.failed || !mine && to != (ID{}) {
		return
	}
	f := v.fetching
	if f == nil || f.from != m.From || !mine {
		f = &fetching{} // nothing waits for it, and there is no harm in hearing it
	}
	f.last = v.ticks
	if m.Body[0] == kindAnswer {
		seed := w.seedID()
		if f.got++; !w.failed {
			v.hear(drawer{seed, m.From}, m.Body[:len(m.Body)-len(w.data)], w.data)
		}
		return
	}
	total := w.uint64()
	if f != v.fetching || !w.ended() {
		return
	}
	v.fetching = nil
	if f.got < total {
		return // some did not come: asked again with the next tick
	}
	v.settle()
}
