package peers_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/peers"
)

// wire is a line within the test: what is published is heard before Publish returns.
type wire struct {
	mu      sync.Mutex
	hear    map[int]func([]byte)
	held    map[int]func(error)
	said    [][]byte
	refuses error
}

func (w *wire) Publish(_ context.Context, _ string, message []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuses != nil {
		return w.refuses
	}
	w.said = append(w.said, bytes.Clone(message))
	for _, hear := range w.hear {
		hear(bytes.Clone(message))
	}
	return nil
}

func (w *wire) Subscribe(ctx context.Context, _ string, hear func([]byte), held func(error)) {
	w.mu.Lock()
	if w.hear == nil {
		w.hear, w.held = map[int]func([]byte){}, map[int]func(error){}
	}
	n := len(w.hear)
	w.hear[n], w.held[n] = hear, held
	held(nil)
	w.mu.Unlock()
	<-ctx.Done()
}

var (
	secret = []byte(strings.Repeat("s", 32))
	noon   = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
)

// ear is a topic and what it heard.
type ear struct {
	*peers.Topic
	heard []peers.Message
}

func listen(t *testing.T, w *wire, secret []byte, name string, now func() time.Time) *ear {
	t.Helper()
	topic, err := peers.NewTopic(w, secret, name, now)
	if err != nil {
		t.Fatal(err)
	}
	e := &ear{Topic: topic}
	held := make(chan error, 1)
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	running.Go(func() {
		topic.Hear(ctx, func(m peers.Message) { e.heard = append(e.heard, m) }, func(err error) { held <- err })
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	<-held
	return e
}

func TestATopicIsHeardByItsSiteOnly(t *testing.T) {
	w, now := &wire{}, func() time.Time { return noon }
	a, b := listen(t, w, secret, "matter", now), listen(t, w, secret, "matter", now)
	other, matter := listen(t, w, []byte(strings.Repeat("o", 32)), "matter", now), listen(t, w, secret, "matters", now)
	for _, body := range []string{"canary one", "", strings.Repeat("x", peers.MaxBody)} {
		if err := a.Tell(t.Context(), []byte(body)); err != nil {
			t.Fatal(err)
		}
		got := b.heard[len(b.heard)-1]
		if got.From != a.Self() || got.Seq != uint64(len(b.heard)) || !got.Sent.Equal(noon) || string(got.Body) != body {
			t.Errorf("heard %d, sent %v, of %d bytes", got.Seq, got.Sent, len(got.Body))
		}
	}
	if a.Tell(t.Context(), make([]byte, peers.MaxBody+1)) == nil {
		t.Error("a body above the bound was told")
	}
	for name, e := range map[string]*ear{"oneself": a, "another site": other, "another matter": matter} {
		if len(e.heard) != 0 {
			t.Errorf("%s heard %d messages", name, len(e.heard))
		}
	}
	if f := other.Figures(); f.Strange != 3 {
		t.Errorf("another site: %+v", f)
	}
	for _, said := range w.said {
		if bytes.Contains(said, []byte("canary")) || len(said) > 64<<10 {
			t.Errorf("%d bytes go over the line, or can be read there", len(said))
		}
	}
}

func TestATopicTrustsNobody(t *testing.T) {
	w, at := &wire{}, noon
	now := func() time.Time { return at }
	a, b := listen(t, w, secret, "matter", now), listen(t, w, secret, "matter", now)
	if err := a.Tell(t.Context(), []byte("body")); err != nil {
		t.Fatal(err)
	}
	said := w.said[0]
	for i := range said {
		forged := bytes.Clone(said)
		forged[i] ^= 1
		w.hear[1](forged)
	}
	for _, n := range []int{0, 1, 39, len(said) - 1} {
		w.hear[1](said[:n])
	}
	w.hear[1](make([]byte, 1<<20))
	if f := b.Figures(); len(b.heard) != 1 || f.Strange != int64(len(said)+5) || f.Heard != 1 {
		t.Errorf("heard %d: %+v", len(b.heard), f)
	}
	for _, away := range []time.Duration{-11 * time.Minute, 11 * time.Minute} {
		at = noon.Add(away)
		w.hear[1](said)
	}
	if f := b.Figures(); len(b.heard) != 1 || f.Stale != 2 {
		t.Errorf("of another time: heard %d: %+v", len(b.heard), f)
	}
	w.refuses = errors.New("no right")
	if err := a.Tell(t.Context(), nil); !errors.Is(err, w.refuses) || a.Figures().Untold != 1 || a.Figures().Told != 1 {
		t.Errorf("%v, %+v", err, a.Figures())
	}
}

func FuzzOpen(f *testing.F) {
	w := &wire{}
	topic, err := peers.NewTopic(w, secret, "matter", func() time.Time { return noon })
	if err != nil {
		f.Fatal(err)
	}
	if err := topic.Tell(f.Context(), []byte("body")); err != nil {
		f.Fatal(err)
	}
	f.Add(w.said[0])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bytes.Equal(raw, w.said[0]) {
			return
		}
		own := &wire{}
		e := listen(t, own, secret, "matter", func() time.Time { return noon })
		own.hear[0](raw)
		if len(e.heard) > 0 {
			t.Error("a message was made up")
		}
	})
}
