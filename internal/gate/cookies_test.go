package gate_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// log is an Observer that writes everything down.
type log struct {
	statuses []int
	names    []string
	private  bool
}

func (l *log) Commit(status int, h http.Header) bool {
	l.statuses = append(l.statuses, status)
	return l.private
}

func (l *log) Unclassified(name string, d consent.Decision) {
	l.names = append(l.names, fmt.Sprintf("%s=%v", name, d.Allow))
}

// TestS2_2_8_RefusedCookiesAreHidden: what the visitor refused does not reach the handler, and is deleted.
func TestS2_2_8_RefusedCookiesAreHidden(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, v := range gatetest.Visitors(rules) {
		r := request(map[string]string{"Cookie": gatetest.RequestCookies})
		p := gate.Plan{Rules: rules, Choice: v.Choice, Now: gatetest.Now}
		inner := gate.Hide(r, &p)
		want := map[string]string{"granted": gatetest.RequestCookies, "denied": "sid=S1; mystery=M1", "nochoice": "sid=S1; mystery=M1"}[v.Name]
		if got := inner.Header.Get("Cookie"); got != want || (inner == r) != (v.Name == "granted") {
			t.Errorf("%s: %q, want %q", v.Name, got, want)
		}
		if got := len(p.Expire); got != map[string]int{"denied": 2}[v.Name] {
			t.Errorf("%s: %d cookies to delete", v.Name, got)
		}
	}
}

// TestS4_4_5_WithdrawalDeletesCookies: HttpOnly ones too, on subdomains and paths, each once.
func TestS4_4_5_WithdrawalDeletesCookies(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	granted := gatetest.Visitors(rules)[0].Choice
	withdrawn, _ := rules.Apply(consent.Submission{Action: consent.Withdraw, Method: consent.MethodCentre}, granted, gatetest.Now)
	r := httptest.NewRequest(http.MethodPost, "https://www.example.test/shop/cart/pay", nil)
	r.Header.Set("Cookie", gatetest.RequestCookies+"; fr=again")
	h := http.Header{"Set-Cookie": {"fr=; Path=/; Max-Age=0"}}
	n := gate.ExpireRefused(h, r, rules, withdrawn, true, gatetest.Now)
	lines := h["Set-Cookie"]
	if n != len(lines)-1 {
		t.Errorf("%d of %d lines", n, len(lines))
	}
	for _, want := range []string{
		"_ga=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure",
		"fr=; Path=/; Domain=example.test; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure",
		"fr=; Path=/shop/cart; Domain=www.example.test; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no %q in\n%s", want, strings.Join(lines, "\n"))
		}
	}
	seen := map[string]bool{}
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil || c.MaxAge >= 0 {
			t.Errorf("%q deletes nothing: %v", line, err)
			continue
		}
		if place := c.Name + ";" + c.Domain + ";" + c.Path; seen[place] {
			t.Errorf("%q twice", place)
		} else {
			seen[place] = true
		}
	}
}

// TestExpirationsAreBounded: 180 refused cookies must not make a header that proxies refuse.
func TestExpirationsAreBounded(t *testing.T) {
	t.Parallel()
	policy := gatetest.Policy()
	policy.Cookies = append(policy.Cookies, consent.CookieRule{Name: "track_*", Purpose: consent.Marketing, Text: consent.Text{"en": "tracks"}})
	rules, err := consent.Compile(policy)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range 180 {
		fmt.Fprintf(&b, "track_%d=%s; ", i, strings.Repeat("v", 20))
	}
	r := request(map[string]string{"Cookie": b.String() + "sid=1"})
	p := gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[1].Choice, Now: gatetest.Now}
	rec := answer(p, r, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Cookie"); got != "sid=1" {
			t.Errorf("handlers see %q", got)
		}
	})
	size := 0
	for _, line := range rec.Result().Header["Set-Cookie"] {
		size += len(line)
	}
	if size == 0 || size > 4<<10 {
		t.Errorf("%d bytes of deletions", size)
	}
}

// TestHostileCookieHeader bounds the work: what no browser sends is hidden from a point on.
func TestHostileCookieHeader(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	r := request(map[string]string{"Cookie": strings.Repeat("a=1;", 200_000)})
	p := gate.Plan{Rules: rules, Now: gatetest.Now}
	if got := len(gate.Hide(r, &p).Header.Get("Cookie")); got > 8<<10 {
		t.Errorf("%d bytes pass", got)
	}
	for _, line := range []string{"", ";", "=", "; ;=;", "\x00=1", strings.Repeat(" ", 1000)} {
		r := request(map[string]string{"Cookie": line})
		if gate.Hide(r, &gate.Plan{Rules: rules, Now: gatetest.Now}) != r {
			t.Errorf("%q: something was hidden", line)
		}
	}
}

func TestUnknownRequestCookiesUnderDeny(t *testing.T) {
	t.Parallel()
	policy := gatetest.Policy()
	policy.Unclassified = consent.Deny
	rules, err := consent.Compile(policy)
	if err != nil {
		t.Fatal(err)
	}
	p := gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[0].Choice, Now: gatetest.Now}
	if got := gate.Hide(request(map[string]string{"Cookie": gatetest.RequestCookies}), &p).Header.Get("Cookie"); got != "sid=S1; _ga=G1; fr=F1" {
		t.Errorf("handlers see %q", got)
	}
	if len(p.Expire) != 0 {
		t.Errorf("unknown cookies are not ours to delete: %v", p.Expire)
	}
}

func TestObserver(t *testing.T) {
	t.Parallel()
	l := &log{private: true}
	p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Observer: l, Markup: bannerMarkup}
	rec := answer(p, request(browser), func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "public")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Add("Set-Cookie", "provisional=1; HttpOnly") // kept, and told once
		for i := range 50 {
			w.Header().Add("Set-Cookie", fmt.Sprintf("unknown%d=1; Max-Age=5", i))
		}
		w.Header().Add("Set-Cookie", strings.Repeat("n", 100)+"=1")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(gatetest.Page))
	})
	if !slices.Equal(l.statuses, []int{200}) {
		t.Errorf("Commit with %v", l.statuses)
	}
	if len(l.names) != 32 || l.names[0] != "provisional=true" || l.names[1] != "unknown0=false" || len(slices.Compact(slices.Sorted(slices.Values(l.names)))) != 32 {
		t.Errorf("%d names: %v", len(l.names), l.names)
	}
	if got := rec.Header().Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

// TestSharedLinesAreNotWritten: handlers may set a slice that others hold, too.
func TestSharedLinesAreNotWritten(t *testing.T) {
	t.Parallel()
	lines := []string{"_ga=1", "sid=1", "fr=1", "sid=2"}
	before := slices.Clone(lines)
	rec := answer(gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now}, request(nil), func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Set-Cookie"] = lines
	})
	if !slices.Equal(lines, before) || !slices.Equal(rec.Header()["Set-Cookie"], []string{"sid=1", "sid=2"}) {
		t.Errorf("%q, sent %q", lines, rec.Header()["Set-Cookie"])
	}
}

// TestHouseCookiesAreOurs: no handler of the site marks visitors under the names that need no consent, nor writes what a
// visitor decided. It may delete them, as one does who clears all.
func TestHouseCookiesAreOurs(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, row := range []struct {
		line         string
		site, centre bool // passes from there
	}{
		{"cookie_consent=1.1.t.0.0.s.bn.mac; Path=/", false, true},
		{"__Host-consent_proof=visitor-7; Path=/; Secure", false, true},
		{"kelisim_own=visitor-7", false, true},
		{"kelisim_own=me; Path=/", true, true},
		{"kelisim_own=admin; Path=/", true, true},
		{"cookie_consent=; Max-Age=0", true, true},
		{"cookie_consent=vouched; Path=/", true, true},
	} {
		for _, house := range []bool{false, true} {
			var w gate.Writer
			inner := httptest.NewRecorder()
			r := request(nil)
			w.Reset(inner, r, gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[0].Choice, Now: gatetest.Now, House: house})
			w.Vouch("cookie_consent=vouched; Path=/")
			w.Header().Set("Set-Cookie", row.line)
			w.WriteHeader(http.StatusOK)
			want := row.site
			if house {
				want = row.centre
			}
			if got := inner.Header().Get("Set-Cookie") != ""; got != want {
				t.Errorf("house %v: %s passes: %v, want %v", house, row.line, got, want)
			}
		}
	}
}
