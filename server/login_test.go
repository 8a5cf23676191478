package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/server"
)

func body(t testing.TB, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSetupLinkWorksOnce(t *testing.T) {
	b := newBench(t)
	link := must(b.server.SetupLink(context.Background(), base+"/"))
	token := must(url.Parse(link)).Query().Get("token")
	if !strings.HasPrefix(link, base+"/admin/setup?token=") || len(token) < 32 {
		t.Fatalf("link %q", link)
	}
	for _, doc := range b.docs.docs {
		if strings.Contains(doc, token) {
			t.Error("the store holds the token itself")
		}
	}
	if res := b.do("GET", "/admin/setup?token="+token, nil); res.StatusCode != 200 || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("form answered %d", res.StatusCode)
	}
	form := url.Values{"token": {token}, "name": {owner}, "password": {password}}
	if res := b.do("POST", "/admin/setup", form); res.StatusCode != 303 {
		t.Fatalf("first use answered %d", res.StatusCode)
	}
	form.Set("name", "mallory")
	if res := b.do("POST", "/admin/setup", form); res.StatusCode != http.StatusGone {
		t.Errorf("second use answered %d", res.StatusCode)
	}
	if link := must(b.server.SetupLink(context.Background(), base)); link != "" {
		t.Errorf("a link is given out although there is an account: %q", link)
	}
	for _, doc := range b.docs.docs {
		if strings.Contains(doc, password) || !strings.Contains(doc, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("account rests as %s", doc)
		}
	}
}

func TestSetupLinkRefused(t *testing.T) {
	tests := []struct {
		name string
		do   func(b *bench, token string) string // returns the token to use
		want int
	}{
		{"made up", func(*bench, string) string { return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }, http.StatusGone},
		{"empty", func(*bench, string) string { return "" }, http.StatusGone},
		{"older than a day", func(b *bench, token string) string { b.clock = b.clock.Add(24 * time.Hour); return token }, http.StatusGone},
		{"superseded", func(b *bench, token string) string {
			_ = must(b.server.SetupLink(context.Background(), base))
			return token
		}, http.StatusGone},
		{"a minute less than a day old", func(b *bench, token string) string { b.clock = b.clock.Add(24*time.Hour - time.Minute); return token }, http.StatusSeeOther},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			token := must(url.Parse(must(b.server.SetupLink(context.Background(), base)))).Query().Get("token")
			res := b.do("POST", "/admin/setup", url.Values{"token": {test.do(b, token)}, "name": {owner}, "password": {password}})
			if res.StatusCode != test.want {
				t.Errorf("answered %d, want %d", res.StatusCode, test.want)
			}
		})
	}
}

func TestSetupRefusesPoorPasswords(t *testing.T) {
	tests := []struct{ name, password, want string }{
		{owner, "short one", "at least 12"},
		{owner, strings.Repeat("x y", 43), "at most 128"},
		{owner, "aaaaaaaaaaaaaaaa", "too easy"},
		{owner, "abcdefghijklmnop", "too easy"},
		{owner, "1234567890123456", "too easy"},
		{"", password, "Give a name"},
		{strings.Repeat("a", 65), password, "Give a name"},
		{"a\u202eb", password, "Give a name"},
	}
	b := newBench(t)
	token := must(url.Parse(must(b.server.SetupLink(context.Background(), base)))).Query().Get("token")
	for _, test := range tests {
		b.clock = b.clock.Add(time.Minute)
		res := b.do("POST", "/admin/setup", url.Values{"token": {token}, "name": {test.name}, "password": {test.password}})
		if got := body(t, res); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got, test.want) {
			t.Errorf("name %q, password %q: %d without %q", test.name, test.password, res.StatusCode, test.want)
		}
	}
	res := b.do("POST", "/admin/setup", url.Values{"token": {token}, "name": {owner}, "password": {strings.Repeat("ұя ", 42)}})
	if res.StatusCode != http.StatusSeeOther {
		t.Errorf("a long password of Kazakh letters was refused: %d", res.StatusCode)
	}
}

func TestLogin(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	b.clock = b.clock.Add(time.Hour)
	tests := []struct {
		name, user, password, next string
		want                       int
		location                   string
	}{
		{"right", owner, password, "", 303, "/admin/"},
		{"name in capitals", "Aigerim ", password, "", 303, "/admin/"},
		{"to a page", owner, password, "/admin/list/page?range=30d", 303, "/admin/list/page?range=30d"},
		{"never elsewhere", owner, password, "https://evil.example/", 303, "/admin/"},
		{"never elsewhere, protocol-relative", owner, password, "/admin//evil.example", 303, "/admin/"},
		{"never elsewhere, backslash", owner, password, "/admin/\\evil.example", 303, "/admin/"},
		{"never out of the dashboard", owner, password, "/admin/../consent/", 303, "/admin/"},
		{"wrong password", owner, password + "x", "", 401, ""},
		{"unknown name", "nobody", password, "", 401, ""},
		{"nothing", "", "", "", 401, ""},
		{"huge password", owner, strings.Repeat("x", 9000), "", 401, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b.clock = b.clock.Add(time.Hour)
			res := b.do("POST", "/admin/login", url.Values{"name": {test.user}, "password": {test.password}, "next": {test.next}})
			if res.StatusCode != test.want || res.Header.Get("Location") != test.location {
				t.Errorf("%d to %q, want %d to %q", res.StatusCode, res.Header.Get("Location"), test.want, test.location)
			}
			if (session(res) != nil) != (test.want == 303) {
				t.Errorf("session cookie: %v", session(res))
			}
		})
	}
}

func TestUnknownNameAndWrongPasswordLookTheSame(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	page := func(name string) string {
		b.clock = b.clock.Add(time.Hour)
		return strings.ReplaceAll(body(t, b.do("POST", "/admin/login", url.Values{"name": {name}, "password": {"not it, not at all"}})), name, "NAME")
	}
	if page(owner) != page("nobody") {
		t.Error("the answers differ")
	}
}

func TestBruteForceIsSlowedDown(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	try := func(addr, pass string) *http.Response {
		r := httptest.NewRequest("POST", base+"/admin/login", strings.NewReader(url.Values{"name": {owner}, "password": {pass}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = addr
		return b.send(r)
	}
	count := func(n int, addr func(int) string) (tried int) {
		for i := range n {
			if try(addr(i), "guess").StatusCode == http.StatusUnauthorized {
				tried++
			}
		}
		return tried
	}
	if tried := count(40, func(int) string { return "198.51.100.7:1000" }); tried > 10 {
		t.Errorf("one client tried %d passwords at once", tried)
	}
	res := try("198.51.100.7:1000", password)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("over the limit: %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	b.clock = b.clock.Add(time.Hour)
	many := func(i int) string { return "203.0." + string(rune('0'+i/10)) + "." + string(rune('1'+i%9)) + ":1" }
	if tried := count(60, many); tried > 10 {
		t.Errorf("many clients tried %d passwords of one account at once", tried)
	}
	if res := try("192.0.2.1:1234", password); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the owner is locked out of a client that had signed in: %d", res.StatusCode)
	}
}

func TestSessionFixation(t *testing.T) {
	b := newBench(t)
	old := b.signIn(t)
	res := b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}, old)
	fresh := session(res)
	if fresh == nil || fresh.Value == old.Value {
		t.Fatal("signing in keeps the session's token")
	}
	if res := b.do("GET", "/admin/", nil, old); res.StatusCode != 303 {
		t.Error("the token from before signing in is still good")
	}
	planted := &http.Cookie{Name: "kelisim_session", Value: "planted-by-somebody-else-0000000000000000000"}
	if c := session(b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}, planted)); c == nil || c.Value == planted.Value {
		t.Error("a planted token became a session")
	}
}

func TestSessionCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		b := newBench(t, func(c *server.Config, _ *bench) { c.Secure = secure })
		c := b.signIn(t)
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/admin" || c.MaxAge > 7*24*3600+1 || len(c.Value) < 40 {
			t.Errorf("cookie %v", c)
		}
	}
}

func TestLogout(t *testing.T) {
	b := newBench(t)
	cookie := b.signIn(t)
	if res := b.do("GET", "/admin/", nil, cookie); res.StatusCode != 200 {
		t.Fatalf("signed in, answered %d", res.StatusCode)
	}
	if res := b.do("POST", "/admin/logout", url.Values{}, cookie); res.StatusCode != 303 || res.Header.Get("Location") != "/admin/login" {
		t.Errorf("sign-out answered %d", res.StatusCode)
	}
	if res := b.do("GET", "/admin/", nil, cookie); res.StatusCode != 303 {
		t.Error("the session outlives its sign-out")
	}
	if res := b.do("GET", "/admin/logout", nil, cookie); res.StatusCode == 303 && res.Header.Get("Location") == "/admin/login" && len(res.Cookies()) > 0 {
		t.Error("a link can sign out")
	}
}

func TestOtherOriginsAreRefused(t *testing.T) {
	b := newBench(t)
	cookie := b.signIn(t)
	tests := []struct {
		path, header, value string
		want                int
	}{
		{"/admin/logout", "Sec-Fetch-Site", "cross-site", 403},
		{"/admin/login", "Sec-Fetch-Site", "cross-site", 403},
		{"/admin/view", "Sec-Fetch-Site", "same-site", 403},
		{"/admin/setup", "Origin", "https://evil.example", 403},
		{"/admin/view", "Origin", base, 303},
		{"/admin/view", "Sec-Fetch-Site", "same-origin", 303},
	}
	for _, test := range tests {
		r := httptest.NewRequest("POST", base+test.path, strings.NewReader("theme=dark"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(test.header, test.value)
		r.AddCookie(cookie)
		if res := b.send(r); res.StatusCode != test.want {
			t.Errorf("POST %s with %s %s: %d, want %d", test.path, test.header, test.value, res.StatusCode, test.want)
		}
	}
}

func TestSignInsAreLoggedWithoutAddress(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	b.do("POST", "/admin/login", url.Values{"name": {"my secret passphrase"}, "password": {"x"}})
	b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {"wrong wrong wrong"}})
	log := b.log.String()
	for _, want := range []string{`event="signed in" account=aigerim`, `event=refused account=aigerim`} {
		if !strings.Contains(log, want) {
			t.Errorf("log lacks %s:\n%s", want, log)
		}
	}
	for _, never := range []string{"192.0.2.1", "secret passphrase", "wrong wrong", password} {
		if strings.Contains(log, never) {
			t.Errorf("log holds %q", never)
		}
	}
}
