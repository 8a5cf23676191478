package main

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/middleware"
)

// TestARestartIsNoNewDay: the program stopped in order knows whom it saw; killed, it says how many it may count twice.
func TestARestartIsNoNewDay(t *testing.T) {
	t.Parallel()
	memory := middleware.MemoryDir()
	if memory == "" {
		t.Skip("this system has no folder that is in memory alone")
	}
	data := t.TempDir()
	metrics := freePort(t)
	run := func() *process {
		t.Helper()
		return start(t, "demo", "--addr", "127.0.0.1:0", "--data", data, "--memory", memory, "--metrics", metrics, "--secret", strings.Repeat("s", 40))
	}
	says := func(lines ...string) bool { // within five seconds
		for over := time.Now().Add(5 * time.Second); time.Now().Before(over); {
			if response, err := http.Get("http://" + metrics + "/metrics"); err == nil {
				text, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				missing := slices.ContainsFunc(lines, func(line string) bool { return !strings.Contains(string(text), "\n"+line+"\n") })
				if !missing {
					return true
				}
			}
		}
		return false
	}
	p := run()
	browse(t, p.base)
	if p.stop() != 0 {
		t.Fatal("it did not end in order")
	}
	p = run()
	if !says("kelisim_visitors 1", "kelisim_visitors_anew 0") {
		t.Error("after a restart in order nobody is known")
	}
	browse(t, p.base)
	if !says("kelisim_hits_waiting 0", "kelisim_hits_spooled 0") {
		t.Fatal("it does not store what it counts")
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.wait()
	p = run()
	if !says("kelisim_visitors 0", "kelisim_visitors_anew 1") {
		t.Error("after a kill it does not say that one visitor may count twice")
	}
	p.stop()
	if left, _ := filepath.Glob(filepath.Join(memory, "kelisim-*.seen.new")); len(left) > 0 {
		t.Errorf("left half-written: %q", left)
	}
}

// browse opens a page as a browser does.
func browse(t *testing.T, base string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"},
		"Accept":     {"text/html"}, "Accept-Language": {"kk"}, "Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Mode": {"navigate"},
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}

// freePort is an address that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // nothing was written to it
	return l.Addr().String()
}
