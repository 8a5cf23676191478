package redisstore

import (
	"context"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
)

const secondsPerDay = 86400

// expiry returns when Redis drops a day, in Unix seconds; 0 for never. A day ends up to half a day
// later west of Greenwich, hence one more.
func (s *Store) expiry(day stats.Day) int64 {
	if s.retention <= 0 {
		return 0
	}
	return max(1, (int64(day)+2)*secondsPerDay+int64(s.retention/time.Second))
}

// floor returns the first day that Redis has not dropped by itself.
func (s *Store) floor() stats.Day {
	if s.retention <= 0 {
		return -1 << 31
	}
	return stats.Day((s.now().Unix()-int64(s.retention/time.Second))/secondsPerDay - 1)
}

// remember returns for how long the number of an instance's last batch is kept, in seconds; 0 for ever.
// A file imported again after that adds days that Redis drops as it gets them.
func (s *Store) remember() int64 {
	if s.retention <= 0 {
		return 0
	}
	return int64(s.retention/time.Second) + 3*secondsPerDay
}

// rewriteAOF has the append-only files rewritten, so that they forget what is no longer held. A failure
// is reported and no error: what was asked for is done, in memory and for every reader.
func (s *Store) rewriteAOF(ctx context.Context, client redis.UniversalClient) {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	rewrite := func(ctx context.Context, c *redis.Client) error { return c.BgRewriteAOF(ctx).Err() }
	var err error
	if cluster, ok := client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, rewrite)
	} else {
		err = client.BgRewriteAOF(ctx).Err()
	}
	switch {
	case err == nil:
	case strings.Contains(err.Error(), "in progress"):
		s.rewrite.Store(&client) // it began before the change: once more, when it has ended
	default:
		s.log.Warn("redisstore: the append-only file still holds what was deleted: permit BGREWRITEAOF to its user, or rewrite it from a timer", "error", err)
	}
}

// rewriteLater does what an earlier rewriteAOF could not do because one was in progress. Whatever is
// called often calls it.
func (s *Store) rewriteLater(ctx context.Context) {
	if client := s.rewrite.Swap(nil); client != nil {
		s.rewriteAOF(ctx, *client)
	}
}

// rewriteNow waits for its turn to do what an earlier rewriteAOF could not do, as long as a call may take:
// whoever erases and leaves must not leave it to the next one.
func (s *Store) rewriteNow() {
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	for s.rewriteLater(ctx); s.rewrite.Load() != nil; s.rewriteLater(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}
