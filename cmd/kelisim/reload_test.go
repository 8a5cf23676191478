package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// policyOf writes a policy file whose text is the demonstration's, with replacements.
func policyOf(t *testing.T, path string, replace ...string) {
	t.Helper()
	data, err := os.ReadFile("demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the policy has no %q", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// stand is what the centre tells a script of a visitor.
type stand struct {
	Decided bool     `json:"decided"`
	Granted []string `json:"granted"`
	Current int      `json:"current_revision"`
}

// visitorOf is a browser in front of a process.
type visitorOf struct {
	*process
	client *http.Client
}

func (v visitorOf) state() (s stand) {
	v.t.Helper()
	res, err := v.client.Get(v.base + "/consent/state")
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil {
		v.t.Fatal(err)
	}
	return s
}

// until waits for what the program does in the background.
func until(t *testing.T, p *process, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s\n%s", what, p)
		}
	}
}

const (
	firstRevision    = "number: 1\n  date: 2026-11-23\n  change: material"
	minorRevision    = "number: 2\n  date: 2026-12-01\n  change: minor\n  since: 1\n  text: { kk: Өзгеріс., ru: Изменение., en: A small change. }"
	materialRevision = "number: 3\n  date: 2026-12-02\n  change: material"
)

// TestS4_10_PolicyFileIsFollowed: a faulty one leaves the last good policy and every choice standing, a good one is in
// force without a restart, and all that were in force stay readable.
func TestS4_10_PolicyFileIsFollowed(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") }))
	defer upstream.Close()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	policyOf(t, path)
	jar, _ := cookiejar.New(nil)
	v := visitorOf{start(t, "proxy", "--addr", "127.0.0.1:0", "--upstream", upstream.URL, "--policy", path, "--trust", "direct"), &http.Client{Jar: jar}}
	res, err := v.client.PostForm(v.base+"/consent/choice", url.Values{"action": {"accept"}})
	if err != nil || res.Body.Close() != nil || len(v.state().Granted) != 4 {
		t.Fatalf("the choice is not in force: %v, %+v", err, v.state())
	}

	policyOf(t, path, "model: opt-in", "model: silence")
	if err := v.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	health := func() string {
		_, text := get(t, v.base+"/healthz")
		return text
	}
	until(t, v.process, "/healthz tells of the faulty file", func() bool { return strings.Contains(health(), "the policy file is faulty") })
	if s := v.state(); !s.Decided || len(s.Granted) != 4 || s.Current != 1 {
		t.Errorf("with a faulty file: %+v", s)
	}
	if _, text := get(t, v.base+"/"); text != "page" {
		t.Errorf("the page is %q", text)
	}
	for range 2 {
		if err := v.cmd.Process.Signal(syscall.SIGHUP); err != nil { // the same fault again
			t.Fatal(err)
		}
	}

	policyOf(t, path, firstRevision, minorRevision)
	until(t, v.process, "a changed file is in force", func() bool { return v.state().Current == 2 })
	if s := v.state(); len(s.Granted) != 4 || strings.TrimSpace(health()) != "ok" {
		t.Errorf("after a minor revision: %+v, %q", s, health())
	}
	policyOf(t, path, firstRevision, materialRevision, "record: 3 years", "record: 4 years")
	until(t, v.process, "a material revision is in force", func() bool { return v.state().Current == 3 })
	if s := v.state(); s.Decided || len(s.Granted) != 1 {
		t.Errorf("after a material revision: %+v", s)
	}
	until(t, v.process, "all three policies are linked to", func() bool {
		_, text := get(t, v.base+"/consent/notice?lang=en")
		return strings.Count(text, "edition=") == 3
	})
	if !strings.Contains(v.String(), "silence") {
		t.Errorf("the fault is not logged:\n%s", v)
	}
	if code := v.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, v)
	}
}

// TestHangupWithoutAFileEnds as SIGTERM does.
func TestHangupWithoutAFileEnds(t *testing.T) {
	t.Parallel()
	p := start(t, "--addr", "127.0.0.1:0")
	get(t, p.base+"/healthz") // it serves, so it minds signals
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
}
