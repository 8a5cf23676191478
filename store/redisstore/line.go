package redisstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// MaxMessage is the size in bytes of the longest message that [Store.Publish] takes and [Store.Subscribe] hands on.
const MaxMessage = 64 << 10

// Timing of a subscription.
const (
	pingEvery  = 5 * time.Second        // and a server that says nothing for twice as long is gone
	soonest    = 100 * time.Millisecond // until the first attempt to subscribe again, and
	latest     = 5 * time.Second        // between the later ones
	channelKey = "b:"
)

// Publish says message to those processes of the site that are subscribed to topic at this moment. Nothing of it rests:
// Redis writes what is published neither into its append-only file nor into its snapshots. It needs &k:{site}:* and
// +publish, which a user of Redis 7 does not have by default; without them the error is Redis's own.
func (s *Store) Publish(ctx context.Context, topic string, message []byte) error {
	if len(message) > MaxMessage {
		return fmt.Errorf("redisstore: publish: %d bytes are above %d: say it in parts", len(message), MaxMessage)
	}
	return s.call(ctx, "publish", func(ctx context.Context) error {
		return s.stats.Publish(ctx, channel(s.stats, s.k, topic), message).Err()
	})
}

// Subscribe calls hear with what is published on topic, by this process too, one after the other in the order in which the
// server took it, until ctx is done. It subscribes again by itself whenever that is lost. held is called with nil each
// time that it is subscribed, with what was published before perhaps missed, and with the reason each time that it is not
// or could not be. It needs &k:{site}:*, +subscribe and +unsubscribe.
func (s *Store) Subscribe(ctx context.Context, topic string, hear func(message []byte), held func(err error)) {
	subscribe(ctx, s.stats, channel(s.stats, s.k, topic), hear, held)
}

// Publish is [Store.Publish] for package risk, under its own user: it needs &r:{site}:* and +publish.
func (c *Counters) Publish(ctx context.Context, topic string, message []byte) error {
	if len(message) > MaxMessage {
		return fmt.Errorf("redisstore: publish: %d bytes are above %d: say it in parts", len(message), MaxMessage)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := c.client.Publish(ctx, channel(c.client, c.prefix, topic), message).Err(); err != nil {
		return fmt.Errorf("redisstore: publish: %w", err)
	}
	return nil
}

// Subscribe is [Store.Subscribe] for package risk, under its own user: it needs &r:{site}:*, +subscribe and +unsubscribe.
func (c *Counters) Subscribe(ctx context.Context, topic string, hear func(message []byte), held func(err error)) {
	subscribe(ctx, c.client, channel(c.client, c.prefix, topic), hear, held)
}

// channel returns the name under which a topic is published. A server has its channels in common over all of its databases, so the
// number of the client's is in it: two sites of one name in two databases, one of them for trying things out, hear nothing
// of each other.
func channel(client redis.UniversalClient, prefix, topic string) string {
	database := 0
	if c, ok := client.(*redis.Client); ok {
		database = c.Options().DB
	}
	return fmt.Sprint(prefix, channelKey, database, ":", topic)
}

// subscribe is Subscribe of a client.
func subscribe(ctx context.Context, client redis.UniversalClient, channel string, hear func(message []byte), held func(err error)) {
	wait := soonest
	for ctx.Err() == nil {
		err := attend(ctx, client, channel, hear, func() {
			wait = soonest
			held(nil)
		})
		if ctx.Err() != nil {
			return
		}
		held(fmt.Errorf("redisstore: subscribe: %w", err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, latest)
	}
}

// attend is one subscription, until it is lost.
func attend(ctx context.Context, client redis.UniversalClient, channel string, hear func([]byte), held func()) error {
	ctx, cancel := context.WithCancel(ctx)
	l := listening{sub: client.Subscribe(ctx, channel)}
	var watching sync.WaitGroup
	watching.Go(func() { l.watch(ctx) })
	defer watching.Wait()
	defer cancel()
	for {
		message, err := l.sub.Receive(ctx)
		if err != nil {
			return err
		}
		l.alive.Store(true)
		switch m := message.(type) {
		case *redis.Subscription:
			held()
		case *redis.Message:
			if len(m.Payload) <= MaxMessage {
				hear([]byte(m.Payload))
			}
		}
	}
}

// listening is a subscription and whether its server has answered of late.
type listening struct {
	sub   *redis.PubSub
	alive atomic.Bool
}

// watch closes the subscription when ctx is done, or when the server does not answer any more.
func (l *listening) watch(ctx context.Context) {
	defer func() { _ = l.sub.Close() }() // wakes the reader; there is nothing to lose
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for l.alive.Store(true); l.alive.Swap(false); {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = l.sub.Ping(ctx) // what matters is whether anything comes back
		}
	}
}
