package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// account is what a running program says became of the hits it accepted.
type account struct{ accepted, stored, waiting, spooled, dropped, missing, up int64 }

var sample = regexp.MustCompile(`(?m)^kelisim_(\w+)(?:\{[^}]*\})? (-?\d+)$`)

// metrics reads the metrics of the program, once it has said where they are.
func (p *process) metrics() string {
	p.t.Helper()
	var at []string
	until(p.t, p, "it says where its metrics are", func() bool {
		at = regexp.MustCompile(`Metrics\s+(\S+)\n`).FindStringSubmatch(p.String())
		return at != nil
	})
	_, text := get(p.t, at[1])
	return text
}

// account reads the account in the metrics of the program.
func (p *process) account() (a account) {
	p.t.Helper()
	sums := map[string]int64{}
	for _, m := range sample.FindAllStringSubmatch(p.metrics(), -1) {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			p.t.Fatal(err)
		}
		sums[m[1]] += n
	}
	return account{
		accepted: sums["hits_accepted_total"], stored: sums["hits_stored_total"], waiting: sums["hits_waiting"], spooled: sums["hits_spooled"],
		dropped: sums["hits_dropped_total"], missing: sums["hits_missing"], up: sums["store_up"],
	}
}

// until waits for an account that adds up to sent, to the unit, and of which f holds.
func (p *process) until(what string, sent int64, f func(account) bool) account {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var a account
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		a = p.account()
		if a.accepted > sent {
			break
		}
		if a.accepted == sent && a.missing == 0 && a.accepted == a.stored+a.waiting+a.spooled+a.dropped && f(a) {
			return a
		}
	}
	p.t.Fatalf("%s: %+v, of %d hits:\n%s", what, a, sent, p)
	return a
}

// view asks for pages, as browsers do.
func (p *process) view(n int) {
	p.t.Helper()
	for i := range n {
		r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+"/", nil)
		if err != nil {
			p.t.Fatal(err)
		}
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36")
		r.Header.Set("Accept-Language", []string{"kk", "ru", "en"}[i%3])
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			p.t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
			p.t.Fatalf("a page is answered %d, %v: a fault of ours must not reach it", res.StatusCode, err)
		}
	}
}

// healthPage reads the page about the program itself as its first admin does.
func (p *process) healthPage() string {
	p.t.Helper()
	var link string
	until(p.t, p, "there is a link for the first admin", func() bool {
		link = strings.TrimSpace(regexp.MustCompile(`\S+/admin/setup\?token=\S+\n`).FindString(p.String()))
		return link != ""
	})
	at, err := url.Parse(link)
	if err != nil {
		p.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	do := func(method, path string, form url.Values) string {
		r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(form.Encode()))
		if err != nil {
			p.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", p.base)
		r.Header.Set("Accept-Language", "en")
		res, err := client.Do(r)
		if err != nil {
			p.t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			p.t.Fatalf("%s is answered %d, %v", path, res.StatusCode, err)
		}
		return string(body)
	}
	do(http.MethodPost, "/admin/setup", url.Values{"token": {at.Query().Get("token")}, "name": {"owner"}, "password": {"a long pass phrase"}})
	return do(http.MethodGet, "/admin/health", nil)
}

// viewsAtRest adds up what Redis holds.
func viewsAtRest(t *testing.T, server *redistest.Server) (views int64) {
	t.Helper()
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "site", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Shutdown()
	if err := store.Totals(t.Context(), 0, 1<<30, func(r stats.Total) { views += r.Counts[stats.Views] }); err != nil {
		t.Fatal(err)
	}
	return views
}

// TestTheAccountAddsUpThroughAnOutage: a program whose Redis ends, and that is killed before it comes back, loses nothing
// of what a second has passed since, and says at each moment where every hit is, on its page and in its metrics.
func TestTheAccountAddsUpThroughAnOutage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "always")
	data := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--addr", "127.0.0.1:0", "--redis", server.URL(), "--metrics", "127.0.0.1:0", "--data", data, "--secret-file", secret}
	p := start(t, args...)
	p.view(200)
	p.until("with Redis", 200, func(a account) bool { return a.stored == 200 })
	page := p.healthPage()
	if !strings.Contains(page, "It adds up") || !regexp.MustCompile(`<b>200</b> `).MatchString(page) {
		t.Error("the page does not say that 200 hits add up")
	}

	server.Stop()
	p.view(300)
	away := p.until("without Redis", 500, func(a account) bool { return a.spooled > 0 && a.waiting == 0 && a.up == 0 })
	if away.stored != 200 || away.spooled != 300 {
		t.Errorf("%+v: 300 hits are to wait on disk", away)
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.wait()

	server.Restart()
	p = start(t, args...)
	p.view(50)
	p.until("after the kill", 50, func(a account) bool { return a.stored == 50 && a.up == 1 })
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	views := viewsAtRest(t, server)
	for deadline := time.Now().Add(patience); views < 550 && time.Now().Before(deadline); <-tick.C {
		views = viewsAtRest(t, server)
	}
	if views != 550 {
		t.Errorf("%d page views at rest, 550 were made", views)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
	if views := viewsAtRest(t, server); views != 550 {
		t.Errorf("%d page views at rest in the end, 550 were made", views)
	}
}

// TestAFullDiskLosesNothing: while neither Redis nor the disk takes anything, hits wait in memory; the account says so, and
// pages are served.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	data := small(t)
	server := redistest.Start(t)
	p := start(t, "--addr", "127.0.0.1:0", "--redis", server.URL(), "--metrics", "127.0.0.1:0", "--data", data, "--secret", strings.Repeat("s", 32))
	server.Stop()
	filler := filepath.Join(data, "filler")
	fill(t, filler) // before the first batch: later there is room in the last block of its file
	p.view(120)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !strings.Contains(p.String(), "no space left"); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("it does not say that the disk is full:\n%s", p)
		}
	}
	p.until("with a full disk", 120, func(a account) bool { return a.waiting == 120 })
	p.view(30) // pages are served all the while
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	server.Restart()
	p.until("after", 150, func(a account) bool { return a.stored == 150 && a.dropped == 0 })
	if views := viewsAtRest(t, server); views != 150 {
		t.Errorf("%d page views at rest, 150 were made", views)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
}

// small is a folder on a disk of two megabytes of its own.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount a tmpfs, which root has: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill writes until nothing more fits, with room for not one block.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(fmt.Errorf("fill the disk: %w", err))
	}
}
