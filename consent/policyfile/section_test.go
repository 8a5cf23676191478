package policyfile_test

import (
	"errors"
	"strings"
	"testing"
)

// TestASectionFollowsTheFile: it is checked before anything comes into force, and comes into force with the policy, or without where
// only it changed.
func TestASectionFollowsTheFile(t *testing.T) {
	t.Parallel()
	w := watch(t)
	var held string
	fault := errors.New("no such signal")
	w.With(func(data []byte) (func() (bool, error), error) {
		_, next, _ := strings.Cut(string(data), "risk:")
		if strings.Contains(next, "bad") {
			return nil, fault
		}
		return func() (bool, error) {
			changed := next != held
			held = next
			return changed, nil
		}, nil
	})
	w.write(w.text + "\nrisk: {off: [agent_old]}\n")
	if changed, err := w.Reload(); !changed || err != nil || !strings.Contains(held, "agent_old") || len(w.applied) != 0 {
		t.Errorf("rules alone: %v, %v, %q, %d policies", changed, err, held, len(w.applied))
	}
	if changed, err := w.Reload(); changed || err != nil {
		t.Errorf("the same again: %v, %v", changed, err)
	}
	w.write(strings.Replace(w.text, "number: 1", "number: 2", 1) + "\nrisk: {off: [bad]}\n")
	if changed, err := w.Reload(); changed || !errors.Is(err, fault) || len(w.applied) != 0 || strings.Contains(held, "bad") {
		t.Errorf("a bad section: %v, %v, %q, %d policies", changed, err, held, len(w.applied))
	}
	if state := w.State(); state.Taken != 1 || state.Refused != 1 || state.Fault == nil {
		t.Errorf("state %+v", state)
	}
	w.write(w.text)
	if changed, err := w.Reload(); !changed || err != nil || held != "" {
		t.Errorf("no section any more: %v, %v, %q", changed, err, held)
	}
}
