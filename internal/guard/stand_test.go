package guard_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/visit"
)

// TestS3_6_1_SupportResource is answered for the site, where the policy hears the signal and only there.
func TestS3_6_1_SupportResource(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	res, text := h.do(http.MethodGet, consent.GPCPath, nil)
	var doc struct {
		GPC        bool
		LastUpdate string
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || !doc.GPC || doc.LastUpdate != "2026-11-23" || res.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%v: %q, %v", err, text, res.Header)
	}
	if got := res.Header.Values("Set-Cookie"); len(got) > 0 {
		t.Errorf("it sets %q", got)
	}
	if res, text := h.do(http.MethodHead, consent.GPCPath, nil); res.StatusCode != http.StatusOK || text != "" {
		t.Errorf("HEAD: %d, %q", res.StatusCode, text)
	}
	if _, text := h.do(http.MethodPost, consent.GPCPath, url.Values{}); !strings.Contains(text, "<p>page</p>") {
		t.Error("POST does not reach the site")
	}
	deaf := build(t, func(c *guard.Config) { // a site without anything that the signal is about
		p := &c.Policy
		p.Purposes, p.Services, p.Cookies, p.Data, p.OptOuts = p.Purposes[:2], nil, p.Cookies[:1], p.Data[:1], consent.OptOuts{}
		p.Data[0].Purposes = []consent.Purpose{consent.Necessary}
		p.Transfers = consent.Transfers{ThirdParties: consent.No, CrossBorder: consent.No, Publication: consent.No}
	})
	if _, text := deaf.do(http.MethodGet, consent.GPCPath, nil); !strings.Contains(text, "<p>page</p>") {
		t.Error("a policy that hears nothing says that it abides")
	}
}

// TestRegionsHaveModelsOfTheirOwn, by the embedded tables: what a visitor is shown depends on where they are.
func TestRegionsHaveModelsOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) {
		trust, err := visit.TrustCIDR(netip.MustParsePrefix("127.0.0.0/8"))
		if err != nil {
			t.Fatal(err)
		}
		c.Trust = trust
		c.Policy.Models = map[string]consent.Model{"US": consent.ModelOptOut, "KZ": consent.ModelImplied}
	})
	h.header.Set("Accept-Language", "en")
	for _, row := range []struct {
		place, addr, has, hasNot string
		ad                       bool // the marketing cookie is set before any answer
	}{
		{"Kazakhstan", "2.132.0.1", "OK, understood", `value="accept"`, false},
		{"Germany", "91.0.0.1", `value="accept"`, "data-object", false},
		{"United States", "12.0.0.1", "data-object", "OK, understood", true},
	} {
		h.header.Set("X-Forwarded-For", row.addr)
		res, text := h.do(http.MethodGet, "/", nil)
		if !strings.Contains(text, row.has) || strings.Contains(text, row.hasNot) {
			t.Errorf("%s: want %q and not %q", row.place, row.has, row.hasNot)
		}
		if got := strings.Contains(strings.Join(res.Header["Set-Cookie"], "\n"), "demo_ad=1"); got != row.ad {
			t.Errorf("%s: the marketing cookie is set: %v", row.place, got)
		}
	}
}

// TestChoiceOfAFormerSecretStands as long as the secret is known, and not any longer.
func TestChoiceOfAFormerSecretStands(t *testing.T) {
	t.Parallel()
	other := []byte("another secret of thirty-two bytes or more")
	before := build(t, nil)
	before.choose("accept")
	from, _ := url.Parse(before.server.URL)
	for _, row := range []struct {
		old  [][]byte
		want bool
	}{{[][]byte{secret}, true}, {nil, false}} {
		after := build(t, func(c *guard.Config) { c.Secret, c.OldSecrets = other, row.old })
		to, _ := url.Parse(after.server.URL)
		after.client.Jar.SetCookies(to, before.client.Jar.Cookies(from))
		after.do(http.MethodGet, "/", nil)
		if got := after.jar()["demo_ad"]; got != row.want {
			t.Errorf("with %d former secrets the choice stands: %v", len(row.old), got)
		}
	}
}

// TestManyCookiesChangeNothing: 180 of them, which is what browsers send at most, some corrupt, around a choice.
func TestManyCookiesChangeNothing(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("choose", "statistics")
	at, _ := url.Parse(h.server.URL)
	var state string
	for _, c := range h.client.Jar.Cookies(at) {
		if c.Name == consent.StateCookie {
			state = c.Name + "=" + c.Value
		}
	}
	var line strings.Builder
	for i := range 89 {
		fmt.Fprintf(&line, "unknown_%d=%d; ", i, i)
	}
	line.WriteString("demo_ad=1; demo_visitor=1; " + state)
	for i := range 89 {
		fmt.Fprintf(&line, "; \x01bad %d", i)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Cookie", line.String())
	handler := h.guard.Handler(http.HandlerFunc(page))
	w := httptest.NewRecorder()
	best := time.Hour // of all: others may have the machine in between
	for range 50 {
		w = httptest.NewRecorder()
		begun := time.Now()
		handler.ServeHTTP(w, r.Clone(t.Context()))
		best = min(best, time.Since(begun))
	}
	seen := strings.Join(w.Header()["X-Seen"], " ")
	if !strings.Contains(seen, "demo_visitor") || strings.Contains(seen, "demo_ad") {
		t.Errorf("the handler sees %q", seen)
	}
	if set := strings.Join(w.Header()["Set-Cookie"], "\n"); strings.Contains(set, "demo_ad=1") || !strings.Contains(set, "demo_visitor=1") {
		t.Errorf("set %q", set)
	}
	if best > 20*time.Millisecond {
		t.Errorf("a request takes %v", best)
	}
	if n := h.guard.State().Faults; n > 0 {
		t.Errorf("%d faults", n)
	}
}

// TestS4_4_5_WithdrawalReachesParentDomains: an HttpOnly cookie is expired wherever it may have been set.
func TestS4_4_5_WithdrawalReachesParentDomains(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) { c.Policy.Site.Domains = []string{"example.kz"} })
	r := httptest.NewRequest(http.MethodPost, "http://shop.example.kz/consent/choice", strings.NewReader("action=reject"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "demo_ad=1")
	w := httptest.NewRecorder()
	h.guard.Handler(http.HandlerFunc(page)).ServeHTTP(w, r)
	places := map[string]bool{}
	for _, c := range w.Result().Cookies() {
		if c.Name == "demo_ad" && c.MaxAge < 0 {
			places[c.Domain+c.Path] = true
		}
	}
	for _, want := range []string{"/", "example.kz/"} {
		if !places[want] {
			t.Errorf("demo_ad is not expired at %q: %v", want, places)
		}
	}
}

// TestS4_4_5_HeapedStatesHideNoRefusal: somebody else on the domain may set state cookies under longer paths, which browsers
// send first. A refusal beneath them holds, and beneath more than are looked at nothing is granted.
func TestS4_4_5_HeapedStatesHideNoRefusal(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	state := func(action string) string {
		for _, c := range h.choose(action).Cookies() {
			if c.Name == consent.StateCookie {
				return c.Name + "=" + c.Value + "; "
			}
		}
		t.Fatal("no state")
		return ""
	}
	granted, refused := state("accept"), state("reject")
	for _, row := range []struct {
		name, cookies string
		allows        bool
	}{
		{"one acceptance", granted, true},
		{"junk around it", strings.Repeat("cookie_consent=x; ", 10) + granted, true},
		{"a refusal beneath junk", granted + strings.Repeat("cookie_consent=x; ", 10) + refused, false},
		{"a refusal beneath more", granted + strings.Repeat("cookie_consent=x; ", 40) + refused, false},
		{"a refusal first", refused + strings.Repeat(granted, 40), false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", row.cookies)
		if c := h.guard.Choice(nil, r); c.Allows(consent.Marketing) != row.allows {
			t.Errorf("%s: %v", row.name, c.Granted())
		}
	}
}
