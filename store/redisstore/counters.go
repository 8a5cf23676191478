package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/store/internal/intake"
)

// CountersOptions say where shared counters are. Site and URL (or Client) are required.
type CountersOptions struct {
	// Site is the name of the site, as in [Options].
	Site string
	// URL is the server, as in [Options]. It may be another than that of the statistics, and needs no disk.
	URL string
	// Client is a ready client instead of a URL. It must not repeat commands by itself (MaxRetries: -1), and is closed by whoever made it.
	Client redis.UniversalClient
	// Timeout bounds connecting, and calls without a deadline. Default: 1 s.
	Timeout time.Duration
}

// Counters are what several processes count together for the limits of package risk: keys "r:{site}:…", each of which Redis forgets by
// itself when its window is over. They have a client, and may have an ACL user, of their own; nothing here reads or
// writes the keys of a [Store]. It is safe for concurrent use.
type Counters struct {
	client  redis.UniversalClient
	own     bool
	prefix  string
	timeout time.Duration
}

var _ risk.Shared = (*Counters)(nil)

// OpenCounters connects, and finds out whether the user may count.
func OpenCounters(ctx context.Context, o CountersOptions) (*Counters, error) {
	c := &Counters{client: o.Client, own: o.Client == nil, prefix: "r:{" + o.Site + "}:", timeout: cmp.Or(o.Timeout, time.Second)}
	err := intake.Site(o.Site)
	switch {
	case err != nil:
	case o.Client != nil:
		err = patient("counters", o.Client)
	case o.URL == "":
		err = errors.New("no URL: want redis://host:6379/0")
	default:
		c.client, err = connect(o.URL, c.timeout)
	}
	if err != nil {
		return nil, fmt.Errorf("redisstore: counters: %w", err)
	}
	if _, err := c.Add(ctx, "open", 0, time.Second); err != nil {
		_ = c.Close() // the first error is the one that matters
		return nil, fmt.Errorf("redisstore: counters: no answer, or no right to count (a user needs ~r:* +incrby +pexpire +multi +exec): %w", err)
	}
	return c, nil
}

// Add implements [risk.Shared] in one round trip.
func (c *Counters) Add(ctx context.Context, key string, n int64, window time.Duration) (total int64, err error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	var sum *redis.IntCmd
	_, err = c.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		sum = p.IncrBy(ctx, c.prefix+key, n)
		p.Do(ctx, "PEXPIRE", c.prefix+key, window.Milliseconds(), "NX") // as a whole: no counter stays behind without an end
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("redisstore: count: %w", err)
	}
	return sum.Val(), nil
}

// Close closes the connections that OpenCounters made.
func (c *Counters) Close() error {
	if !c.own || c.client == nil {
		return nil
	}
	return c.client.Close()
}
