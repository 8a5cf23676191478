package e2e_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is a running kelisim.
type program struct {
	t      *testing.T
	site   string // "http://127.0.0.1:port"
	third  string // the third party's
	output *output
	args   []string
	cmd    *exec.Cmd
	done   chan error
}

// output collects what the program prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs the demonstration with a database of its own, and ends it in order with the test.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{t: t, args: append([]string{"--data", t.TempDir()}, args...)}
	p.run("127.0.0.1:0")
	t.Cleanup(p.stop)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the program said:\n%s", p.output)
		}
	})
	return p
}

var printed = regexp.MustCompile(`Site +(\S+)/\n[\s\S]*Third party +(\S+)/log`)

func (p *program) run(addr string) {
	p.t.Helper()
	p.output = new(output)
	p.cmd = exec.Command(shared.binary, append([]string{"--addr", addr}, p.args...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.Env = environment(p.t)
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.done = make(chan error, 1)
	go func(cmd *exec.Cmd, done chan error) { done <- cmd.Wait() }(p.cmd, p.done)
	poll(p.t, "the program prints its addresses", func() (bool, any) {
		found := printed.FindStringSubmatch(p.output.String())
		if found == nil {
			return false, p.output
		}
		p.site, p.third = found[1], found[2]
		return true, nil
	})
	poll(p.t, "/healthz answers", func() (bool, any) {
		answer, err := http.Get(p.site + "/healthz")
		if err != nil {
			return false, err
		}
		defer closing(p.t, answer.Body)
		return answer.StatusCode == http.StatusOK, answer.Status
	})
}

// environment is ours without the settings of a Kelisim that somebody runs here.
func environment(t *testing.T) []string {
	env := []string{"KELISIM_SECRET=an end-to-end secret of more than 32 bytes", "HOME=" + t.TempDir()}
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "KELISIM_") && !strings.HasPrefix(pair, "HOME=") {
			env = append(env, pair)
		}
	}
	return env
}

// stop sends SIGTERM and wants an orderly end. It does nothing to a program that has ended.
func (p *program) stop() {
	p.t.Helper()
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Errorf("SIGTERM: %v", err)
	}
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Errorf("after SIGTERM: %v, want exit code 0\n%s", err, p.output)
		}
	case <-time.After(30 * time.Second):
		p.t.Errorf("still running 30 s after SIGTERM\n%s", p.output)
		p.kill()
	}
	p.cmd = nil
}

// kill ends the program as a power cut does.
func (p *program) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("kill -9: %v", err)
	}
	<-p.done
	p.cmd = nil
}

// again starts the program where it was.
func (p *program) again() {
	p.t.Helper()
	p.run(strings.TrimPrefix(p.site, "http://"))
}

func closing(t *testing.T, c io.Closer) {
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
