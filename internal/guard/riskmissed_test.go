package guard_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/risk"
)

// wire is a shelf whose processes hear each other, unless it is cut.
type wire struct {
	*risk.MemoryShelf
	mu   sync.Mutex
	cut  bool // nothing is told
	lost int  // what was to be told meanwhile
	said [][]byte
	hear map[*ear]bool
}

type ear struct {
	hear func([]byte)
	held func(error)
}

func (w *wire) Publish(_ context.Context, _ string, message []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		w.lost++
		return errors.New("the wire is cut")
	}
	w.said = append(w.said, message)
	for e := range w.hear {
		e.hear(message)
	}
	return nil
}

func (w *wire) Subscribe(ctx context.Context, _ string, hear func([]byte), held func(error)) {
	e := &ear{hear, held}
	w.mu.Lock()
	w.hear[e] = true
	held(nil)
	w.mu.Unlock()
	<-ctx.Done()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.hear, e)
}

// record returns what was told since it was asked last.
func (w *wire) record() (said [][]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	said, w.said = w.said, nil
	return said
}

func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
}

// back has everybody subscribed again.
func (w *wire) back() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for e := range w.hear {
		e.held(nil)
	}
}

func (w *wire) state() (ears, lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.hear), w.lost
}

// TestS4_4_5_WithdrawalsThatWereNotHeard: what pages told of browsers is forgotten where a withdrawal may have been missed, whether its teller
// or its hearer was cut off.
func TestS4_4_5_WithdrawalsThatWereNotHeard(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		cut  func(t *testing.T, w *wire, withdraw func())
	}{
		{"heard", func(_ *testing.T, _ *wire, withdraw func()) { withdraw() }},
		{"the teller was cut off", func(t *testing.T, w *wire, withdraw func()) {
			w.set(true)
			withdraw()
			soon(t, "it was not told", func() bool { _, lost := w.state(); return lost > 0 })
			w.set(false)
		}},
		{"the hearer was cut off", func(_ *testing.T, w *wire, _ func()) { w.back() }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{MemoryShelf: risk.NewMemoryShelf(nil), hear: map[*ear]bool{}}
			join := func() *risk.Engine {
				return judge(t, guard.RiskShadow, func(c *guard.Config) { c.Risk.Shelf = w }).guard.RiskEngine()
			}
			a, b := join(), join()
			soon(t, "both hear", func() bool { ears, _ := w.state(); return ears == 2 })
			device, err := b.NewDevice()
			if err != nil {
				t.Fatal(err)
			}
			if err := b.TellBrowser(device, risk.Browser{Driven: true}, "KZ", time.Now()); err != nil {
				t.Fatal(err)
			}
			row.cut(t, w, func() { a.WithdrawDevice(device, time.Now()) })
			soon(t, "b has forgotten it", func() bool { return !b.KnowsBrowser(device, time.Now()) })
		})
	}
}

// TestNothingSaidCountsTwice: whoever has the line says failures again that one process told, after many others were heard over a year: each
// counts once.
func TestNothingSaidCountsTwice(t *testing.T) {
	t.Parallel()
	w := &wire{MemoryShelf: risk.NewMemoryShelf(nil), hear: map[*ear]bool{}}
	b := judge(t, guard.RiskShadow, func(c *guard.Config) { c.Risk.Shelf = w })
	soon(t, "it hears", func() bool { ears, _ := w.state(); return ears == 1 })
	others := func() {
		for range 200 {
			topic, err := peers.NewTopic(w, secret, "risk", b.now)
			if err != nil {
				t.Fatal(err)
			}
			if err := topic.Tell(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	others()
	b.wait(21 * time.Minute)
	a := judge(t, guard.RiskShadow, func(c *guard.Config) { c.Risk.Shelf, c.Now = w, b.now })
	soon(t, "both hear", func() bool { ears, _ := w.state(); return ears == 2 })
	from := netip.MustParseAddr("192.0.2.7")
	w.record()
	for range 4 {
		if _, err := a.guard.Report(t.Context(), risk.Event{Kind: risk.LoginFailed, Account: "aigerim", Addr: from}); err != nil {
			t.Fatal(err)
		}
	}
	device, err := b.guard.RiskEngine().NewDevice()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.guard.RiskEngine().TellBrowser(device, risk.Browser{}, "KZ", b.now()); err != nil {
		t.Fatal(err)
	}
	a.guard.RiskEngine().WithdrawDevice(device, b.now())
	soon(t, "b heard it", func() bool { return !b.guard.RiskEngine().KnowsBrowser(device, b.now()) })
	others()
	for _, message := range w.record() {
		if err := w.Publish(t.Context(), "risk", message); err != nil {
			t.Fatal(err)
		}
	}
	if v := b.guard.RiskEngine().Standing(from, b.now()); v.Action != risk.ActionAllow {
		t.Errorf("four failures said twice: %v %v", v.Action, v.Reasons)
	}
}
