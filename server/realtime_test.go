package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// growing is a site of one day whose numbers a test moves on.
type growing struct {
	source
	mu   sync.Mutex
	day  stats.Day
	rows map[stats.Dimension]map[string]stats.Counts
}

func (g *growing) view(page, country string, n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for dim, value := range map[stats.Dimension]string{stats.DimPage: page, stats.DimCountry: country} {
		c := g.rows[dim][value]
		c[stats.Views] += n
		c[stats.Visits] += n
		c[stats.Visitors] += n
		if g.rows[dim] == nil {
			g.rows[dim] = map[string]stats.Counts{}
		}
		g.rows[dim][value] = c
	}
}

func (g *growing) Totals(_ context.Context, _, _ stats.Day, f func(stats.Total)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := stats.Total{Day: g.day}
	for _, c := range g.rows[stats.DimPage] {
		t.Counts.Add(&c)
	}
	f(t)
	return nil
}

func (g *growing) Rows(_ context.Context, dim stats.Dimension, _, _ stats.Day, f func(stats.Row)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for value, c := range g.rows[dim] {
		f(stats.Row{Day: g.day, Dim: dim, Value: value, Counts: c})
	}
	return nil
}

func (g *growing) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	return g.Rows(ctx, sel.Dim, sel.First, sel.Last, func(r stats.Row) { f(r, sel.Below(&r.Counts)) })
}

// TestRealtimeTellsOfTheLastMinutes: totals at once, lists from 20 page views on, countries of few visitors under
// "Other", and nothing that is older than half an hour.
func TestRealtimeTellsOfTheLastMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		day := stats.Day(time.Now().Unix() / 86400)
		g := &growing{day: day, rows: map[stats.Dimension]map[string]stats.Counts{}}
		g.first, g.last = day, day
		g.view("/old", "KZ", 500)
		g.view("/old", "DE", 50)
		b := newBench(t, func(c *server.Config, _ *bench) {
			c.Now, c.Zone = time.Now, time.UTC
			c.Reports = stats.NewReports(g, nil, stats.ReportOptions{})
		})
		cookie := b.signIn(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.server.Run(ctx); close(done) }()
		look := func() string { return body(t, b.do("GET", "/admin/realtime", nil, cookie)) }
		synctest.Wait()
		if page := look(); strings.Contains(page, "/old") || !strings.Contains(page, `<span class="card-value">0</span>`) {
			t.Error("what came before the start is told as if it came now")
		}
		g.view("/new", "KZ", 12)
		g.view("/new", "DE", 3)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if page := look(); strings.Contains(page, "/new") || !strings.Contains(page, `<span class="card-value">15</span>`) {
			t.Error("15 page views: the totals must tell of them, the lists must wait for 20")
		}
		g.view("/new", "KZ", 5)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		page := look()
		if !strings.Contains(page, "/new") || !strings.Contains(page, "Kazakhstan") || strings.Contains(page, "Germany") || !strings.Contains(page, `<span class="val faint">Other</span></td><td class="num">3</td>`) {
			t.Error("20 page views: the lists tell of /new and Kazakhstan, and of Germany's 3 visitors as other")
		}

		r := httptest.NewRequest("GET", base+"/admin/realtime/stream", nil)
		r.AddCookie(cookie)
		stream := httptest.NewRecorder()
		ended := make(chan struct{})
		go func() { b.handler.ServeHTTP(stream, r); close(ended) }()
		synctest.Wait()
		g.view("/newest", "KZ", 30)
		time.Sleep(11 * time.Second)
		cancel()
		<-done
		<-ended
		events := stream.Body.String()
		if strings.Count(events, "event: now\n") < 2 || !strings.Contains(events, "/newest") || stream.Header().Get("Content-Type") != "text/event-stream; charset=utf-8" {
			t.Errorf("the stream sent %d events as %s", strings.Count(events, "event: now\n"), stream.Header().Get("Content-Type"))
		}
		checkInert(t, "the stream", strings.ReplaceAll(events, "\ndata: ", "\n"))
		time.Sleep(31 * time.Minute)
		if page := look(); strings.Contains(page, "/new") {
			t.Error("what is older than half an hour is told of")
		}
	})
}

// TestStreamEndsWithTheSession: who signs out, or whose sessions end with a new password, sees no more; a stream that has nothing
// to tell says so, so that no proxy takes it for dead.
func TestStreamEndsWithTheSession(t *testing.T) {
	for name, leave := range map[string]func(*bench, *http.Cookie) *http.Response{
		"signed out": func(b *bench, c *http.Cookie) *http.Response { return b.do("POST", "/admin/logout", url.Values{}, c) },
		"password": func(b *bench, _ *http.Cookie) *http.Response {
			other := session(b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}))
			return b.do("POST", "/admin/settings/password", url.Values{"old": {password}, "password": {"zhana qupia soz"}}, other)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, with(year()), func(c *server.Config, _ *bench) { c.Now = time.Now })
				cookie := b.signIn(t)
				r := httptest.NewRequest("GET", base+"/admin/realtime/stream", nil)
				r.AddCookie(cookie)
				stream, ended := httptest.NewRecorder(), make(chan struct{})
				go func() { b.handler.ServeHTTP(stream, r); close(ended) }()
				time.Sleep(40 * time.Second)
				synctest.Wait()
				before := stream.Body.String()
				if strings.Count(before, "event: now\n") != 1 || strings.Count(before, ":\n\n") != 2 {
					t.Errorf("in 40 quiet seconds the stream says\n%s", before)
				}
				if cache := stream.Header().Get("Cache-Control"); !strings.Contains(cache, "no-store") || !strings.Contains(cache, "no-transform") || stream.Header().Get("X-Accel-Buffering") != "no" {
					t.Errorf("proxies may keep the stream: %v", stream.Header())
				}
				if got := leave(b, cookie).StatusCode; got != 303 && got != 200 {
					t.Fatalf("leaving answered %d", got)
				}
				time.Sleep(16 * time.Second)
				synctest.Wait()
				select {
				case <-ended:
				default:
					t.Fatal("the stream goes on without a session")
				}
				if stream.Body.String() != before {
					t.Error("something was told after the end of the session")
				}
			})
		})
	}
}

// TestStreamsAreBounded: beyond the bound a program is told to come again.
func TestStreamsAreBounded(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	started := make(chan struct{}, 64)
	for range 32 {
		r := httptest.NewRequest("GET", base+"/admin/realtime/stream", nil).WithContext(ctx)
		r.AddCookie(cookie)
		group.Go(func() { b.handler.ServeHTTP(&flushed{httptest.NewRecorder(), started}, r) })
	}
	for range 32 {
		<-started
	}
	if res := b.do("GET", "/admin/realtime/stream", nil, cookie); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("the 33rd stream answered %d", res.StatusCode)
	}
	cancel()
	group.Wait()
	if res := b.do("GET", "/admin/realtime/stream", nil); res.StatusCode != 401 {
		t.Errorf("a stream for nobody answered %d", res.StatusCode)
	}
}

type flushed struct {
	*httptest.ResponseRecorder
	told chan struct{}
}

func (f *flushed) Flush() { f.ResponseRecorder.Flush(); f.told <- struct{}{} }
