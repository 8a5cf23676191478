package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

const (
	twoRules   = "model: opt-in\nrisk:\n  rules:\n    - { name: no tools, path: [/shop/], signal: [agent_tool], then: deny }\n"
	wrongRules = "model: opt-in\nrisk:\n  rules:\n    - { name: a, country: [KZ], then: deny }\n"
)

// TestRulesInThePolicyFileAreFollowed: in force at the start, changed without a restart, and a faulty one leaves the last good one.
func TestRulesInThePolicyFileAreFollowed(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") }))
	defer upstream.Close()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	policyOf(t, path, "model: opt-in", twoRules)
	p := start(t, "proxy", "--addr", "127.0.0.1:0", "--upstream", upstream.URL, "--policy", path, "--trust", "direct", "--risk", "enforce")
	status := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/shop/1", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", "curl/8.5.0")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	if got := status(); got != http.StatusForbidden {
		t.Errorf("the rule answers %d", got)
	}
	reread := func() {
		t.Helper()
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	policyOf(t, path, "model: opt-in", wrongRules)
	reread()
	until(t, p, "/healthz tells of the faulty rules", func() bool {
		_, text := get(t, p.base+"/healthz")
		return strings.Contains(text, "the policy file is faulty")
	})
	if got := status(); got != http.StatusForbidden {
		t.Errorf("with a faulty file the rule answers %d", got)
	}
	policyOf(t, path, "model: opt-in", strings.Replace(twoRules, "/shop/", "/none/", 1))
	reread()
	until(t, p, "the changed rule is in force", func() bool { return status() == http.StatusOK })
	if !strings.Contains(p.String(), "risk.rules[0].then") {
		t.Errorf("the fault is not logged:\n%s", p)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p)
	}
}

// TestPolicyLintReadsTheRules, by the lines of the policy file.
func TestPolicyLintReadsTheRules(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	policyOf(t, path, "model: opt-in", wrongRules)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := 1 + strings.Count(string(data[:strings.Index(string(data), "- { name: a")]), "\n")
	code, out, _ := kelisim("policy", "lint", path)
	if want := "line " + strconv.Itoa(line) + ": error: risk.rules[0].then: deny without evidence"; code != 2 || !strings.Contains(out, want) {
		t.Errorf("exit code %d, no %q in\n%s", code, want, out)
	}
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte("off: [agent_old]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	policyOf(t, path, "model: opt-in", twoRules)
	if code, _, out := kelisim("--policy", path, "--risk-rules", rules, "--addr", "127.0.0.1:0", "--data", t.TempDir()); code != 2 || !strings.Contains(out, "keep them in one of them") {
		t.Errorf("rules in two files: exit code %d\n%s", code, out)
	}
}
