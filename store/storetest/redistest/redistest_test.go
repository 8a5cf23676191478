package redistest_test

import (
	"bytes"
	"testing"

	"github.com/kelisim/kelisim/store/storetest/redistest"
)

func TestServerLivesThroughAKill(t *testing.T) {
	s := redistest.Start(t, "--appendfsync", "always")
	command := func(want string, args ...string) {
		t.Helper()
		if got, err := s.Command(t.Context(), args...); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", args, got, err, want)
		}
	}
	command("+OK", "SET", "k", "kept for the restart")
	s.Kill()
	s.Kill()
	if _, err := s.Command(t.Context(), "PING"); err == nil {
		t.Error("a killed server answers")
	}
	url := s.URL()
	s.Restart()
	if s.URL() != url {
		t.Errorf("URL %s, then %s", url, s.URL())
	}
	command("kept for the restart", "GET", "k")
	if !bytes.Contains(s.Raw(), []byte("kept for the restart")) {
		t.Error("what rests does not show")
	}
	s.Stop()
	s.Stop()
	if !bytes.Contains(s.Raw(), []byte("kept for the restart")) {
		t.Error("what rests of a stopped server does not show")
	}
}

func TestServersAreApart(t *testing.T) {
	a, b := redistest.Start(t), redistest.Start(t)
	if a.URL() == b.URL() || a.Dir() == b.Dir() {
		t.Errorf("two servers at %s in %s", a.URL(), a.Dir())
	}
}

func TestClusterHasAllSlots(t *testing.T) {
	s := redistest.StartCluster(t)
	if got, err := s.Command(t.Context(), "SET", "any", "thing"); err != nil || string(got) != "+OK" {
		t.Errorf("%q, %v", got, err)
	}
}
