package redisstore_test

import (
	"strings"
	"testing"

	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// TestShelf is the contract, under a user with the rights that the documentation names and no others; one who may only count is told so.
func TestShelf(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rights := []string{"+incrby", "+pexpire", "+multi", "+exec", "+hello", "+ping"}
	shelf := []string{"+set", "+get", "+del", "+mget", "+zadd", "+zrem", "+zrangebyscore", "+zremrangebyscore", "+watch", "+unwatch", "&r:{test}:*", "+publish", "+subscribe", "+unsubscribe"}
	for user, more := range map[string][]string{"risk": shelf, "counting": nil} {
		args := append(append([]string{"ACL", "SETUSER", user, "on", ">pw", "resetchannels", "~r:{test}:*"}, rights...), more...)
		if reply, err := server.Command(t.Context(), args...); err != nil || !strings.HasPrefix(string(reply), "+OK") {
			t.Fatalf("%q, %v", reply, err)
		}
	}
	c := counters(t, "redis://risk:pw@"+server.Addr())
	s, err := c.Shelf(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Shelf(t, s)
	heard, _ := storetest.Listen(t, s, "topic")
	if err := s.Publish(t.Context(), "topic", []byte("a word")); err != nil || heard.Wait(t, 1)[0] != "a word" {
		t.Errorf("what is published: %v", err)
	}
	if err := s.Publish(t.Context(), "topic", make([]byte, redisstore.MaxMessage+1)); err == nil {
		t.Error("a message without end was published")
	}
	keys, err := server.Command(t.Context(), "KEYS", "[^r]*")
	if err != nil || strings.TrimSpace(string(keys)) != "*0" {
		t.Errorf("keys outside r: %q, %v", keys, err)
	}
	if _, err := counters(t, "redis://counting:pw@"+server.Addr()).Shelf(t.Context()); err == nil || !strings.Contains(err.Error(), "right") {
		t.Errorf("a user who may only count: %v", err)
	}
}
