package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// asked is what the third party has been asked for, by its own log: "GET /tracker.js".
func (p *program) asked() (all []string) {
	p.t.Helper()
	answer, err := http.Get(p.third + "/log")
	if err != nil {
		p.t.Fatal(err)
	}
	defer closing(p.t, answer.Body)
	var seen []struct{ What string }
	if err := json.NewDecoder(answer.Body).Decode(&seen); err != nil {
		p.t.Fatal(err)
	}
	for _, s := range seen {
		all = append(all, s.What)
	}
	return all
}

// wantSilence fails if the third party was asked for more than it had been before.
func (p *program) wantSilence(t *testing.T, before []string) {
	t.Helper()
	if now := p.asked(); len(now) != len(before) {
		t.Errorf("the third party was asked: %q", now[:len(now)-len(before)])
	}
}

// wantAsked waits until the third party was asked for everything in want.
func (p *program) wantAsked(t *testing.T, want ...string) {
	t.Helper()
	poll(t, "the third party is asked for "+strings.Join(want, ", "), func() (bool, any) {
		got := p.asked()
		for _, what := range want {
			if !strings.Contains(strings.Join(got, "\n"), what) {
				return false, got
			}
		}
		return true, nil
	})
}
