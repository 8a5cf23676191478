package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConsentFlagsReachTheSite: each changes what a visitor is given, from the command line, the environment or a file.
func TestConsentFlagsReachTheSite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "policy.yaml")
	policyOf(t, path, "name: Алма бағы", "name: Алма бағы\n  domains: [www.shop.example.kz]")
	config := filepath.Join(dir, "config.yaml")
	text := "form: dialog\ncsp: enforce\ncsp-allow: [https://cdn.shop.example.kz]\ncookie-domain: registrable\nhosts: [a.example.kz, b.example.kz]\n" +
		"unclassified: observe\nconsent-mode: advanced\nwait-for-update: 777\nurl-passthrough: true\nads-data-redaction: true\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "--addr", "127.0.0.1:0", "--policy", path, "--config", config, "--wait-for-update", "778")
	_, page := get(t, p.base+"/")
	if !strings.Contains(page, "k-dialog") || !strings.Contains(page, "data-reload") {
		t.Error("the question is no dialog, or the page would not reload")
	}
	_, mode := get(t, p.base+"/consent/mode.js")
	for _, want := range []string{`"wait":778`, `"url_passthrough":true`, `"ads_data_redaction":true`} {
		if !strings.Contains(mode, want) {
			t.Errorf("mode.js lacks %s", want)
		}
	}
	r, err := http.NewRequest(http.MethodPost, p.base+"/consent/choice", strings.NewReader("action=reject"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "shop.example.kz"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if cookie := res.Header.Get("Set-Cookie"); !strings.Contains(cookie, "Domain=example.kz") {
		t.Errorf("the choice holds elsewhere: %q", cookie)
	}
	answer, err := http.Get(p.base + "/")
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	policy := answer.Header.Get("Content-Security-Policy")
	for _, want := range []string{"https://cdn.shop.example.kz", "a.example.kz", "https://*.googletagmanager.com"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %s", policy, want)
		}
	}
	if cookies := strings.Join(answer.Header["Set-Cookie"], "\n"); !strings.Contains(cookies, "forgotten") {
		t.Errorf("undeclared cookies are not observed: %q", cookies)
	}
}

// TestConsentFlagsAreQuietByDefault: a box, a policy that only reports, tags that wait.
func TestConsentFlagsAreQuietByDefault(t *testing.T) {
	t.Parallel()
	p := start(t, "--addr", "127.0.0.1:0", "--consent-mode", "off")
	answer, err := http.Get(p.base + "/")
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if answer.Header.Get("Content-Security-Policy") != "" || answer.Header.Get("Content-Security-Policy-Report-Only") == "" {
		t.Errorf("the header is %v", answer.Header)
	}
	if _, mode := get(t, p.base+"/consent/mode.js"); strings.Contains(mode, "dataLayer") {
		t.Error("mode.js speaks although Consent Mode is off")
	}
}

// TestEmptyVariablesAreNotSet: compose files and service managers write KELISIM_FORM= for "as it is without".
func TestEmptyVariablesAreNotSet(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"FORM", "CSP", "CSP_ALLOW", "HOSTS", "COOKIE_DOMAIN", "UNCLASSIFIED", "CONSENT_MODE", "WAIT_FOR_UPDATE", "URL_PASSTHROUGH", "ADS_DATA_REDACTION",
		"ADDR", "DATA", "REDIS_URL", "SITE", "ZONE", "FLOOR", "GEO", "POLICY", "TRUST", "SECURE", "RISK", "RISK_NODES", "RISK_DNS", "CONFIG", "SECRET_FILE",
	} {
		cmd := program(t, "policy", "lint", "none.yaml")
		cmd.Env = append(cmd.Env, "KELISIM_"+name+"=")
		if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "none.yaml") || strings.Contains(string(out), "KELISIM_") {
			t.Errorf("KELISIM_%s=: %s", name, out)
		}
	}
	cmd := program(t, "proxy", "--upstream", "http://127.0.0.1:9")
	for _, name := range []string{"FORM", "CSP", "WAIT_FOR_UPDATE", "URL_PASSTHROUGH", "FLOOR", "SECURE", "RISK", "ADDR", "DATA", "SITE"} {
		cmd.Env = append(cmd.Env, "KELISIM_"+name+"=")
	}
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "a site needs its own policy") {
		t.Errorf("with empty variables: %s", out)
	}
}
