package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/server/post"
	"github.com/kelisim/kelisim/stats"
)

// mortal is a process that stops, as a power cut stops it: from then on it neither writes nor reads.
type mortal struct {
	server.Documents
	dead atomic.Bool
	// last is when it stops: with the first write to a sending that holds this text, before that is written.
	last string
}

var errDead = errors.New("this process is no more")

func (m *mortal) Get(ctx context.Context, key string) ([]byte, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.Documents.Get(ctx, key)
}

func (m *mortal) Swap(ctx context.Context, key string, old, new []byte) (bool, error) {
	if m.last != "" && strings.HasPrefix(key, "dashboard/sent/") && strings.Contains(string(new), m.last) && strings.Contains(string(new), `"tries":1`) {
		m.dead.Store(true)
	}
	if m.dead.Load() {
		return false, errDead
	}
	return m.Documents.Swap(ctx, key, old, new)
}

// outboxOf is the outbox as one process uses it, which may stop with the mail in its hands.
type outboxOf struct {
	*outbox
	process *mortal
	err     error
}

func (o outboxOf) Send(ctx context.Context, m post.Mail) error {
	if o.process.dead.Load() {
		return errDead
	}
	return errors.Join(o.outbox.Send(ctx, m), o.err)
}

// TestNothingIsSentTwice: whenever one of two processes stops, a digest arrives once at most; what was not handed over
// is sent by the other one, and what may have arrived is told on the health page.
func TestNothingIsSentTwice(t *testing.T) {
	for _, test := range []struct {
		name, last string
		err        error // of handing over
		mails      int   // on the first day
		unknown    bool
	}{
		{"before it claims", `"done":false,"tries":1`, nil, 1, false},
		{"before it hands over", `"handed":true,"tries":1`, nil, 1, false},
		{"when it has handed over", `"done":true`, nil, 1, true},
		{"never", "", nil, 1, false},
		{"never, and no answer came", "", fmt.Errorf("lost: %w", post.ErrUnknown), 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, s := &outbox{}, shift()
				var admin *bench
				for i := range 2 {
					b := newBench(t, func(c *server.Config, b *bench) {
						if admin != nil {
							b.docs = admin.docs
						}
						process := &mortal{Documents: b.docs}
						if i == 1 {
							process.last = test.last
						}
						c.Documents, c.Mail = process, outboxOf{out, process, test.err}
						c.Reports, c.Now = stats.NewReports(s, nil, stats.ReportOptions{Zone: zone}), time.Now
					})
					if admin == nil {
						admin = b
					}
					done := make(chan struct{})
					ctx, cancel := context.WithCancel(t.Context())
					t.Cleanup(func() { cancel(); <-done })
					if i == 0 { // comes second each minute
						go func() { time.Sleep(30 * time.Second); b.server.Run(ctx); close(done) }()
					} else {
						go func() { b.server.Run(ctx); close(done) }()
					}
				}
				cookie := admin.signIn(t)
				admin.do("POST", "/admin/settings/digest", url.Values{"to": {"analyst@example.org"}, "every": {"day"}, "lang": {"en"}}, cookie)
				start := time.Now().In(zone)
				until(t, time.Date(start.Year(), start.Month(), start.Day()+1, 12, 0, 0, 0, zone))
				if got := len(out.look().mails); got != test.mails {
					t.Errorf("%d mails arrived, want %d", got, test.mails)
				}
				cookie = session(admin.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}))
				if told := strings.Contains(body(t, admin.do("GET", "/admin/health", nil, cookie)), "may or may not have arrived"); told != test.unknown {
					t.Errorf("the health page says that one may have arrived: %v", told)
				}
				until(t, time.Date(start.Year(), start.Month(), start.Day()+2, 12, 0, 0, 0, zone))
				if got := len(out.look().mails); got != test.mails+1 {
					t.Errorf("%d mails arrived by the next day", got)
				}
			})
		})
	}
}

// reluctant is a site whose visitors grant less from a day on.
type reluctant struct {
	shifted
	from  stats.Day
	grant float64 // of what they did
	ask   float64
}

func (s reluctant) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	return s.shifted.Rows(ctx, dim, first, last, func(r stats.Row) {
		if dim == stats.DimConsent && r.Day >= s.from {
			share := s.ask
			if strings.Contains(r.Value, "accepted") || strings.Contains(r.Value, "customised") {
				share *= s.grant
			}
			r.Counts[stats.Events] = int64(float64(r.Counts[stats.Events]) * share)
		}
		f(r)
	})
}

func (s reluctant) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	return s.Rows(ctx, sel.Dim, sel.First, sel.Last, func(r stats.Row) { f(r, sel.Below(&r.Counts)) })
}

// TestConsentCollapseIsTold: when far fewer of yesterday's visitors granted something than in the week before, once, in words
// and as an event with an id that stays; not where it is ordinary, few were asked, or the rule is off.
func TestConsentCollapseIsTold(t *testing.T) {
	for _, test := range []struct {
		name       string
		grant, ask float64
		rule       string
		told       bool
	}{
		{"collapse", .2, 1, "40", true},
		{"ordinary", .8, 1, "40", false},
		{"few were asked", .2, .05, "40", false},
		{"off", .2, 1, "0", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, start := &outbox{}, time.Now().In(zone)
				tomorrow := stats.Day(start.AddDate(0, 0, 1).Add(5*time.Hour).Unix() / 86400)
				_, send := instances(t, 2, reluctant{shift(), tomorrow, test.grant, test.ask}, out)
				if got := send("/admin/settings/alerts", url.Values{"to": {"ops@example.org"}, "lang": {"kk"}, "hook": {"https://hooks.example.org/x"}, "drop": {"0"}, "spike": {"0"}, "errors": {"0"}, "networks": {"0"}, "consent": {test.rule}}); got != 303 {
					t.Fatalf("setting alerts answered %d", got)
				}
				until(t, time.Date(start.Year(), start.Month(), start.Day()+1, 23, 50, 0, 0, zone))
				if got := out.look(); len(got.mails)+len(got.events) != 0 {
					t.Fatalf("told before the day was over: %v %v", got.mails, got.events)
				}
				day := time.Date(start.Year(), start.Month(), start.Day()+2, 9, 0, 0, 0, zone)
				until(t, day)
				got := out.look()
				if !test.told {
					if len(got.mails)+len(got.events) != 0 {
						t.Errorf("told of %v %v", got.mails, got.events)
					}
					return
				}
				if len(got.mails) != 1 || len(got.events) != 1 {
					t.Fatalf("%d mails, %d events", len(got.mails), len(got.events))
				}
				if !strings.Contains(got.mails[0].Subject, "келісім әдеттегіден аз") || !strings.Contains(got.mails[0].Text, "Кеше") || !strings.Contains(got.events[0], `"id":"consent-`+day.Format(time.DateOnly)+`","kind":"consent"`) {
					t.Errorf("told %s, %s and %s", got.mails[0].Subject, got.mails[0].Text, got.events[0])
				}
			})
		})
	}
}
