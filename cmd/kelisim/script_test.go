package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets this test binary be the program: scripts and tests run it as real processes.
func TestMain(m *testing.M) {
	if err := os.Setenv("KELISIM_MEMORY", "none"); err != nil { // nothing is left in the machine's memory by tests
		panic(err)
	}
	testscript.Main(m, map[string]func(){"kelisim": main})
}

// TestScripts runs testdata/script: what the program promises to whoever starts it.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("KELISIM_MEMORY", "none")
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			taken, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = taken.Close() })
			env.Setenv("TAKEN", taken.Addr().String())
			policy, err := filepath.Abs("demo.yaml")
			env.Setenv("POLICY", policy)
			return errors.Join(err, databases(env))
		},
	})
}

// exits runs a program and wants the given exit code: exits 2 kelisim --nonsense.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT …]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
