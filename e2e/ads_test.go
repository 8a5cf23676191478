package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// advertiser is a third party on a site of its own, as they are in the world: it sets cookies with every answer, its
// scripts set cookies and storage in the page that loads them, and it writes down what it is asked and with which cookies.
type advertiser struct {
	origin string
	mu     sync.Mutex
	seen   []string // "GET /pixel.gif"
	known  []string // cookies that came along
}

func advertise(t *testing.T) *advertiser {
	t.Helper()
	a := new(advertiser)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.origin = strings.Replace(server.URL, "127.0.0.1", "cdn.ads.localhost", 1)
	return a
}

const dot = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

func (a *advertiser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.note(r)
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store")
	h.Add("Set-Cookie", "ads_id=1; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=None; Partitioned")
	switch name := strings.TrimPrefix(r.URL.Path, "/"); {
	case strings.HasSuffix(name, ".js"):
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		fmt.Fprintf(w, script, strings.TrimSuffix(name, ".js"), a.origin)
	case strings.HasSuffix(name, ".gif"):
		h.Set("Content-Type", "image/gif")
		fmt.Fprint(w, dot)
	case strings.HasSuffix(name, ".css"):
		h.Set("Content-Type", "text/css")
		fmt.Fprintf(w, `@font-face{font-family:ads;src:url(%s/ads.woff2)}h1{font-family:ads}`, a.origin)
	case strings.HasSuffix(name, "frame"):
		h.Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Film</title><p>Film")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// script is what each of its scripts does: says that it ran, stores what it can, and asks for more.
const script = `(() => {
	const name = %q, home = %q;
	(window.ran ||= []).push(name);
	const domain = location.hostname.split(".").slice(-2).join(".");
	document.cookie = "ads_here=1; path=/; max-age=86400";
	document.cookie = "ads_domain=1; path=/; max-age=86400; domain=" + domain;
	document.cookie = "ads_path=1; max-age=86400; path=" + location.pathname;
	localStorage.ads_local = sessionStorage.ads_session = 1;
	if (name !== "head") return;
	fetch(home + "/fetch", {mode: "no-cors"}).catch(() => {});
	navigator.sendBeacon(home + "/beacon", "seen");
	new Image().src = home + "/made.gif";
	document.head.append(Object.assign(document.createElement("script"), {src: home + "/inserted.js"}));
	const request = new XMLHttpRequest();
	request.open("GET", home + "/xhr");
	request.send();
})()`

func (a *advertiser) note(r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = append(a.seen, r.URL.Path)
	for _, c := range r.Cookies() {
		a.known = append(a.known, c.Name)
	}
}

// asked is what it was asked for since the last forget, each path once, sorted.
func (a *advertiser) asked() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(a.seen)))
}

func (a *advertiser) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen, a.known = nil, nil
}

// wantNothing wants that nobody asked it for anything.
func (a *advertiser) wantNothing(t *testing.T, when string) {
	t.Helper()
	if got := a.asked(); len(got) > 0 {
		t.Errorf("%s: the third party was asked for %q", when, got)
	}
}

// wantAtLeast waits until it was asked for these paths, and maybe others.
func (a *advertiser) wantAtLeast(t *testing.T, when string, want []string) {
	t.Helper()
	poll(t, when+": the third party is asked for "+strings.Join(want, " "), func() (bool, any) {
		got := a.asked()
		return !slices.ContainsFunc(want, func(path string) bool { return !slices.Contains(got, path) }), got
	})
}

// wantAsked waits until it was asked for exactly these paths.
func (a *advertiser) wantAsked(t *testing.T, when string, want []string) {
	t.Helper()
	want = slices.Sorted(slices.Values(want))
	poll(t, when+": the third party is asked for "+strings.Join(want, " "), func() (bool, any) {
		got := a.asked()
		return slices.Equal(got, want), got
	})
}
