package redisstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
)

// ErrCorrupt is the error of a value in Redis that this package did not write.
var ErrCorrupt = errors.New("redisstore: a key holds what Kelisim did not write: does something else use the same keys?")

// Store is the store of one site. It is safe for concurrent use, by any number of processes.
type Store struct {
	stats, ledger, admin redis.UniversalClient
	own                  []redis.UniversalClient // closed by Shutdown

	k, c, a string // prefixes of the areas
	scripts scripts
	kind    string
	rewrite atomic.Pointer[redis.UniversalClient] // the one whose append-only file is still to be rewritten

	timeout   time.Duration
	retention time.Duration
	now       func() time.Time
	log       *slog.Logger
}

var (
	_ stats.Sink     = (*Store)(nil)
	_ stats.Source   = (*Store)(nil)
	_ stats.Keeper   = (*Store)(nil)
	_ consent.Ledger = (*Store)(nil)
)

// Open connects to Redis and finds out whether it will do: version, rights, no eviction. The error says
// what is missing.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	s := &Store{
		scripts: newScripts(), kind: "redis", timeout: o.Timeout, retention: o.Retention, now: o.Now, log: o.Logger,
		k: "k:{" + o.Site + "}:", c: "c:{" + o.Site + "}:", a: "a:{" + o.Site + "}:",
	}
	err := errors.Join(intake.Site(o.Site), s.clients(o))
	if err == nil {
		ctx, cancel := s.bound(ctx)
		defer cancel()
		err = s.check(ctx)
	}
	if err != nil {
		_ = s.Shutdown() // the first error is the one that matters
		return nil, fmt.Errorf("redisstore: %w", err)
	}
	return s, nil
}

// clients makes or takes the client of each area.
func (s *Store) clients(o Options) error {
	if o.Stats == nil && o.URL == "" {
		return errors.New("no URL: want redis://host:6379/0")
	}
	made := map[string]redis.UniversalClient{}
	choose := func(name string, given redis.UniversalClient, url string, other redis.UniversalClient) (redis.UniversalClient, error) {
		switch {
		case given != nil:
			return given, patient(name, given)
		case url == "" || made[url] != nil:
			if made[url] != nil {
				return made[url], nil
			}
			return other, nil
		}
		client, err := connect(url, o.Timeout)
		if err == nil {
			made[url] = client
			s.own = append(s.own, client)
		}
		return client, err
	}
	var errs [3]error
	s.stats, errs[0] = choose("Stats", o.Stats, o.URL, nil)
	s.ledger, errs[1] = choose("Ledger", o.Ledger, o.LedgerURL, s.stats)
	s.admin, errs[2] = choose("Admin", o.Admin, o.AdminURL, s.stats)
	return errors.Join(errs[:]...)
}

// check finds out whether the servers will do.
func (s *Store) check(ctx context.Context) error {
	if err := s.stats.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("no answer from Redis: is it running, and are address, user and password right? %w", err)
	}
	if err := s.inspect(ctx); err != nil {
		return err
	}
	c := &s.scripts
	return errors.Join(
		s.ready(ctx, s.stats, s.k, c.merge, c.stage, c.commit, c.drain, c.close, c.pack, c.expire, c.trim, c.refold),
		s.ready(ctx, s.ledger, s.c, c.append, c.erase, c.swap),
		s.ready(ctx, s.admin, s.a, c.swap))
}

// inspect reads what the server says of itself. A user who may not read it goes without.
func (s *Store) inspect(ctx context.Context) error {
	text, err := s.stats.Info(ctx).Result()
	if err != nil {
		s.log.Warn("redisstore: INFO is not permitted: version, durability and eviction are not checked", "error", err)
		return nil
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	version := info["redis_version"]
	if major, _, _ := strings.Cut(version, "."); version != "" {
		if n, err := strconv.Atoi(major); err == nil && n < 7 {
			return fmt.Errorf("the server is Redis %s: want 7.0 or later", version)
		}
		s.kind = "redis " + version
	}
	if policy := info["maxmemory_policy"]; strings.HasPrefix(policy, "allkeys") && info["maxmemory"] != "0" {
		return fmt.Errorf("the server drops any key when memory is short (maxmemory-policy %s), consent records too: set it to noeviction", policy)
	}
	if info["aof_enabled"] == "0" {
		s.log.Warn("redisstore: Redis writes no append-only file: what it holds is lost when it stops; set appendonly yes")
	}
	return nil
}

// Kind returns "redis" and the version of the server.
func (s *Store) Kind() string { return s.kind }

// Ping returns nil as long as the servers of all areas answer.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	for _, client := range []redis.UniversalClient{s.stats, s.ledger, s.admin} {
		if err := client.Ping(ctx).Err(); err != nil {
			return fmt.Errorf("redisstore: ping: %w", err)
		}
	}
	return nil
}

// Shutdown closes the connections that Open made. Clients that were given are left open.
func (s *Store) Shutdown() error {
	s.rewriteNow()
	var errs []error
	for _, client := range s.own {
		errs = append(errs, client.Close())
	}
	return errors.Join(errs...)
}

// bound gives ctx a deadline if it has none.
func (s *Store) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.timeout)
}

// call runs f with a bounded context and names what failed.
func (s *Store) call(ctx context.Context, what string, f func(context.Context) error) error {
	err := ctx.Err()
	if err == nil {
		ctx, cancel := s.bound(ctx)
		defer cancel()
		err = f(ctx)
	}
	if err != nil && !errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("redisstore: %s: %w", what, err)
	}
	return err
}
