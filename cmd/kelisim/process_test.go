package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

// process is the program, running.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	base   string // what it is reached by
	mu     sync.Mutex
	output bytes.Buffer
	done   chan error
}

// patience is how long the program may take to do anything.
const patience = time.Minute

// start runs the program until it says where it can be reached.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: program(t, args...), done: make(chan error, 1)}
	pipe, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	reached := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			_, _ = p.Write(append(lines.Bytes(), '\n'))
			if url := address.FindString(lines.Text()); url != "" {
				select {
				case reached <- strings.TrimSuffix(url, "/"):
				default:
				}
			}
		}
		p.done <- p.cmd.Wait()
	}()
	select {
	case p.base = <-reached:
	case err := <-p.done:
		t.Fatalf("it did not start: %v\n%s", err, p)
	case <-time.After(patience):
		t.Fatalf("it does not say where it can be reached:\n%s", p)
	}
	return p
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+(/|$)`)

// program is the program with an environment of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("kelisim", args...)
	home := t.TempDir()
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "KELISIM_MEMORY=none"}
	cmd.Dir = home
	return cmd
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.Write(b)
}

func (p *process) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// stop asks the program to end and returns its exit code.
func (p *process) stop() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	return p.wait()
}

func (p *process) wait() int {
	p.t.Helper()
	select {
	case err := <-p.done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.t.Fatal(err)
		}
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatalf("it does not end:\n%s", p)
		return -1
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// TestAloneIsTheDemonstration: without a command, with and without flags, it is the demonstration.
func TestAloneIsTheDemonstration(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--addr", "127.0.0.1:0"}, {"demo", "--addr", "127.0.0.1:0"}} {
		p := start(t, args...)
		for path, want := range map[string]string{"/": "<html", "/consent/": "<html", "/admin/": "<html", "/healthz": "ok", "/.well-known/gpc.json": `"gpc":true`} {
			if status, body := get(t, p.base+path); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%v: %s: status %d, body %.80q", args, path, status, body)
			}
		}
		until(t, p, "a set-up link is printed", func() bool { return strings.Contains(p.String(), "First admin") })
		if code := p.stop(); code != 0 {
			t.Errorf("%v: exit code %d after SIGTERM:\n%s", args, code, p)
		}
	}
}

// TestTermDrains: a request under way is answered in full, new ones are not taken, the exit code is 0.
func TestTermDrains(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "the first half, ")
		_ = http.NewResponseController(w).Flush()
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "the second half")
	}))
	defer upstream.Close()
	policy, err := filepath.Abs("demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "proxy", "--addr", "127.0.0.1:0", "--upstream", upstream.URL, "--policy", policy, "--trust", "direct")
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get(p.base + "/slow.txt")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		answer <- string(body) + errText(err)
	}()
	<-arrived
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	refuses(t, p.base)
	close(release)
	if got := <-answer; got != "the first half, the second half" {
		t.Errorf("the request under way got %q", got)
	}
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return " " + err.Error()
}

// refuses waits until nobody listens any more.
func refuses(t *testing.T, base string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		response, err := client.Get(base + "/healthz")
		if err != nil {
			return
		}
		_ = response.Body.Close()
	}
	t.Fatal("it takes new requests after SIGTERM")
}

// TestOneProcessPerFile: an import into the file of a running server says what to do.
func TestOneProcessPerFile(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := start(t, "--addr", "127.0.0.1:0", "--data", data)
	for _, args := range [][]string{{"import", "--data", data, os.DevNull}, {"--addr", "127.0.0.1:0", "--data", data}} {
		cmd := program(t, args...)
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), "another process") || strings.Count(string(out), "kelisim:") != 1 {
			t.Errorf("%v: exit code %d: %s", args, cmd.ProcessState.ExitCode(), out)
		}
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
}

// TestKilledImportIsResumed: kill -9 in the middle, and the same command again gives the right totals.
func TestKilledImportIsResumed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 60_000 {
		at = at.Add(4 * time.Second)
		log.WriteString("192.0.2." + []string{"1", "2", "3", "4", "5", "6", "7"}[i%7] + at.Format(" - - [02/Jan/2006:15:04:05 -0700] "))
		log.WriteString(`"GET /` + strings.Repeat("a", i%11) + ` HTTP/1.1" 200 12 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"` + "\n")
	}
	whole, killed := t.TempDir(), t.TempDir()
	importAll(t, whole, log.Bytes())

	cmd := program(t, "import", "--data", killed, "-")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdin.Write(log.Bytes()[:log.Len()*3/4]); err != nil { // all but the last blocks of it were counted then
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	if half := totals(t, killed); half == 0 || half >= 60_000 {
		t.Errorf("the killed import counted %d", half)
	}
	out := importAll(t, killed, log.Bytes())
	if !strings.Contains(out, "had been counted before") {
		t.Errorf("it began anew:\n%s", out)
	}
	if got, want := totals(t, killed), totals(t, whole); got != want || want != 60_000 {
		t.Errorf("%d requests after the kill, %d without, of 60000", got, want)
	}
}

func importAll(t *testing.T, data string, log []byte) string {
	t.Helper()
	cmd := program(t, "import", "--data", data, "-")
	cmd.Stdin = bytes.NewReader(log)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func totals(t *testing.T, data string) (requests int64) {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(data, "kelisim.db"), boltstore.Options{Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Shutdown()
	first, last, _, err := store.Span(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	err = store.Totals(context.Background(), first, last, func(total stats.Total) { requests += total.Counts.Hits() })
	if err != nil {
		t.Fatal(err)
	}
	return requests
}
