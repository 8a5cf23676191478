package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/server"
)

func TestConfigFaultsTogether(t *testing.T) {
	_, err := server.New(server.Config{Prefix: "admin/", Languages: []string{"xx"}})
	for _, want := range []string{"Reports", "Documents", `Prefix "admin/"`, `"xx"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %s: %v", want, err)
		}
	}
}

func TestDoors(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	tests := []struct {
		path     string
		out, in  int
		location string
	}{
		{"/admin", 303, 303, "/admin/"},
		{"/admin/", 303, 200, "/admin/login"},
		{"/admin/health", 303, 200, "/admin/login?next=%2Fadmin%2Fhealth"},
		{"/admin/consents?range=7d", 303, 200, "/admin/login?next=%2Fadmin%2Fconsents%3Frange%3D7d"},
		{"/admin/export/consents.csv", 401, 200, ""},
		{"/admin/export/consents.xml", 401, 404, ""},
		{"/admin/list/page?range=7d", 303, 200, "/admin/login?next=%2Fadmin%2Flist%2Fpage%3Frange%3D7d"},
		{"/admin/list/nothing", 303, 404, "/admin/login?next=%2Fadmin%2Flist%2Fnothing"},
		{"/admin/panel/pages", 401, 200, ""},
		{"/admin/panel/hours", 401, 404, ""},
		{"/admin/export/page.csv", 401, 200, ""},
		{"/admin/export/series.json", 401, 200, ""},
		{"/admin/export/page.xml", 401, 404, ""},
		{"/admin/export/nothing.csv", 401, 404, ""},
		{"/admin/api/x", 401, 404, ""},
		{"/admin/unknown", 303, 404, "/admin/login?next=%2Fadmin%2Funknown"},
		{"/admin/login", 200, 303, ""},
		{"/admin/licences", 200, 200, ""},
		{"/admin/setup", 410, 410, ""},
		{"/admin/static/nothing.js", 404, 404, ""},
		{"/elsewhere", 404, 404, ""},
	}
	for _, test := range tests {
		out := b.do("GET", test.path, nil)
		if out.StatusCode != test.out || (test.location != "" && out.Header.Get("Location") != test.location) {
			t.Errorf("%s signed out: %d to %q, want %d to %q", test.path, out.StatusCode, out.Header.Get("Location"), test.out, test.location)
		}
		if in := b.do("GET", test.path, nil, cookie); in.StatusCode != test.in {
			t.Errorf("%s signed in: %d, want %d", test.path, in.StatusCode, test.in)
		}
	}
}

// TestHeaders asserts the policy of every answer, and that pages hold nothing inline that it would block.
func TestHeaders(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options":  "nosniff",
		"X-Frame-Options":         "DENY",
		"Referrer-Policy":         "same-origin",
		"Cache-Control":           "private, no-store",
	}
	for _, path := range []string{"/admin/", "/admin/health", "/admin/consents", "/admin/export/consents.json", "/admin/list/country", "/admin/licences", "/admin/unknown", "/admin/export/page.csv"} {
		res := b.do("GET", path, nil, cookie)
		for name, value := range want {
			if got := res.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		page := body(t, res)
		for _, inline := range []string{"<style", " style=", "<script>", " onclick=", " onload=", "javascript:"} {
			if strings.Contains(page, inline) {
				t.Errorf("%s holds %q", path, inline)
			}
		}
		if n := strings.Count(page, "<script"); n != strings.Count(page, "<script defer src=\"/admin/static/") {
			t.Errorf("%s holds a script that is not a file of ours", path)
		}
	}
}

// TestAnyParameters sends what people and programs may put into addresses: there is always an answer.
func TestAnyParameters(t *testing.T) {
	for name, s := range map[string]*source{"a year": year(), "nothing": {}} {
		b := newBench(t, with(s))
		cookie := b.signIn(t)
		for _, q := range []string{
			"range=7d", "range=", "range=bogus", "range=today&by=hour", "range=yesterday", "range=month", "range=lastmonth", "range=12m&by=hour", "range=all&by=week", "range=all&compare=year",
			"from=2026-11-01&to=2026-11-10", "from=2026-11-10&to=2026-11-01", "from=0001-01-01&to=9999-12-31", "from=2026-02-31", "to=2026-13-01", "from=x&to=y", "from=2030-01-01&to=2031-01-01", "from=1995-01-01&to=1995-01-02",
			"from=2024-02-29&to=2024-02-29&compare=year", "tz=5", "tz=-12", "tz=14", "tz=99", "tz=-", "tz=9999999999999999999", "compare=none", "compare=%00", "metric=bounce", "metric=duration&by=month", "metric=%22%3E", "by=century",
			"pages=entry&sources=bot&places=xx", "pages=../../etc", "q=%ff%fe", "q=" + strings.Repeat("a", 5000), strings.Repeat("range=7d&", 300), "%zz", ";;;", "from=2026-11-01;to=2",
		} {
			for _, path := range []string{"/admin/", "/admin/list/page", "/admin/list/botclass", "/admin/panel/places", "/admin/export/page.csv", "/admin/export/series.json", "/admin/export/outcome.json", "/admin/consents", "/admin/export/consents.csv"} {
				if res := b.do("GET", path+"?"+q, nil, cookie); res.StatusCode != 200 {
					t.Errorf("%s: %s?%.80s answered %d", name, path, q, res.StatusCode)
				}
			}
		}
		if strings.Contains(b.log.String(), "level=ERROR") {
			t.Errorf("errors in the log:\n%s", b.log)
		}
	}
}

func TestStoreAway(t *testing.T) {
	s := year()
	b := newBench(t, with(s))
	cookie := b.signIn(t)
	s.err = errors.New("dial tcp 10.1.2.3:6379: connection refused")
	for _, path := range []string{"/admin/", "/admin/list/page", "/admin/panel/pages", "/admin/export/page.csv", "/admin/consents", "/admin/export/consents.csv", "/admin/health"} {
		res := b.do("GET", path, nil, cookie)
		if page := body(t, res); res.StatusCode != http.StatusServiceUnavailable || strings.Contains(page, "10.1.2.3") {
			t.Errorf("%s answered %d", path, res.StatusCode)
		}
	}
	b.docs.err = s.err
	if res := b.do("GET", "/admin/login", nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the sign-in page answered %d", res.StatusCode)
	}
	if !strings.Contains(b.log.String(), "connection refused") {
		t.Error("the log does not tell the cause")
	}
}

func TestFirstDay(t *testing.T) {
	b := newBench(t)
	page := body(t, b.do("GET", "/admin/", nil, b.signIn(t)))
	if !strings.Contains(page, "Nothing has been counted yet") || !strings.Contains(page, "kelisim import access.log") {
		t.Error("an empty store does not say what to do")
	}
}

func TestOldDataIsShown(t *testing.T) {
	s := year()
	s.last = today() - 40
	b := newBench(t, with(s))
	cookie := b.signIn(t)
	page := body(t, b.do("GET", "/admin/", nil, cookie))
	if !strings.Contains(page, "The last seven days hold nothing") || !strings.Contains(page, "8 Oct – 14 Oct 2026") {
		t.Error("the default range does not show the latest data, or does not say so")
	}
	page = body(t, b.do("GET", "/admin/?range=today", nil, cookie))
	if !strings.Contains(page, "Nothing was counted in this period") || !strings.Contains(page, "from=2026-10-08") {
		t.Error("an empty range does not lead to the data")
	}
}

func TestLanguages(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	tests := []struct{ accept, view, lang, want string }{
		{"", "", "en", "Page views"},
		{"ru-RU,ru;q=0.9,en;q=0.5", "", "ru", "Просмотры"},
		{"kk", "", "kk", "Қаралымдар"},
		{"de, fr", "", "en", "Page views"},
		{"ru", "kk.dark", "kk", "Қаралымдар"},
		{"ru", "xx.pink", "ru", "Просмотры"},
		{strings.Repeat("a", 9999), "", "en", "Page views"},
	}
	for _, test := range tests {
		r := httptest.NewRequest("GET", base+"/admin/", nil)
		r.Header.Set("Accept-Language", test.accept)
		r.AddCookie(cookie)
		if test.view != "" {
			r.AddCookie(&http.Cookie{Name: "kelisim_view", Value: test.view})
		}
		page := body(t, b.send(r))
		if !strings.Contains(page, `<html lang="`+test.lang+`"`) || !strings.Contains(page, test.want) {
			t.Errorf("Accept-Language %.20q, cookie %q: not %s", test.accept, test.view, test.lang)
		}
	}
}

func TestSetupLinkWithoutStore(t *testing.T) {
	b := newBench(t)
	b.docs.err = errors.New("away")
	if _, err := b.server.SetupLink(context.Background(), base); err == nil || !strings.HasPrefix(err.Error(), "server: ") {
		t.Errorf("got %v", err)
	}
}
