package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

const (
	owner    = "aigerim"
	password = "qysqa ma, uzaq pa"
	base     = "http://dashboard.test"
)

// bench is a dashboard under test.
type bench struct {
	server  *server.Server
	handler http.Handler
	docs    *documents
	log     *strings.Builder
	clock   time.Time
}

type option func(*server.Config, *bench)

func with(s *source) option {
	return func(c *server.Config, _ *bench) {
		c.Reports = stats.NewReports(s, nil, stats.ReportOptions{Zone: zone})
		c.Shared = stats.NewReports(s, nil, stats.ReportOptions{Zone: zone, Floors: stats.Floors{Person: 20, Open: 20}})
	}
}

func newBench(t testing.TB, options ...option) *bench {
	t.Helper()
	b := &bench{docs: newDocuments(), log: new(strings.Builder), clock: now}
	cfg := server.Config{
		Documents: b.docs, Site: "kelisim.example", Zone: zone, Languages: []string{"en", "kk", "ru"},
		Logger: slog.New(slog.NewTextHandler(b.log, nil)), Now: func() time.Time { return b.clock }, Health: health,
	}
	with(&source{})(&cfg, b)
	for _, o := range options {
		o(&cfg, b)
	}
	s, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.server, b.handler = s, s.Handler()
	return b
}

func health(context.Context) server.Health {
	return server.Health{
		Version: "0.1.0", Commit: "a1b2c3d", Go: "go1.26", Started: now.Add(-26 * time.Hour), Store: "redis 7.0.15", Flushed: now.Add(-time.Second),
		Accepted: 1_204_331, Stored: 1_203_980, Waiting: 311, Spooled: 28, Dropped: []server.Drop{{Reason: "health.drop.full", Count: 12}},
		Others: []server.Other{{Dimension: stats.DimPage, Cap: 50_000, Capped: 812}, {Dimension: stats.DimCity, Cap: 10_000, Held: 77, Late: 3}},
		Told:   []server.Drop{{Reason: "open", Count: 19}, {Reason: "signed", Count: 48_211}}, Own: 35, Peers: 3, Apart: true, Anew: []server.Anew{{At: now.Add(-2 * time.Hour), Upto: 1240}},
		GeoTables: []server.GeoTable{{Name: "GeoLite2-City", Built: now.AddDate(0, 0, -3)}, {Name: "npm:@ip-location-db/asn", Built: now.AddDate(0, 0, -200), Stale: true}},
		GeoBuilt:  now.AddDate(0, 0, -20), GeoSource: "iptoasn (PDDL), ip-location-db (CC BY 4.0)", Policy: "9f2c44d1", Revision: 3,
		Floors:   []server.Floor{{Class: "health.floor.attribute", K: 5}, {Class: "health.floor.page", K: 1}},
		OpenDays: []stats.Day{today() - 1, today()}, Retention: 730,
		Anonymity: &server.Anonymity{Values: 214, Pairs: 3_905, Visitors: 18_344, Capacity: 2_000_000, Days: 2, Others: 1, Together: 20},
		Kept:      []server.Kept{{What: "Page views by hour", Where: "k:{S}:t:<day>", Term: "730"}},
	}
}

// do sends a request as a browser of the same origin would.
func (b *bench) do(method, target string, form url.Values, cookies ...*http.Cookie) *http.Response {
	r := httptest.NewRequest(method, base+target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return b.send(r)
}

func (b *bench) send(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w.Result()
}

// signIn makes the owner's account through the set-up link and returns the session's cookie.
func (b *bench) signIn(t testing.TB) *http.Cookie {
	t.Helper()
	link, err := b.server.SetupLink(context.Background(), base)
	if err != nil {
		t.Fatal(err)
	}
	token := must(url.Parse(link)).Query().Get("token")
	res := b.do("POST", "/admin/setup", url.Values{"token": {token}, "name": {owner}, "password": {password}})
	cookie := session(res)
	if res.StatusCode != http.StatusSeeOther || cookie == nil {
		t.Fatalf("set-up answered %d, cookie %v", res.StatusCode, cookie)
	}
	return cookie
}

func session(res *http.Response) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == "kelisim_session" && c.Value != "" {
			return c
		}
	}
	return nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
