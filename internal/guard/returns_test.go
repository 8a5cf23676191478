package guard_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
)

// hands is a clock that a test moves.
type hands struct {
	mu sync.Mutex
	at time.Time
}

func (h *hands) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hands) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// keeping declares the cookie, under a clock.
func keeping(clock *hands) func(*guard.Config) {
	return func(c *guard.Config) {
		c.Now = clock.now
		c.Policy.Cookies = append(c.Policy.Cookies, consent.CookieRule{Name: guard.ReturnsCookie, Purpose: consent.Statistics, Lifetime: consent.Period{N: 13, Unit: consent.Months}})
	}
}

func (h *house) cookie(name string) string {
	at, _ := url.Parse(h.server.URL)
	for _, c := range h.client.Jar.Cookies(at) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// TestReturns: with consent, and then only, a browser keeps two dates, by which coming back is counted once a day.
func TestReturns(t *testing.T) {
	clock := &hands{at: time.Now().UTC().Truncate(24 * time.Hour).Add(10 * time.Hour)}
	h := build(t, keeping(clock))
	h.do(http.MethodGet, "/a", nil)
	if got := h.cookie(guard.ReturnsCookie); got != "" || len(h.rows(stats.DimReturn)) != 0 {
		t.Errorf("before the choice the browser keeps %q, counted %v", got, h.rows(stats.DimReturn))
	}
	h.choose("accept")
	h.do(http.MethodGet, "/a", nil)
	h.do(http.MethodGet, "/b", nil)
	day := clock.now()
	want := day.Format("2006-01-02.2006-01")
	if got := h.cookie(guard.ReturnsCookie); got != want {
		t.Errorf("the browser keeps %q, want %q", got, want)
	}
	if rows := h.rows(stats.DimReturn); rows[stats.ReturnNew][stats.Visitors] != 1 || rows[stats.ReturnDay][stats.Visitors] != 1 {
		t.Errorf("counted %v, want one new visitor", rows)
	}
	clock.move(24 * time.Hour)
	h.do(http.MethodGet, "/a", nil)
	if got, want := h.cookie(guard.ReturnsCookie), clock.now().Format("2006-01-02")+day.Format(".2006-01"); got != want {
		t.Errorf("a day later the browser keeps %q, want %q", got, want)
	}
	if rows := h.rows(stats.DimReturn); rows[stats.ReturnNew][stats.Visitors] != 1 || rows[stats.ReturnDay][stats.Visitors] != 2 {
		t.Errorf("counted %v, want one new visitor on two days", rows)
	}
	h.choose("reject")
	if got := h.cookie(guard.ReturnsCookie); got != "" {
		t.Errorf("after the withdrawal the browser keeps %q", got)
	}
	h.do(http.MethodGet, "/a", nil)
	if got := h.cookie(guard.ReturnsCookie); got != "" {
		t.Errorf("a visitor who refuses is given %q", got)
	}
}

// TestReturnsAreNotBelieved: whatever a browser sends in place of the cookie makes a new visitor, at most once a day.
func TestReturnsAreNotBelieved(t *testing.T) {
	clock := &hands{at: time.Now().UTC().Truncate(24 * time.Hour).Add(10 * time.Hour)}
	h := build(t, keeping(clock))
	h.choose("accept")
	at, _ := url.Parse(h.server.URL)
	for _, value := range []string{"", "x", "2999-01-01.2026-01", "2026-01-01.2026-02", "2026-01-01", "2026-01-01.2026-01.2026-01", "0001-01-01.0001-01", "2026-13-41.2026-99"} {
		h.client.Jar.SetCookies(at, []*http.Cookie{{Name: guard.ReturnsCookie, Value: value, Path: "/"}})
		h.do(http.MethodGet, "/a", nil)
		if got, want := h.cookie(guard.ReturnsCookie), clock.now().Format("2006-01-02.2006-01"); got != want {
			t.Errorf("%q became %q, want %q", value, got, want)
		}
	}
	if rows := h.rows(stats.DimReturn); rows[stats.ReturnDay][stats.Visitors] != 1 || rows[stats.ReturnNew][stats.Visitors] != 1 {
		t.Errorf("counted %v, want one visitor once", rows)
	}
}

// TestUndeclaredReturnsAreNotCounted: what the policy does not name is not set.
func TestUndeclaredReturnsAreNotCounted(t *testing.T) {
	h := build(t, nil)
	h.choose("accept")
	h.do(http.MethodGet, "/a", nil)
	if got := h.cookie(guard.ReturnsCookie); got != "" {
		t.Errorf("the browser keeps %q", got)
	}
}

// TestVisitsLastAsLongAsTheirPages: the time on the last page counts, and no time twice.
func TestVisitsLastAsLongAsTheirPages(t *testing.T) {
	clock := &hands{at: time.Now().UTC().Truncate(24 * time.Hour).Add(10 * time.Hour)}
	h := build(t, keeping(clock))
	token, _ := h.visitPage("/a")
	clock.move(40 * time.Second)
	h.tell("k", token, "p", "/a", "s", "40")
	if sum := h.live(); sum[stats.Seconds] != 40 || sum[stats.Engaged] != 40 {
		t.Errorf("%d seconds, %d of them looked at, want 40", sum[stats.Seconds], sum[stats.Engaged])
	}
	clock.move(20 * time.Second)
	token, _ = h.visitPage("/b")
	clock.move(5 * time.Second)
	h.tell("k", token, "p", "/b", "s", "5")
	clock.move(time.Hour)
	h.tell("k", token, "n", "1", "p", "/b", "s", "5")
	if sum := h.live(); sum[stats.Seconds] != 65 || sum[stats.Visits] != 1 {
		t.Errorf("%d seconds in %d visits, want 65 in one", sum[stats.Seconds], sum[stats.Visits])
	}
	if rows := h.rows(stats.DimDuration); rows["120"][stats.Visits] != 1 || rows["60"][stats.Visits] != 0 {
		t.Errorf("lengths %v, want one of at most 120 seconds", rows)
	}
	if rows := h.rows(stats.DimPage); rows["/a"][stats.Seconds] != 60 || rows["/b"][stats.Seconds] != 5 {
		t.Errorf("pages %v, want 60 seconds and 5", rows)
	}
}
