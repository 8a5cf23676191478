package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
)

// How long an import asks that no day be closed, and how often it asks again.
const (
	importTerm  = 5 * time.Minute
	importEvery = time.Minute
)

// holdDays keeps servers over the same store from closing days while a log is imported. The returned
// function ends it. Where the process is killed, the last word expires by itself.
func holdDays(ctx context.Context, store database, logger *slog.Logger) (release func()) {
	key := guard.Importing + strings.ToLower(rand.Text())
	var said []byte
	say := func() {
		next := time.Now().Add(importTerm).UTC().Format(time.RFC3339)
		ok, err := store.Swap(ctx, key, said, []byte(next))
		if err != nil || !ok {
			logger.Warn("the store could not be told that a log is imported; a server over it may close days meanwhile", "error", err)
			return
		}
		said = []byte(next)
	}
	say()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(importEvery)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				say()
			}
		}
	}()
	return func() {
		close(stop)
		<-done
		if said != nil {
			if _, err := store.Swap(context.WithoutCancel(ctx), key, said, nil); err != nil {
				logger.Warn("the store still thinks that a log is imported, for some minutes", "error", err)
			}
		}
	}
}
