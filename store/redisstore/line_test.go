package redisstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

func TestLine(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	storetest.RunLine(t, server, func(site string) storetest.Line { return open(t, server, site) })
}

func TestLineOfACluster(t *testing.T) {
	t.Parallel()
	server := redistest.StartCluster(t)
	storetest.RunLine(t, server, func(site string) storetest.Line {
		s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL() + "?addr=" + server.Addr(), Site: site})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Shutdown() })
		return s
	})
}

// A server has its channels in common over all its databases; a site and its copy for trying things out have not.
func TestDatabasesHearNothingOfEachOther(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	in := func(database string) storetest.Line {
		s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL() + database, Site: "s"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Shutdown() })
		return s
	}
	first, copied, second := in("/0"), in("/2"), in("/0")
	heard, _ := storetest.Listen(t, second, "topic")
	elsewhere, _ := storetest.Listen(t, copied, "topic")
	for s, word := range map[storetest.Line]string{first: "of the site", copied: "of its copy"} {
		if err := s.Publish(t.Context(), "topic", []byte(word)); err != nil {
			t.Fatal(err)
		}
	}
	if got := heard.Wait(t, 1); got[0] != "of the site" {
		t.Errorf("the site heard %q first", got)
	}
	if got := elsewhere.Wait(t, 1); got[0] != "of its copy" {
		t.Errorf("the copy heard %q first", got)
	}
	for _, s := range []storetest.Line{first, copied} { // whatever came before these has been heard
		if err := s.Publish(t.Context(), "topic", []byte("last")); err != nil {
			t.Fatal(err)
		}
	}
	if got := heard.Wait(t, 2); got[1] != "last" {
		t.Errorf("the site heard %q", got)
	}
	if got := elsewhere.Wait(t, 2); got[1] != "last" {
		t.Errorf("the copy heard %q", got)
	}
}

func TestLineSubscribesAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server, "s")
	heard, _ := storetest.Listen(t, s, "topic")
	server.Kill()
	if err := <-heard.Held; err == nil || !strings.HasPrefix(err.Error(), "redisstore: subscribe: ") {
		t.Errorf("the server is gone: %v", err)
	}
	if s.Publish(t.Context(), "topic", []byte("nobody hears")) == nil {
		t.Error("published without a server")
	}
	server.Restart()
	for err := range heard.Held {
		if err == nil {
			break
		}
	}
	if err := s.Publish(t.Context(), "topic", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if got := heard.Wait(t, 1); got[0] != "again" {
		t.Errorf("heard %q", got)
	}
}

// A user of Redis 7 has no channels unless they are given; once they are, it is subscribed without a restart.
func TestLineWithoutTheRightIsAnError(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	allow := func(more ...string) {
		t.Helper()
		args := append(append([]string{"ACL", "SETUSER", "k", "reset", "on", ">pw", "~*", "+@all"}, "resetchannels"), more...)
		if reply, err := server.Command(t.Context(), args...); err != nil || string(reply) != "+OK" {
			t.Fatalf("%s, %v", reply, err)
		}
	}
	allow()
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: strings.Replace(server.URL(), "://", "://k:pw@", 1), Site: "s", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	if err := s.Publish(t.Context(), "topic", nil); err == nil || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("publish: %v", err)
	}
	held, running := make(chan error, 100), make(chan struct{})
	go func() {
		defer close(running)
		s.Subscribe(t.Context(), "topic", func([]byte) {}, func(err error) { held <- err })
	}()
	t.Cleanup(func() { <-running })
	if err := <-held; err == nil || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("subscribe: %v", err)
	}
	allow("&k:{s}:*")
	for err := range held {
		if err == nil {
			break
		}
	}
}

// The users that the container's Redis is started with are enough, and no user hears another area.
func TestLineUnderTheUsersOfTheContainer(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(filepath.Join("..", "..", "deploy", "redis-start.sh"))
	if err != nil {
		t.Fatal(err)
	}
	server := redistest.Start(t)
	url := map[string]string{}
	for line := range strings.Lines(string(script)) {
		words := strings.Fields(line)
		if len(words) < 4 || words[0] != "user" || words[2] != "on" {
			continue
		}
		words[3] = ">pw"
		if reply, err := server.Command(t.Context(), append([]string{"ACL", "SETUSER"}, words[1:]...)...); err != nil || string(reply) != "+OK" {
			t.Fatalf("%s, %v", reply, err)
		}
		url[words[1]] = strings.Replace(server.URL(), "://", "://"+words[1]+":pw@", 1)
	}
	under := func(user string) *redisstore.Store {
		s, err := redisstore.Open(t.Context(), redisstore.Options{URL: url[user], LedgerURL: url["keeper"], AdminURL: url["keeper"], Site: "site"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Shutdown() })
		return s
	}
	s := under("stats")
	heard, _ := storetest.Listen(t, s, "topic")
	if err := s.Publish(t.Context(), "topic", []byte("heard")); err != nil {
		t.Fatal(err)
	}
	heard.Wait(t, 1)
	keeper := client(t, server, "keeper")
	for _, command := range [][]any{{"AUTH", "keeper", "pw"}, {"PUBLISH", "k:{site}:b:0:topic", "x"}, {"SUBSCRIBE", "k:{site}:b:0:topic"}} {
		if err := keeper.Do(t.Context(), command...).Err(); command[0] != "AUTH" && (err == nil || !strings.Contains(err.Error(), "NOPERM")) {
			t.Errorf("the keeper of consent records may %v: %v", command, err)
		}
	}
}
