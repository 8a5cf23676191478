package guard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/risk"
)

// guarding is a site whose policy declares the device cookie for a purpose, and whose pages may tell of browsers under it.
func guarding(t *testing.T, declared bool) *judged {
	t.Helper()
	return judge(t, guard.RiskShadow, func(c *guard.Config) {
		c.Risk.Purpose = consent.Preferences
		if declared {
			c.Policy.Cookies = append(c.Policy.Cookies, consent.CookieRule{Name: guard.DeviceCookie, Purpose: consent.Preferences, Lifetime: consent.Period{N: 6, Unit: consent.Months}})
		}
	})
}

// visit asks for a page, and tells whether it has the script and what the verdict on it gives as reasons.
func (j *judged) visit() (script bool, action string) {
	j.t.Helper()
	res, text := j.do(http.MethodGet, "/a", nil)
	return strings.Contains(text, `src="/consent/device.`), res.Header.Get("X-Verdict")
}

func (j *judged) tellBrowser(bits, zone string) int {
	j.t.Helper()
	res, _ := j.do(http.MethodPost, "/consent/device", url.Values{"b": {bits}, "z": {zone}})
	return res.StatusCode
}

// TestS4_4_5_DevicesNeedConsent: without it nothing is set, sent or judged; with it all of that; after it nothing again, and
// what was remembered is gone.
func TestS4_4_5_DevicesNeedConsent(t *testing.T) {
	t.Parallel()
	j := guarding(t, true)
	nothing := func(when string) {
		t.Helper()
		script, action := j.visit()
		if status := j.tellBrowser("1", ""); script || action != "allow" || j.cookie(guard.DeviceCookie) != "" || status != http.StatusForbidden {
			t.Errorf("%s: script %v, verdict %s, cookie %q, telling is answered by %d", when, script, action, j.cookie(guard.DeviceCookie), status)
		}
	}
	nothing("before the choice")
	j.choose("choose", "statistics")
	nothing("with consent to something else")

	j.choose("accept")
	if script, _ := j.visit(); !script || !risk.ValidDevice(j.cookie(guard.DeviceCookie)) {
		t.Fatalf("with consent: script %v, cookie %q", script, j.cookie(guard.DeviceCookie))
	}
	device := j.cookie(guard.DeviceCookie)
	if status := j.tellBrowser("1", "Asia/Almaty"); status != http.StatusNoContent {
		t.Fatalf("telling is answered by %d", status)
	}
	if script, action := j.visit(); script || action != "log" || j.cookie(guard.DeviceCookie) != device {
		t.Errorf("once told: script %v, verdict %s, another cookie %v", script, action, j.cookie(guard.DeviceCookie) != device)
	}
	j.wait(3 * time.Hour)
	if script, action := j.visit(); !script || action != "allow" {
		t.Errorf("three hours later: script %v, verdict %s", script, action)
	}
	j.tellBrowser("1", "")

	j.choose("reject")
	if j.guard.RiskEngine().KnowsBrowser(device, j.now()) {
		t.Error("after the withdrawal the browser is remembered")
	}
	nothing("after the withdrawal")
	at, _ := url.Parse(j.server.URL)
	j.client.Jar.SetCookies(at, []*http.Cookie{{Name: guard.DeviceCookie, Value: device, Path: "/"}})
	if status := j.tellBrowser("1", ""); status != http.StatusForbidden || j.guard.RiskEngine().KnowsBrowser(device, j.now()) {
		t.Errorf("telling with a cookie that stayed behind is answered by %d", status)
	}
	if err := j.guard.RiskEngine().TellBrowser(device, risk.Browser{Driven: true}, "KZ", j.now()); err != nil {
		t.Fatal(err)
	}
	if _, action := j.visit(); action != "allow" || j.guard.RiskEngine().KnowsBrowser(device, j.now()) {
		t.Errorf("a cookie that stayed behind: verdict %s", action)
	}
}

// TestDevicesMustBeDeclared: a cookie that the policy does not declare is not set, and no script is sent.
func TestDevicesMustBeDeclared(t *testing.T) {
	t.Parallel()
	j := guarding(t, false)
	j.choose("accept")
	if script, _ := j.visit(); script || j.cookie(guard.DeviceCookie) != "" || j.tellBrowser("1", "") != http.StatusForbidden {
		t.Errorf("script %v, cookie %q", script, j.cookie(guard.DeviceCookie))
	}
}

// TestWhatBrowsersTellIsBounded: by form, size, sender and number.
func TestWhatBrowsersTellIsBounded(t *testing.T) {
	t.Parallel()
	j := guarding(t, true)
	j.choose("accept")
	j.visit()
	for _, bad := range []string{"", "-1", "16", "256", "x"} {
		if status := j.tellBrowser(bad, ""); status != http.StatusBadRequest {
			t.Errorf("%q is answered by %d", bad, status)
		}
	}
	if status := j.tellBrowser("1", strings.Repeat("z", 4096)); status != http.StatusBadRequest {
		t.Errorf("a long one is answered by %d", status)
	}
	if res, _ := j.do(http.MethodGet, "/consent/device", nil); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered by %d", res.StatusCode)
	}
	j.header.Set("Sec-Fetch-Site", "cross-site")
	if status := j.tellBrowser("1", ""); status != http.StatusForbidden {
		t.Errorf("another site is answered by %d", status)
	}
	j.header.Del("Sec-Fetch-Site")
	last := 0
	for range 70 {
		last = j.tellBrowser("0", "")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last of many is answered by %d", last)
	}
}

// TestAccountsKnowTheDevice of a visitor who consents, and of nobody else.
func TestAccountsKnowTheDevice(t *testing.T) {
	t.Parallel()
	j := guarding(t, true)
	event := func() risk.Event {
		j.mu.Lock()
		r := j.seen[len(j.seen)-1]
		j.mu.Unlock()
		return j.guard.AccountEvent(nil, r, risk.LoginOK, "somebody")
	}
	j.visit()
	if ev := event(); ev.Consent || ev.Device != "" {
		t.Errorf("without consent: %v, device %q", ev.Consent, ev.Device)
	}
	j.choose("accept")
	j.visit()
	j.visit()
	if ev := event(); !ev.Consent || ev.Device == "" || ev.Device != j.cookie(guard.DeviceCookie) {
		t.Errorf("with consent: %v, device %q", ev.Consent, ev.Device)
	}
}

// TestNecessaryIsNoConsent: what everybody is subject to cannot carry what needs consent.
func TestNecessaryIsNoConsent(t *testing.T) {
	t.Parallel()
	build(t, func(c *guard.Config) {
		bad := *c
		bad.Dir, bad.Risk = t.TempDir(), guard.Risk{Use: guard.RiskShadow, Purpose: consent.Necessary}
		_, err := guard.New(bad)
		if err == nil || !strings.Contains(err.Error(), "needs no consent") {
			t.Errorf("%v", err)
		}
	})
}
