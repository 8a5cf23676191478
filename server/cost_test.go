package server_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// counted counts the questions asked of Reports.
type counted struct {
	server.Reports
	series, top int
}

func (c *counted) Series(ctx context.Context, days stats.Range, unit stats.Unit, z *time.Location) ([]stats.Point, error) {
	c.series++
	return c.Reports.Series(ctx, days, unit, z)
}

func (c *counted) Top(ctx context.Context, q stats.Query) (stats.Top, error) {
	c.top++
	return c.Reports.Top(ctx, q)
}

func TestOverviewAsksLittle(t *testing.T) {
	c := &counted{}
	b := newBench(t, with(year()), func(cfg *server.Config, _ *bench) { c.Reports = cfg.Reports; cfg.Reports = c })
	cookie := b.signIn(t)
	b.do("GET", "/admin/?range=12m", nil, cookie)
	if c.series > 2 || c.top > 8 {
		t.Errorf("one overview asks for %d series and %d lists", c.series, c.top)
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
