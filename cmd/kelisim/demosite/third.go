package demosite

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Seen is one request that the third party received.
type Seen struct {
	Time   time.Time `json:"time"`
	What   string    `json:"what"`
	Cookie string    `json:"cookie"`
}

// ThirdParty stands in for an advertising company: another origin with a tracker, a pixel and a
// player, each of which sets a cookie of its own. It writes down the last 200 requests.
type ThirdParty struct {
	origin string
	mu     sync.Mutex
	seen   []Seen
}

// NewThirdParty makes a third party that will be reached at origin.
func NewThirdParty(origin string) *ThirdParty { return &ThirdParty{origin: origin} }

// Origin returns where the third party is reached.
func (t *ThirdParty) Origin() string { return t.origin }

// Seen returns the requests received, the latest first.
func (t *ThirdParty) Seen() []Seen {
	t.mu.Lock()
	defer t.mu.Unlock()
	latest := slices.Clone(t.seen)
	slices.Reverse(latest)
	return latest
}

// Reset forgets the requests received.
func (t *ThirdParty) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = nil
}

const (
	tracker = `fetch(new URL("/collect?page=" + encodeURIComponent(location.pathname), document.currentScript.src), {mode: "no-cors", credentials: "include"});
document.cookie = "demo_tracker=1; path=/; max-age=2592000; samesite=lax";
`
	player = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title><body style="margin:0;display:grid;place-items:center;height:100vh;background:#222;color:#fff;font:1.5rem system-ui"><p>▶ third-party player</p>`
	pixel  = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)

// ServeHTTP implements [http.Handler]. GET /log answers what was seen, as JSON, and is not written down.
func (t *ThirdParty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/log" {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(t.Seen())
		return
	}
	t.note(r)
	http.SetCookie(w, &http.Cookie{Name: "third_party_id", Value: "1", Path: "/", MaxAge: 2592000})
	var kind, body string
	switch r.URL.Path {
	case "/tracker.js":
		kind, body = "text/javascript; charset=utf-8", tracker
	case "/pixel.gif":
		kind, body = "image/gif", pixel
	case "/player":
		kind, body = "text/html; charset=utf-8", player
	case "/collect":
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(body))
}

func (t *ThirdParty) note(r *http.Request) {
	what := r.Method + " " + r.URL.RequestURI()
	var names []string
	for _, cookie := range r.Cookies() {
		names = append(names, cookie.Name)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = append(t.seen, Seen{Time: time.Now().UTC(), What: what[:min(len(what), 200)], Cookie: strings.Join(names, ", ")})
	if len(t.seen) > 200 {
		t.seen = t.seen[len(t.seen)-200:]
	}
}
