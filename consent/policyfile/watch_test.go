package policyfile_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
)

// watched is a file under watch, and the policies that it brought into force.
type watched struct {
	t       *testing.T
	path    string
	text    string
	fault   error // of apply
	applied []consent.Policy
	*policyfile.Watcher
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{t: t, path: change(t)}
	data, err := os.ReadFile(w.path)
	if err != nil {
		t.Fatal(err)
	}
	w.text = string(data)
	first, err := policyfile.Load(w.path)
	if err != nil {
		t.Fatal(err)
	}
	w.Watcher, err = policyfile.NewWatcher(w.path, first, func(p consent.Policy) error {
		if w.fault == nil {
			w.applied = append(w.applied, p)
		}
		return w.fault
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *watched) write(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// look looks n times, and says what the looks brought.
func (w *watched) look(n int) (changes, faults int) {
	for range n {
		changed, err := w.Look()
		if changed {
			changes++
		}
		if err != nil {
			faults++
		}
	}
	return changes, faults
}

func TestWatcherTakesAChangeOnce(t *testing.T) {
	t.Parallel()
	w := watch(t)
	if changes, faults := w.look(5); changes+faults != 0 {
		t.Errorf("an unchanged file: %d changes, %d faults", changes, faults)
	}
	w.write(strings.Replace(w.text, "Настройки", "Предпочтения", 1))
	if changes, _ := w.look(1); changes != 0 {
		t.Error("bytes that may be half of a file are taken")
	}
	if changes, faults := w.look(5); changes != 1 || faults != 0 {
		t.Errorf("a changed file: %d changes, %d faults", changes, faults)
	}
	if len(w.applied) != 1 || w.applied[0].Purposes[1].Name["ru"] != "Предпочтения" {
		t.Errorf("applied %d policies", len(w.applied))
	}
	w.write(w.text)
	if changed, err := w.Reload(); !changed || err != nil {
		t.Errorf("asked for, a change is not taken at once: %v, %v", changed, err)
	}
	if got := w.State(); got != (policyfile.WatchState{Taken: 2}) {
		t.Errorf("state %+v", got)
	}
}

// TestWatcherKeepsTheLastGoodPolicy whatever the file becomes, tells each fault once, and takes up again what is good.
func TestWatcherKeepsTheLastGoodPolicy(t *testing.T) {
	t.Parallel()
	w := watch(t)
	refused := int64(0)
	refuse := func(what, text string) {
		t.Helper()
		w.write(text)
		if changes, faults := w.look(5); changes != 0 || faults != 1 {
			t.Errorf("%s: %d changes, %d faults", what, changes, faults)
		}
		refused++
		if got := w.State(); got.Fault == nil || got.Refused != refused {
			t.Errorf("%s: state %+v", what, got)
		}
	}
	refuse("half a file", w.text[:len(w.text)/2])
	refuse("nothing", "")
	refuse("a wrong value", strings.Replace(w.text, "model: opt-in", "model: silence", 1))
	refuse("more, unannounced", strings.Replace(w.text, "purposes: [statistics]\n    source: automatic", "purposes: [statistics, marketing]\n    source: automatic", 1))
	w.fault = errors.New("not now")
	refuse("refused by the guard", strings.Replace(w.text, "Настройки", "Предпочтения", 1))
	w.fault = nil
	if err := os.Remove(w.path); err != nil {
		t.Fatal(err)
	}
	if changes, faults := w.look(5); changes != 0 || faults != 1 || w.State().Fault == nil {
		t.Errorf("no file: %d changes, %d faults, %+v", changes, faults, w.State())
	}
	if len(w.applied) != 0 {
		t.Fatal("a faulty policy came into force")
	}
	w.write(w.text)
	if changes, faults := w.look(5); changes+faults != 0 || w.State().Fault != nil {
		t.Errorf("the file is good again: %d changes, %d faults, %+v", changes, faults, w.State())
	}
	w.write(strings.Replace(w.text, "Настройки", "Предпочтения", 1))
	if changes, _ := w.look(5); changes != 1 {
		t.Error("what is good is not taken up again")
	}
}

func TestWatcherRunsAndLogsEachFaultOnce(t *testing.T) {
	w := watch(t)
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		again := make(chan os.Signal)
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.Run(ctx, time.Second, again, slog.New(slog.NewTextHandler(&log, nil)))
		}()
		w.write("site: [")
		time.Sleep(time.Minute)
		w.write(strings.Replace(w.text, "Настройки", "Предпочтения", 1))
		again <- os.Interrupt
		synctest.Wait()
		cancel()
		<-done
	})
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || strings.Count(got, "level=INFO") != 1 || !strings.Contains(got, "revision=1") {
		t.Errorf("logged\n%s", got)
	}
}

func TestNewWatcherNeedsAPolicy(t *testing.T) {
	t.Parallel()
	if _, err := policyfile.NewWatcher("policy.yaml", consent.Policy{}, nil); err == nil {
		t.Error("an empty policy is watched")
	}
}
