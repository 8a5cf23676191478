package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kelisim/kelisim/geo/mmdb/mmdbtest"
)

// placed is a database of the world that has everybody, and this machine, in one country.
func placed(code string, epoch uint64) []byte {
	return mmdbtest.Database("country ipvAll", epoch,
		mmdbtest.Network{Prefix: "8.0.0.0/8", Record: mmdbtest.Record{"country_code": code}},
		mmdbtest.Network{Prefix: "127.0.0.0/8", Record: mmdbtest.Record{"country_code": code}})
}

// databases puts databases where a script finds them, and serves the folder, and a page that is none, at $SERVER.
func databases(env *testscript.Env) error {
	today := uint64(time.Now().Unix())
	large := func(code string, epoch uint64, size int) []byte {
		return mmdbtest.World("country ipvAll", epoch, size, func(int) mmdbtest.Record { return mmdbtest.Record{"country_code": code} })
	}
	for name, data := range map[string][]byte{
		"new.mmdb":  large("DE", today, 2000),
		"old.mmdb":  large("KZ", today-1000*24*60*60, 2000),
		"tiny.mmdb": placed("DE", today),
	} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o600); err != nil {
			return err
		}
	}
	server := httptest.NewServer(http.FileServer(http.Dir(env.WorkDir)))
	env.Defer(server.Close)
	env.Setenv("SERVER", server.URL)
	return nil
}

// The file is replaced while the program runs: SIGHUP has the new one taken; a bad one changes nothing.
func TestDatabasesAreFollowed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "country.mmdb")
	put := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(path+".new", data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	today := uint64(time.Now().Unix())
	put(placed("KZ", today-1000*24*60*60))
	p := start(t, "--addr", "127.0.0.1:0", "--geo", path)
	shows := func(code string) bool {
		_, text := get(t, p.base+"/")
		return regexp.MustCompile(`<p>[^<]* ` + code + `\. [^<]* <a href="https://iptoasn`).MatchString(text)
	}
	hangup := func() {
		t.Helper()
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	until(t, p, "the program warns of the old data", func() bool { return strings.Contains(p.String(), "location data is old") })
	put([]byte("<html>"))
	hangup()
	until(t, p, "the bad file is refused", func() bool { return strings.Contains(p.String(), "is refused") && shows("KZ") })
	put(placed("DE", today))
	hangup()
	until(t, p, "the new file is taken", func() bool { return strings.Contains(p.String(), "are read anew") && shows("DE") })
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
}

// Look-ups go on while files are replaced, and none fails; a tick takes what has changed and a signal takes all.
func TestPlacesFollowTheirFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "country.mmdb")
	write := func(data []byte) {
		t.Helper()
		next := filepath.Join(filepath.Dir(path), "next") // a look that still goes on finds one file or the other
		if err := os.WriteFile(next, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, path); err != nil {
			t.Fatal(err)
		}
	}
	write(placed("KZ", mmdbtest.Epoch))
	p, err := storeFlags{Geo: []string{path}}.locator()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	ticks, hangups, done := make(chan time.Time), make(chan os.Signal), make(chan struct{})
	go func() {
		defer close(done)
		p.run(ctx, ticks, hangups, slog.New(slog.NewTextHandler(&log, nil)))
	}()
	looking := make(chan struct{})
	go func() {
		defer close(looking)
		for ctx.Err() == nil {
			if code := p.Locate(netip.MustParseAddr("8.1.2.3")).Country; code != "KZ" && code != "DE" {
				t.Errorf("a look-up failed: %q", code)
				return
			}
		}
	}()
	tick := func() { ticks <- time.Time{}; ticks <- time.Time{} } // the second is taken when the first is done with
	at := func() string { return p.Locate(netip.MustParseAddr("127.0.0.1")).Country }
	for i := range 20 {
		code := []string{"DE", "KZ"}[i%2]
		write(placed(code, mmdbtest.Epoch+uint64(i)))
		tick()
		if got := at(); got != code {
			t.Errorf("after a tick at %q, want %q", got, code)
		}
	}
	hangups <- syscall.SIGHUP
	tick()
	write([]byte("<html>"))
	tick()
	if got := at(); got != "KZ" {
		t.Errorf("after a bad file at %q, want KZ", got)
	}
	cancel()
	<-done
	<-looking
	if n := strings.Count(log.String(), "refused"); n != 1 || strings.Count(log.String(), "read anew") != 21 {
		t.Errorf("the log tells %d refusals:\n%s", n, &log)
	}
}
