package server_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// counted counts the questions asked of Reports.
type counted struct {
	server.Reports
	mu    sync.Mutex
	asked map[string]int
}

func (c *counted) note(what ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[fmt.Sprint(what...)]++
}

func (c *counted) Series(ctx context.Context, days stats.Range, unit stats.Unit, z *time.Location) ([]stats.Point, error) {
	c.note("series", days, unit, z)
	return c.Reports.Series(ctx, days, unit, z)
}

func (c *counted) Top(ctx context.Context, q stats.Query) (stats.Top, error) {
	c.note("top", q)
	return c.Reports.Top(ctx, q)
}

func (c *counted) Folds(ctx context.Context, days stats.Range) ([]stats.Fold, error) {
	c.note("folds", days)
	return c.Reports.Folds(ctx, days)
}

func (c *counted) Consents(ctx context.Context, days stats.Range) (stats.Consents, error) {
	c.note("consents", days)
	return c.Reports.Consents(ctx, days)
}

func (c *counted) Quantiles(ctx context.Context, dim stats.Dimension, days stats.Range) (stats.Quantiles, error) {
	c.note("quantiles", dim, days)
	return c.Reports.Quantiles(ctx, dim, days)
}

func (c *counted) Flows(ctx context.Context, days stats.Range, from string, limit int) ([]stats.Flow, int64, error) {
	c.note("flows", days, from)
	return c.Reports.Flows(ctx, days, from, limit)
}

func (c *counted) Goals(ctx context.Context, plan *visit.Plan, days stats.Range) ([]stats.GoalReport, []stats.FunnelReport, error) {
	c.note("goals", days)
	return c.Reports.Goals(ctx, plan, days)
}

func (c *counted) Loyalty(ctx context.Context, days stats.Range, unit stats.Unit) (stats.Loyalty, error) {
	c.note("loyalty", days, unit)
	return c.Reports.Loyalty(ctx, days, unit)
}

func (c *counted) Cohorts(ctx context.Context, days stats.Range) ([]string, []stats.Cohort, error) {
	c.note("cohorts", days)
	return c.Reports.Cohorts(ctx, days)
}

func (c *counted) Span(ctx context.Context) (stats.Range, bool, error) {
	c.note("span")
	return c.Reports.Span(ctx)
}

// TestPagesAskOnce: no page asks the same question twice, nor more than its bound.
func TestPagesAskOnce(t *testing.T) {
	c := &counted{}
	b := newBench(t, with(year()), finding, planned, func(cfg *server.Config, _ *bench) { c.Reports = cfg.Reports; cfg.Reports = c })
	cookie := b.signIn(t)
	for path, most := range map[string]int{
		"/admin/?range=12m": 13, "/admin/?range=30d&who=bots": 9, "/admin/technical?range=30d": 11, "/admin/returning?range=12m": 3, "/admin/consents?range=30d": 4,
		"/admin/list/country?range=12m": 3, "/admin/panel/places?range=12m": 2, "/admin/health": 2, "/admin/realtime": 5, "/admin/settings": 0, "/admin/findings": 0,
	} {
		c.asked = map[string]int{}
		if got := b.do("GET", path, nil, cookie).StatusCode; got != 200 {
			t.Errorf("%s answered %d", path, got)
		}
		for what, n := range c.asked {
			if n > 1 {
				t.Errorf("%s asks %d times for %s", path, n, what)
			}
		}
		if len(c.asked) > most {
			t.Errorf("%s asks %d questions, want at most %d: %v", path, len(c.asked), most, c.asked)
		}
	}
}

// stubborn answers lists when it is told to stop waiting, or breaks.
type stubborn struct {
	server.Reports
	begun  chan struct{}
	broken bool
}

func (s *stubborn) Top(ctx context.Context, _ stats.Query) (stats.Top, error) {
	if s.broken {
		panic("the store makes no sense")
	}
	s.begun <- struct{}{}
	<-ctx.Done()
	return stats.Top{}, ctx.Err()
}

// TestPagesEndWithTheirReader: who has gone is worked for no longer, which is no fault; a part that breaks breaks its page alone.
func TestPagesEndWithTheirReader(t *testing.T) {
	s := &stubborn{begun: make(chan struct{}, 100)}
	b := newBench(t, with(year()), func(cfg *server.Config, _ *bench) { s.Reports = cfg.Reports; cfg.Reports = s })
	cookie := b.signIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequest("GET", base+"/admin/?range=30d", nil).WithContext(ctx)
	r.AddCookie(cookie)
	done := make(chan struct{})
	go func() { b.handler.ServeHTTP(httptest.NewRecorder(), r); close(done) }()
	for range 3 { // of those that are asked for at once
		<-s.begun
	}
	cancel()
	<-done
	if n := len(s.begun); n > 1 || strings.Contains(b.log.String(), "cannot answer") {
		t.Errorf("%d more lists were begun, and the log says %s", n, b.log)
	}
	s.broken = true
	if got := b.do("GET", "/admin/?range=30d", nil, cookie).StatusCode; got != 503 {
		t.Errorf("a page of which a part breaks answered %d", got)
	}
	if got := b.do("GET", "/admin/settings", nil, cookie).StatusCode; got != 200 {
		t.Errorf("the settings answered %d", got)
	}
}

// BenchmarkOverviewYear renders the overview of a year over answers that cost nothing.
func BenchmarkOverviewYear(b *testing.B) {
	bench := newBench(b, with(year()), func(cfg *server.Config, _ *bench) {
		cfg.Reports = &remembered{Reports: cfg.Reports, top: map[stats.Query]stats.Top{}, series: map[stats.Range][]stats.Point{}}
	})
	cookie := bench.signIn(b)
	for b.Loop() {
		r := httptest.NewRequest("GET", base+"/admin/?range=12m", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		r.AddCookie(cookie)
		if res := bench.send(r); res.StatusCode != 200 {
			b.Fatal(res.StatusCode)
		}
	}
}

// remembered answers each question once.
type remembered struct {
	server.Reports
	top    map[stats.Query]stats.Top
	series map[stats.Range][]stats.Point
}

func (c *remembered) Series(ctx context.Context, days stats.Range, unit stats.Unit, z *time.Location) ([]stats.Point, error) {
	if c.series[days] == nil {
		points, err := c.Reports.Series(ctx, days, unit, z)
		if err != nil {
			return nil, err
		}
		c.series[days] = points
	}
	return c.series[days], nil
}

func (c *remembered) Top(ctx context.Context, q stats.Query) (stats.Top, error) {
	if _, ok := c.top[q]; !ok {
		top, err := c.Reports.Top(ctx, q)
		if err != nil {
			return top, err
		}
		c.top[q] = top
	}
	return c.top[q], nil
}
