package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

var sharedLink = regexp.MustCompile(`http://dashboard\.test(/admin/share/[\w-]{32})`)

// shareLink makes a link for 30 days.
func (b *bench) shareLink(t *testing.T, cookie *http.Cookie) string {
	t.Helper()
	page := body(t, b.do("POST", "/admin/settings/share", url.Values{"label": {"The board"}, "days": {"30"}}, cookie))
	m := sharedLink.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no link is told:\n%s", page)
	}
	return m[1]
}

// TestShareLink: whoever has the link sees numbers under the higher floor and nothing that leads inside; a revoked or
// ended link shows nothing, nor does the store or the log know its token.
func TestShareLink(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	link := b.shareLink(t, cookie)
	token := link[strings.LastIndexByte(link, '/')+1:]
	res := b.do("GET", link+"?range=30d&on=country:KZ&who=bots&tz=3", nil)
	page := body(t, res)
	if res.StatusCode != 200 || res.Header.Get("X-Robots-Tag") != "noindex, nofollow" || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the link answered %d with %v", res.StatusCode, res.Header)
	}
	for _, want := range []string{"The board", "fewer than 20 visitors", "/zhanalyktar", "Kazakhstan"} {
		if !strings.Contains(page, want) {
			t.Errorf("the shared page lacks %q", want)
		}
	}
	for _, never := range []string{"Mongolia", "/careers", "/admin/list/", "/admin/export/", "/admin/consents", "metric=bots", `class="nav"`, "/notes/", "/views/"} {
		if strings.Contains(page, never) {
			t.Errorf("the shared page holds %q", never)
		}
	}
	if regexp.MustCompile(`href="[^"]*(on|who|tz)=`).MatchString(page) {
		t.Error("the shared page leads to what is narrowed, moved or about bots")
	}
	for _, path := range []string{"/admin/", "/admin/export/page.csv", "/admin/panel/pages"} {
		if got := b.do("GET", path, nil).StatusCode; got == 200 {
			t.Errorf("%s is open", path)
		}
	}
	for key, doc := range b.docs.docs {
		if strings.Contains(key+doc, token) {
			t.Errorf("the token is at rest under %s", key)
		}
	}
	for _, bad := range []string{"/admin/share/x", link[:len(link)-1] + "x", "/admin/share/" + strings.Repeat("a", 4000)} {
		if got := b.do("GET", bad, nil).StatusCode; got != 404 {
			t.Errorf("a wrong token answered %d", got)
		}
	}
	b.clock = now.AddDate(0, 0, 31)
	if got := b.do("GET", link, nil).StatusCode; got != 404 {
		t.Errorf("an ended link answered %d", got)
	}
	b.clock = now
	settings := body(t, b.do("GET", "/admin/settings", nil, cookie))
	if strings.Contains(settings, token) || !strings.Contains(settings, "Share link made") {
		t.Error("the settings tell the token again, or the audit does not tell of the link")
	}
	_, id, _ := strings.Cut(settings, `/settings/unshare"><input type="hidden" name="id" value="`)
	id, _, _ = strings.Cut(id, `"`)
	b.do("POST", "/admin/settings/unshare", url.Values{"id": {id}, "back": {"/admin/settings"}}, cookie)
	if got := b.do("GET", link, nil).StatusCode; got != 404 {
		t.Errorf("a revoked link answered %d", got)
	}
	if strings.Contains(b.log.String(), token) {
		t.Error("the token is in the log")
	}
}

// TestSharedPagesKeepTheirFloor: whatever can be reached from a link, every range and tab, names no value that fewer than 20
// visitors of its days carried, leads nowhere else, and is refused once the link is revoked.
func TestSharedPagesKeepTheirFloor(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	link := b.shareLink(t, cookie)
	queue, seen := []string{link + "?range=30d"}, map[string]bool{}
	for len(queue) > 0 && len(seen) < 150 {
		target := queue[0]
		queue = queue[1:]
		if seen[target] {
			continue
		}
		seen[target] = true
		res := b.do("GET", target, nil)
		b.clock = b.clock.Add(time.Second) // as fast as one may read
		page := body(t, res)
		if res.StatusCode != 200 {
			t.Fatalf("%s answered %d", target, res.StatusCode)
		}
		for _, value := range []string{"Mongolia", "Netherlands", "China", "Poland", "United Kingdom", "/careers", "perplexity.ai"} {
			if strings.Contains(page, value) {
				t.Errorf("%s names %s", target, value)
			}
		}
		for _, to := range links(t, page) {
			switch {
			case strings.HasPrefix(to, link):
				queue = append(queue, to)
			case to != "/admin/licences" && to != "/admin/":
				t.Errorf("%s leads to %s", target, to)
			}
		}
	}
	if !seen[link+"?people=os&range=30d"] || !seen[link+"?places=city&range=30d"] || len(seen) < 100 {
		t.Errorf("only %d pages were walked: %v", len(seen), seen)
	}
	_, id, _ := strings.Cut(body(t, b.do("GET", "/admin/settings", nil, cookie)), `/settings/unshare"><input type="hidden" name="id" value="`)
	id, _, _ = strings.Cut(id, `"`)
	b.do("POST", "/admin/settings/unshare", url.Values{"id": {id}}, cookie)
	for target := range seen {
		b.clock = b.clock.Add(time.Second)
		if got := b.do("GET", target, nil).StatusCode; got != 404 {
			t.Fatalf("revoked, %s answers %d", target, got)
		}
	}
}

// TestShareLinksAreBounded: a client that asks for them again and again is told to wait, and there are 50 at most.
func TestShareLinksAreBounded(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	for range 49 {
		b.shareLink(t, cookie)
	}
	link := b.shareLink(t, cookie)
	if got := b.do("POST", "/admin/settings/share", url.Values{"label": {"x"}, "days": {"30"}}, cookie).StatusCode; got != 409 {
		t.Errorf("the 51st link was answered by %d", got)
	}
	for _, form := range []url.Values{{"label": {""}, "days": {"30"}}, {"label": {"x"}, "days": {"4000"}}, {"label": {strings.Repeat("x", 61)}, "days": {"30"}}} {
		if got := b.do("POST", "/admin/settings/share", form, cookie).StatusCode; got != 422 {
			t.Errorf("%v was answered by %d", form, got)
		}
	}
	for range 60 {
		b.do("GET", "/admin/share/x", nil)
	}
	res := b.do("GET", link, nil)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Errorf("the 61st request at once was answered by %d", res.StatusCode)
	}
	b.clock = b.clock.Add(2 * time.Second)
	if got := b.do("GET", link, nil).StatusCode; got != 200 {
		t.Errorf("two seconds later: %d", got)
	}
}

// TestPasswordChange: only who knows the old one changes it; other sessions end, this one goes on.
func TestPasswordChange(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	other := session(b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}))
	change := func(old, next string) *http.Response {
		return b.do("POST", "/admin/settings/password", url.Values{"old": {old}, "password": {next}}, cookie)
	}
	for _, test := range []struct{ old, next, want string }{
		{"wrong wrong wrong", "zhana qupia soz", "is not right"}, {password, "short", "at least 12"}, {password, strings.Repeat("a", 20), "too easy"},
	} {
		res := change(test.old, test.next)
		if page := body(t, res); res.StatusCode != 422 || !strings.Contains(page, test.want) {
			t.Errorf("%q → %q answered %d, want %q in it", test.old, test.next, res.StatusCode, test.want)
		}
	}
	res := change(password, "zhana qupia soz")
	fresh := session(res)
	if res.StatusCode != 303 || fresh == nil {
		t.Fatalf("the change answered %d", res.StatusCode)
	}
	for name, test := range map[string]struct {
		cookie *http.Cookie
		want   int
	}{"the other session": {other, 303}, "the session before": {cookie, 303}, "this session": {fresh, 200}} {
		if got := b.do("GET", "/admin/settings", nil, test.cookie).StatusCode; got != test.want {
			t.Errorf("%s gets %d, want %d", name, got, test.want)
		}
	}
	if got := b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}).StatusCode; got != 401 {
		t.Errorf("the old password signs in: %d", got)
	}
	if session(b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {"zhana qupia soz"}})) == nil {
		t.Error("the new password does not sign in")
	}
	if got := b.docs.docs["audit/2026-11"]; !strings.Contains(got, "password.changed") || strings.Contains(got, "qupia") {
		t.Errorf("the audit says %s", got)
	}
}
