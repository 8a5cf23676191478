// Package redistest runs a real redis-server for a test: on a free port, on Linux of an address of its own,
// so that nobody else takes the port while the server is down; in a folder of its own, with the append-only file on. miniredis would not do, its clock standing still and its sketches being others.
//
// A test that needs Redis fails where there is none, rather than pass without having looked. On a
// machine that cannot have it, KELISIM_NO_REDIS=1 skips these tests in plain sight.
package redistest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// patience is how long a server may take to answer or to end.
const patience = time.Minute

// Server is a redis-server that lives as long as the test.
type Server struct {
	t    testing.TB
	dir  string
	addr string
	args []string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start starts a server and waits until it answers. The arguments are those of redis-server, such as
// "--appendfsync", "always"; the default is an append-only file written once a second. The server ends
// with the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return open(t, args, func(string) []string { return nil })
}

// open starts a server with further arguments that depend on the host it listens on.
func open(t testing.TB, args []string, more func(host string) []string) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir()}
	Binary(t)
	t.Cleanup(s.Stop)
	// The port is free when it is chosen and may be taken when it is used: then another is.
	for try := 1; ; try++ {
		host := ownHost()
		s.addr, s.args = freeAddr(t, host), append(more(host), args...)
		err := s.start()
		if err == nil {
			return s
		}
		if try == 5 {
			t.Fatalf("redistest: %v", err)
		}
	}
}

// StartCluster starts a cluster of a single node, which has all slots and their rules.
func StartCluster(t testing.TB, args ...string) *Server {
	t.Helper()
	s := open(t, args, func(host string) []string {
		_, port, err := net.SplitHostPort(freeAddr(t, host)) // the default, ten thousand higher, may be no port
		if err != nil {
			t.Fatal(err)
		}
		return []string{"--cluster-enabled", "yes", "--cluster-port", port, "--cluster-announce-ip", host}
	})
	err := s.await(func(ctx context.Context) (bool, error) {
		if _, err := s.Command(ctx, "CLUSTER", "ADDSLOTSRANGE", "0", "16383"); err != nil {
			return false, err
		}
		info, err := s.Command(ctx, "CLUSTER", "INFO")
		return bytes.Contains(info, []byte("cluster_state:ok")), err
	})
	if err != nil {
		t.Fatalf("redistest: cluster: %v", err)
	}
	return s
}

// Binary returns the path of redis-server. It skips the test under KELISIM_NO_REDIS and fails it where
// there is no redis-server.
func Binary(t testing.TB) string {
	t.Helper()
	if os.Getenv("KELISIM_NO_REDIS") != "" {
		t.Skip("KELISIM_NO_REDIS is set: nothing is tested against Redis")
	}
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is not on the PATH: install it (apt-get install redis-server), or set KELISIM_NO_REDIS=1 to go without these tests")
	}
	return path
}

// URL returns the URL of the server.
func (s *Server) URL() string { return "redis://" + s.addr }

// Addr returns the host and port of the server.
func (s *Server) Addr() string { return s.addr }

// Dir returns the folder in which the server keeps its files.
func (s *Server) Dir() string { return s.dir }

// Kill ends the server as a power cut does: kill -9.
func (s *Server) Kill() {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Errorf("redistest: kill: %v", err)
	}
	<-s.done
	s.cmd = nil
}

// Stop ends the server in order. It may be called twice, and after Kill.
func (s *Server) Stop() {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(os.Interrupt) // a server that is gone is stopped
	select {
	case <-s.done:
		s.cmd = nil
	case <-time.After(patience):
		s.Kill()
	}
}

// Restart starts the server again, on the same port and files, after Kill or Stop; a running one is
// stopped first.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	if err := s.start(); err != nil {
		s.t.Fatalf("redistest: restart: %v", err)
	}
}

func (s *Server) start() error {
	host, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		return err
	}
	args := append([]string{
		"--port", port, "--bind", host, "--dir", s.dir,
		"--appendonly", "yes", "--save", "", "--logfile", "redis.log",
	}, s.args...)
	s.cmd = exec.Command("redis-server", args...)
	var output bytes.Buffer // of a server that does not get as far as its log
	s.cmd.Stdout, s.cmd.Stderr = &output, &output
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	done := make(chan struct{})
	s.done = done
	go func(cmd *exec.Cmd) {
		_ = cmd.Wait() // how it ended is seen by whoever asked it to end
		close(done)
	}(s.cmd)
	if err := s.ready(); err != nil {
		s.Kill()
		log, _ := os.ReadFile(filepath.Join(s.dir, "redis.log")) // for the message only
		return fmt.Errorf("%w\n%s%s", err, output.Bytes(), log)
	}
	return nil
}

// ready waits until the server has loaded its files and answers.
func (s *Server) ready() error {
	pid := []byte("process_id:" + strconv.Itoa(s.cmd.Process.Pid) + "\r")
	return s.await(func(ctx context.Context) (bool, error) {
		if reply, err := s.Command(ctx, "PING"); err != nil || string(reply) != "+PONG" {
			return false, nil // not listening, or not loaded yet
		}
		info, err := s.Command(ctx, "INFO", "server")
		if err == nil && !bytes.Contains(info, pid) {
			err = fmt.Errorf("another process answers on %s", s.addr)
		}
		return err == nil, err
	})
}

// await polls until f says so, for as long as the server runs and there is patience.
func (s *Server) await(f func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := f(ctx); ok || err != nil {
			return err
		}
		select {
		case <-s.done:
			return errors.New("redis-server ended")
		case <-ctx.Done():
			return fmt.Errorf("redis-server on %s: not within %v", s.addr, patience)
		case <-tick.C:
		}
	}
}

// ownHost is an address of this machine that hardly anybody else uses. Elsewhere than on Linux a machine has only one for itself,
// where others may listen on or call from any port a moment later.
func ownHost() string {
	if runtime.GOOS != "linux" {
		return "127.0.0.1"
	}
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
}

// freeAddr is an address of host that nobody listens on.
func freeAddr(t testing.TB, host string) string {
	t.Helper()
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // nothing was written to it
	return l.Addr().String()
}
