package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// hostile are strings that would run, or break out of markup, if anything printed them as they are.
var hostile = []string{
	`<script>window.pwned=1</script>`,
	`"><img src=x onerror=window.pwned=1>`,
	`'-window.pwned-'`,
	`javascript:window.pwned=1`,
	`{{.}}</title><svg onload=window.pwned=1>`,
}

// What strangers send ends up before an admin's eyes: paths, referrers, names of browsers, campaigns, languages.
func TestS3_6_3_HostileVisitorsCannotReachTheAdmin(t *testing.T) {
	p := start(t)
	admin := p.admin(t)
	for i, text := range hostile {
		for _, path := range []string{
			"/" + url.PathEscape(text),
			"/?utm_source=" + url.QueryEscape(text) + "&utm_campaign=" + url.QueryEscape(text) + "&utm_medium=" + url.QueryEscape(text) + "&lang=" + url.QueryEscape(text),
		} {
			r, err := http.NewRequest(http.MethodGet, p.site+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("User-Agent", []string{person, person + " " + text, text, "Googlebot/2.1 " + text}[i%4])
			r.Header.Set("Referer", []string{"https://" + text + "/", "https://evil.example/" + text}[i%2])
			r.Header.Set("Accept-Language", text)
			r.Header.Set("Cookie", "cookie_consent="+url.QueryEscape(text)+"; "+url.QueryEscape(text)+"=1")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			closing(t, answer.Body)
		}
	}
	poll(t, "the hostile requests are counted", func() (bool, any) {
		now := admin.totals(t)
		return now["requests"]+now["views"]+now["bots"] >= int64(len(hostile)), now
	})
	v := visit(t, p.site, options{})
	v.signIn()
	pages := []string{"/admin/?range=today", "/admin/health"}
	for _, list := range lists {
		pages = append(pages, "/admin/list/"+list+"?range=today&q="+url.QueryEscape(hostile[1]), "/admin/list/"+list+"?range=today")
	}
	var seen strings.Builder
	for _, path := range pages {
		v.open(path)
		v.await(`document.readyState === "complete"`)
		if ask[bool](v, `"pwned" in window || document.querySelector("main img[src=x], main svg[onload], main script") !== null`) {
			t.Errorf("%s runs what a visitor sent", path)
		}
		seen.WriteString(ask[string](v, `document.body.innerText`))
	}
	if !strings.Contains(seen.String(), "window.pwned") {
		t.Error("no page shows any of the hostile strings: nothing was tested")
	}
	for i, text := range hostile { // and what the visitors' own pages say back
		v.allowed = []string{"404"}
		v.open("/" + url.PathEscape(text))
		v.open(fmt.Sprintf("/consent/?lang=%s&saved=%s", url.QueryEscape(text), url.QueryEscape(text)))
		v.open("/consent/notice?lang=" + url.QueryEscape(text))
		v.open("/admin/list/page?range=" + url.QueryEscape(text) + "&from=" + url.QueryEscape(text) + "&tz=" + url.QueryEscape(text))
		if ask[bool](v, `"pwned" in window`) {
			t.Errorf("string %d runs", i)
		}
	}
}

// signIn signs in through the form.
func (v *visitor) signIn() {
	v.t.Helper()
	v.open("/admin/login")
	v.fill("input[name=name]", adminName)
	v.fill("input[name=password]", adminPassword)
	v.submit(".gate form button", "/admin/")
}

// No page complains in the console; each visitor's clean-up says what it saw.
func TestNoPageComplains(t *testing.T) {
	p := start(t)
	p.admin(t)
	for _, answer := range []string{accept, reject} {
		v := visit(t, p.site, options{})
		v.open("/")
		v.shown(panel)
		v.click(answer)
		v.hidden(panel)
		v.walk()
		v.wire.choosing(false) // from now on documents come with the policy of the choice
		v.walk()
		v.open("/consent/")
		v.open("/consent/notice")
		v.open("/consent/panel?lang=ru")
		v.signIn()
		for _, path := range []string{"/admin/?range=12m&compare=previous", "/admin/?range=today&by=hour", "/admin/health", "/admin/licences", "/admin/list/page"} {
			v.open(path)
		}
	}
}
