package storetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// Line is how processes of a site reach each other over some stores, as package peers of the house needs it.
type Line interface {
	Publish(ctx context.Context, topic string, message []byte) error
	Subscribe(ctx context.Context, topic string, hear func(message []byte), held func(err error))
}

// Heard is what one subscriber hears, for tests.
type Heard struct {
	mu       sync.Mutex
	messages [][]byte
	changed  chan struct{} // closed when something was heard

	Held chan error // each change of the subscription
}

// Listen subscribes until the test is over or stop is called, and waits until the subscription is there.
func Listen(t testing.TB, l Line, topic string) (h *Heard, stop func()) {
	t.Helper()
	h = &Heard{changed: make(chan struct{}), Held: make(chan error, 100)}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { l.Subscribe(ctx, topic, h.hear, func(err error) { h.Held <- err }) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	if err := <-h.Held; err != nil {
		t.Fatalf("subscribe: %v", err)
	}
	return h, stop
}

func (h *Heard) hear(message []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.messages = append(h.messages, bytes.Clone(message))
	close(h.changed)
	h.changed = make(chan struct{})
}

// Wait returns what was heard once that are n messages.
func (h *Heard) Wait(t testing.TB, n int) (all []string) {
	t.Helper()
	over := time.After(time.Minute)
	for {
		h.mu.Lock()
		changed := h.changed
		all = all[:0]
		for _, m := range h.messages {
			all = append(all, string(m))
		}
		h.mu.Unlock()
		if len(all) >= n {
			return all
		}
		select {
		case <-changed:
		case <-over:
			t.Fatalf("heard %d messages, want %d", len(all), n)
		}
	}
}

// RunLine tests a line. open opens that of a site; server is what it runs through.
func RunLine(t *testing.T, server *redistest.Server, open func(site string) Line) {
	a, b, other := open("site"), open("site"), open("other")
	heardA, _ := Listen(t, a, "topic")
	heardB, stopB := Listen(t, b, "topic")
	apart, _ := Listen(t, b, "topics")
	foreign, _ := Listen(t, other, "topic")
	say := func(l Line, topic, text string) {
		t.Helper()
		if err := l.Publish(t.Context(), topic, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("\x00\xff", 32<<10)
	var speaking sync.WaitGroup
	for i, l := range []Line{a, b} {
		speaking.Go(func() {
			for range 20 {
				say(l, "topic", "unrest"+string(rune('a'+i)))
			}
		})
	}
	speaking.Wait()
	say(a, "topic", long)
	say(a, "topics", "another matter")
	say(other, "topic", "another site")
	got := heardA.Wait(t, 41)
	if !slices.Equal(got, heardB.Wait(t, 41)) {
		t.Error("two subscribers heard the same in another order, or not the same")
	}
	if got[40] != long {
		t.Errorf("a message of 64 KiB came as one of %d bytes", len(got[40]))
	}
	if got := apart.Wait(t, 1); !slices.Equal(got, []string{"another matter"}) {
		t.Errorf("another topic: %q", got)
	}
	if got := foreign.Wait(t, 1); !slices.Equal(got, []string{"another site"}) {
		t.Errorf("another site: %q", got)
	}
	if a.Publish(t.Context(), "topic", make([]byte, 64<<10+1)) == nil {
		t.Error("more than 64 KiB were taken")
	}
	stopB()
	say(a, "topic", "last")
	heardA.Wait(t, 42)
	if got := heardB.Wait(t, 41); len(got) != 41 {
		t.Errorf("after the end %q was heard", got[41:])
	}
	if bytes.Contains(server.Raw(), []byte("unrest")) {
		t.Error("what was published rests")
	}
}
