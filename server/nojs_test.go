package server_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestEveryLinkLeadsSomewhere walks the dashboard as a browser without scripts does: through links, and
// through forms that are sent by GET as they stand.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	b := newBench(t, with(year()), finding, planned)
	cookie := b.signIn(t)
	seen := map[string]bool{}
	queue := []string{"/admin/", "/admin/findings", "/admin/consents", "/admin/health", "/admin/technical", "/admin/networks", "/admin/returning"}
	walked := 0
	for len(queue) > 0 && walked < 220 {
		target := queue[0]
		queue = queue[1:]
		if seen[target] {
			continue
		}
		seen[target] = true
		walked++
		res := b.do("GET", target, nil, cookie)
		if res.StatusCode != 200 {
			t.Errorf("%s answered %d", target, res.StatusCode)
			continue
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			continue
		}
		queue = append(queue, links(t, body(t, res))...)
	}
	for _, want := range []string{"/admin/?metric=bounce", "/admin/list/page", "/admin/export/series.csv", "/admin/?compare=none", "/admin/?sources=channel", "/admin/?by=hour", "/admin/?range=lastmonth"} {
		if !seen[want] {
			t.Errorf("no link leads to %s", want)
		}
	}
	if walked < 60 {
		t.Errorf("only %d pages found", walked)
	}
}

// links returns the addresses within a page, and those of its GET forms.
func links(t *testing.T, page string) (found []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var anchors []string
	for n := range doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		}
		switch {
		case n.Data == "a":
			target, anchor, _ := strings.Cut(attr(n, "href"), "#")
			if strings.HasPrefix(target, "/admin/") {
				found = append(found, target)
			} else if anchor != "" {
				anchors = append(anchors, anchor)
			}
		case n.Data == "form" && strings.EqualFold(attr(n, "method"), "get"):
			found = append(found, attr(n, "action")+"?"+fields(n).Encode())
		}
	}
	for _, anchor := range anchors {
		if !ids[anchor] {
			t.Errorf("#%s leads nowhere", anchor)
		}
	}
	return found
}

func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		if n.Data == "input" && attr(n, "name") != "" {
			values.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	return values
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestViewIsKept(t *testing.T) {
	b := newBench(t)
	tests := []struct{ name, value, back, cookie, location string }{
		{"lang", "kk", "/admin/list/page?range=7d", "kk.auto", "/admin/list/page?range=7d"},
		{"theme", "dark", "/admin/login", "en.dark", "/admin/login"},
		{"theme", "pink", "https://evil.example/", "en.auto", "/admin/"},
		{"lang", "../../x", "", "en.auto", "/admin/"},
	}
	for _, test := range tests {
		res := b.do("POST", "/admin/view", url.Values{test.name: {test.value}, "back": {test.back}})
		if cookies := res.Cookies(); len(cookies) != 1 || cookies[0].Value != test.cookie || !cookies[0].HttpOnly || res.Header.Get("Location") != test.location {
			t.Errorf("%s=%s: %v, to %q", test.name, test.value, cookies, res.Header.Get("Location"))
		}
	}
}
