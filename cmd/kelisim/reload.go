package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// lookEvery is how often the policy file is looked at. A change is taken at the second look that finds it.
const lookEvery = 2 * time.Second

// follow keeps the policy in step with its file, and takes SIGHUP as a request to read it at once, until the
// function that it returns is called.
func (s *site) follow() (stop func()) {
	if s.watch == nil {
		return func() {}
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.watch.Run(ctx, lookEvery, hangups, s.streams.logger) })
	return func() {
		signal.Stop(hangups)
		cancel()
		running.Wait()
	}
}

// ends are the signals that end the program. Without a file to follow SIGHUP has nothing else to mean.
func (s *site) ends() []os.Signal {
	if s.watch == nil && s.places.own == nil {
		return []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}
	}
	return []os.Signal{syscall.SIGTERM, syscall.SIGINT}
}

// policyFault is why the policy file is not in force; nil where it is, or where there is none.
func (s *site) policyFault() error {
	if s.watch == nil {
		return nil
	}
	return s.watch.State().Fault
}

// maxFault is how much of a fault the dashboard shows; the log has all of it.
const maxFault = 4 << 10

func clip(s string) string {
	if len(s) <= maxFault {
		return s
	}
	return strings.ToValidUTF8(s[:maxFault], "") + " …"
}
