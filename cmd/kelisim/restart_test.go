package main

import (
	"net/http"
	"os"
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
	if middleware.MemoryDir() == "" {
		t.Skip("needs a folder that is in memory alone, such as /dev/shm, which every Linux has")
	}
	memory, err := os.MkdirTemp(middleware.MemoryDir(), "kelisim-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(memory) })
	withinOneDay()
	data := t.TempDir()
	var p *process
	run := func() *process {
		t.Helper()
		return start(t, "demo", "--addr", "127.0.0.1:0", "--data", data, "--memory", memory, "--metrics", "127.0.0.1:0", "--secret", strings.Repeat("s", 40))
	}
	says := func(what string, lines ...string) {
		t.Helper()
		var text string
		defer func() {
			if t.Failed() {
				t.Logf("its metrics were\n%s", text)
			}
		}()
		until(t, p, what, func() bool {
			text = p.metrics()
			return !slices.ContainsFunc(lines, func(line string) bool { return !strings.Contains(text, "\n"+line+"\n") })
		})
	}
	p = run()
	browse(t, p.base)
	if p.stop() != 0 {
		t.Fatal("it did not end in order")
	}
	p = run()
	says("after a restart in order the visitor is known", "kelisim_visitors 1", "kelisim_visitors_anew 0")
	browse(t, p.base)
	says("what it counts is stored", "kelisim_hits_waiting 0", "kelisim_hits_spooled 0")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.wait()
	p = run()
	says("after a kill it says that one visitor may count twice", "kelisim_visitors 0", "kelisim_visitors_anew 1")
	p.stop()
	if left, _ := filepath.Glob(filepath.Join(memory, "kelisim-*.seen.new")); len(left) > 0 {
		t.Errorf("left half-written: %q", left)
	}
}

// withinOneDay waits for midnight, where it is near: on the next day nobody was seen.
func withinOneDay() {
	const enough = 2 * time.Minute
	if now := time.Now().UTC(); now.Add(enough).Day() != now.Day() {
		<-time.After(time.Until(now.Add(enough).Truncate(24 * time.Hour)))
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
