package examples_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// Every example is built, serves its page with the banner, holds a cookie back, takes a choice, and ends in order.
func TestExamplesServe(t *testing.T) {
	for _, row := range []struct {
		name string
		args func(t *testing.T) []string
		ad   string // the cookie that a visitor who accepts gets, "" for none
	}{
		{"bolt", func(*testing.T) []string { return nil }, "ad"},
		{"redis", func(t *testing.T) []string { return []string{"-redis", redistest.Start(t).URL()} }, "ad"},
		{"template", func(*testing.T) []string { return nil }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			site := run(t, row.name, row.args(t)...)
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Jar: jar}
			page := get(t, client, site)
			if strings.Count(page, `id="kelisim"`) != 1 || !strings.Contains(page, "Reject all") {
				t.Errorf("the page does not ask once:\n%s", page)
			}
			if got := cookies(t, jar, site); len(got) > 0 {
				t.Errorf("cookies before any choice: %q", got)
			}
			answer, err := client.PostForm(site+"/consent/choice", url.Values{"action": {"accept"}, "revision": {"1"}, "return": {"/"}})
			if err != nil {
				t.Fatal(err)
			}
			if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("accepting: %s, %v", answer.Status, err)
			}
			page = get(t, client, site)
			if strings.Contains(page, "Reject all") {
				t.Error("the page asks again")
			}
			got := strings.Join(cookies(t, jar, site), " ")
			if !strings.Contains(got, "cookie_consent") || !strings.Contains(got, row.ad) {
				t.Errorf("cookies after accepting: %q, want cookie_consent and %q", got, row.ad)
			}
			if row.name == "template" && !strings.Contains(page, "chosen for you") {
				t.Errorf("the page does not know what is allowed:\n%s", page)
			}
		})
	}
}

func get(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	answer, err := client.Get(address + "/")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	if closed := answer.Body.Close(); err != nil || closed != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v, %v", address, answer.Status, err, closed)
	}
	return string(page)
}

func cookies(t *testing.T, jar http.CookieJar, site string) (names []string) {
	t.Helper()
	address, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range jar.Cookies(address) {
		names = append(names, c.Name)
	}
	return names
}

var listening = regexp.MustCompile(`started on \S*?(127\.0\.0\.1:\d+)`)

// run builds and starts an example, and ends it with the test. It returns its address.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("go", "build", "-o", binary, "./"+name).CombinedOutput(); err != nil {
		t.Fatalf("%s does not build: %v\n%s", name, err, out)
	}
	var output output
	cmd := exec.Command(binary, append([]string{"-addr", "127.0.0.1:0", "-data", t.TempDir()}, args...)...)
	cmd.Env = append(os.Environ(), "KELISIM_SECRET=a secret of at least thirty-two bytes")
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("SIGTERM: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("after SIGTERM: %v\n%s", err, output.String())
		}
	})
	deadline, tick := time.After(time.Minute), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for {
		if found := listening.FindStringSubmatch(output.String()); found != nil {
			return "http://" + found[1]
		}
		select {
		case <-deadline:
			t.Fatalf("%s does not listen:\n%s", name, output.String())
		case <-tick.C:
		}
	}
}

// output collects what a program prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
