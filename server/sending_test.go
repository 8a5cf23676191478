package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/server/post"
	"github.com/kelisim/kelisim/stats"
)

// outbox is a mail server and a webhook that keep what they get.
type outbox struct {
	mu     sync.Mutex
	mails  []post.Mail
	events []string
	tries  int
	err    error
}

func (o *outbox) Send(_ context.Context, m post.Mail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries++
	if o.err == nil {
		o.mails = append(o.mails, m)
	}
	return o.err
}

// sent is what an outbox has got.
type sent struct {
	mails  []post.Mail
	events []string
	tries  int
}

func (o *outbox) look() sent {
	o.mu.Lock()
	defer o.mu.Unlock()
	return sent{slices.Clone(o.mails), slices.Clone(o.events), o.tries}
}

type hook struct{ *outbox }

func (h hook) Check(address string) error {
	if !strings.HasPrefix(address, "https://") {
		return post.ErrForbidden
	}
	return nil
}

func (h hook) Send(_ context.Context, address string, secret []byte, event any) error {
	text, _ := json.Marshal(event)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, address+" "+string(text))
	if len(secret) < 20 {
		return errors.New("no secret")
	}
	return nil
}

// instances runs n dashboards over the same documents and source, from a moment on, and signs in to the first.
func instances(t *testing.T, n int, s stats.Source, out *outbox) (*bench, func(path string, form url.Values) int) {
	var first *bench
	for range n {
		b := newBench(t, func(c *server.Config, b *bench) {
			if first != nil {
				c.Documents, b.docs = first.docs, first.docs
			}
			c.Reports = stats.NewReports(s, nil, stats.ReportOptions{Zone: zone})
			c.Now, c.Mail, c.Hooks = time.Now, out, hook{out}
		})
		if first == nil {
			first = b
		}
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { defer close(done); b.server.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
	}
	cookie := first.signIn(t)
	return first, func(path string, form url.Values) int { return first.do("POST", path, form, cookie).StatusCode }
}

// until sleeps, in the bubble's time, until the clock of the site's zone says so.
func until(t *testing.T, at time.Time) {
	t.Helper()
	if d := time.Until(at); d < 0 {
		t.Fatalf("%v is over", at)
	} else {
		time.Sleep(d)
	}
	synctest.Wait()
}

// shifted is the made-up year, moved so that its last day is the bubble's.
type shifted struct {
	*source
	by stats.Day
}

func shift() shifted {
	day := stats.Day(time.Now().In(zone).Add(5*time.Hour).Unix() / 86400)
	return shifted{year(), today() - day - 20}
}

func (s shifted) Span(ctx context.Context) (first, last stats.Day, ok bool, err error) {
	first, last, ok, err = s.source.Span(ctx)
	return first - s.by, last - s.by, ok, err
}

func (s shifted) Totals(ctx context.Context, first, last stats.Day, f func(stats.Total)) error {
	return s.source.Totals(ctx, first+s.by, last+s.by, func(t stats.Total) { t.Day -= s.by; f(t) })
}

func (s shifted) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	return s.source.Rows(ctx, dim, first+s.by, last+s.by, func(r stats.Row) { r.Day -= s.by; f(r) })
}

func (s shifted) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	sel.First, sel.Last = sel.First+s.by, sel.Last+s.by
	return s.source.Select(ctx, sel, func(r stats.Row, below bool) { r.Day -= s.by; f(r, below) })
}

// TestDigestIsSentOnce: three instances run, one mail arrives each morning, with the numbers of the day before.
func TestDigestIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &outbox{}
		b, send := instances(t, 3, shift(), out)
		if got := send("/admin/settings/digest", url.Values{"to": {"analyst@example.org"}, "every": {"day"}, "lang": {"kk"}}); got != 303 {
			t.Fatalf("adding a digest answered %d", got)
		}
		for _, bad := range []url.Values{{"to": {"a@example.org,b@example.org"}, "every": {"day"}, "lang": {"kk"}}, {"to": {"a@example.org"}, "every": {"hour"}, "lang": {"kk"}}, {"to": {"a@example.org"}, "every": {"day"}, "lang": {"xx"}}} {
			if got := send("/admin/settings/digest", bad); got != 422 {
				t.Errorf("%v was answered by %d", bad, got)
			}
		}
		start := time.Now().In(zone)
		morning := time.Date(start.Year(), start.Month(), start.Day()+1, 7, 2, 0, 0, zone)
		until(t, morning.Add(-5*time.Minute))
		if len(out.look().mails) != 0 {
			t.Error("a mail left before its time")
		}
		until(t, morning)
		until(t, morning.Add(3*time.Hour))
		if len(out.look().mails) != 1 || out.look().tries != 1 {
			t.Fatalf("%d mails, %d tries", len(out.look().mails), out.look().tries)
		}
		until(t, morning.Add(24*time.Hour))
		if len(out.look().mails) != 2 || out.look().mails[0].ID == out.look().mails[1].ID {
			t.Errorf("%d mails after two mornings", len(out.look().mails))
		}
		m := out.look().mails[0]
		if m.To != "analyst@example.org" || !strings.Contains(m.Subject, "kelisim.example: статистика") || !strings.Contains(m.Text, "Келушілер: ") || !strings.Contains(m.Text, "/zhanalyktar") || !strings.Contains(m.HTML, "Қазақстан") || strings.Contains(m.HTML, "Моңғолия") {
			t.Errorf("the mail says\n%s\n%s\n%s", m.Subject, m.Text, m.HTML)
		}
		if !strings.Contains(b.docs.docs["dashboard/notify"], "analyst") {
			t.Error("the settings are not kept")
		}
	})
}

// TestFailingMailBlocksNothing: tries become rare and end, the health page says so, and pages are answered.
func TestFailingMailBlocksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &outbox{err: errors.New("no route to mail.example.org")}
		b, send := instances(t, 2, shift(), out)
		send("/admin/settings/digest", url.Values{"to": {"analyst@example.org"}, "every": {"day"}, "lang": {"en"}})
		start := time.Now().In(zone)
		until(t, time.Date(start.Year(), start.Month(), start.Day()+1, 23, 30, 0, 0, zone))
		if out.look().tries != 5 {
			t.Errorf("%d tries of one mail in 16 hours, want 5", out.look().tries)
		}
		cookie := session(b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {password}}))
		if page := body(t, b.do("GET", "/admin/health", nil, cookie)); !strings.Contains(page, "mail failed") || strings.Contains(page, "no route") {
			t.Error("the health page does not say that mails fail, or says too much")
		}
		out.mu.Lock()
		out.err = nil
		out.mu.Unlock()
		until(t, time.Date(start.Year(), start.Month(), start.Day()+2, 8, 0, 0, 0, zone))
		if len(out.look().mails) != 1 {
			t.Errorf("the next day %d mails arrive", len(out.look().mails))
		}
	})
}

// broken is a site whose last hours differ from the usual.
type broken struct {
	shifted
	from  time.Time
	views func(int64) int64
}

func (s broken) Totals(ctx context.Context, first, last stats.Day, f func(stats.Total)) error {
	return s.shifted.Totals(ctx, first, last, func(t stats.Total) {
		if !t.Day.Time(zone).Add(time.Duration(t.Hour) * time.Hour).Before(s.from) {
			t.Counts[stats.Views] = s.views(t.Counts[stats.Views])
		}
		f(t)
	})
}

// TestAlerts: a drop and a spike are told once a day by mail and webhook, by one of two instances; an ordinary hour
// and rules that are off are not.
func TestAlerts(t *testing.T) {
	rule := func(drop, spike string) url.Values {
		return url.Values{"to": {"ops@example.org"}, "lang": {"en"}, "hook": {"https://hooks.example.org/x"}, "drop": {drop}, "spike": {spike}, "errors": {"0"}, "consent": {"0"}, "networks": {"0"}}
	}
	for name, test := range map[string]struct {
		views func(int64) int64
		rule  url.Values
		kind  string
	}{
		"drop":     {func(int64) int64 { return 3 }, rule("60", "200"), "drop"},
		"spike":    {func(n int64) int64 { return 10 * n }, rule("60", "200"), "spike"},
		"ordinary": {func(n int64) int64 { return n * 8 / 10 }, rule("60", "200"), ""},
		"off":      {func(int64) int64 { return 3 }, rule("0", "200"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, start := &outbox{}, time.Now().In(zone)
				noon := time.Date(start.Year(), start.Month(), start.Day()+1, 12, 0, 0, 0, zone)
				_, send := instances(t, 2, broken{shift(), noon, test.views}, out)
				if got := send("/admin/settings/alerts", test.rule); got != 303 {
					t.Fatalf("setting alerts answered %d", got)
				}
				until(t, noon.Add(4*time.Minute))
				if len(out.look().mails)+len(out.look().events) != 0 {
					t.Fatalf("told of an ordinary morning: %v %v", out.look().mails, out.look().events)
				}
				until(t, noon.Add(4*time.Hour))
				if test.kind == "" {
					if len(out.look().mails)+len(out.look().events) != 0 {
						t.Errorf("told of %v %v", out.look().mails, out.look().events)
					}
					return
				}
				if len(out.look().mails) != 1 || len(out.look().events) != 1 {
					t.Fatalf("%d mails, %d events", len(out.look().mails), len(out.look().events))
				}
				if !strings.Contains(out.look().events[0], `"kind":"`+test.kind+`"`) || !strings.Contains(out.look().mails[0].Text, "The last hour had") {
					t.Errorf("told %s and %s", out.look().events[0], out.look().mails[0].Text)
				}
			})
		})
	}
}

// faulty is a site whose server fails a share of its answers in one hour of its second day.
type faulty struct {
	shifted
	from  time.Time
	share float64
}

func (s faulty) Totals(ctx context.Context, first, last stats.Day, f func(stats.Total)) error {
	return s.shifted.Totals(ctx, first, last, func(t stats.Total) {
		t.Counts[stats.Requests] = 1000
		if t.Day.Time(zone).Add(time.Duration(t.Hour) * time.Hour).Equal(s.from) {
			t.Counts[stats.Faults] = int64(1000 * s.share)
		}
		f(t)
	})
}

// TestAlertOfAnOutageInTheEvening: an hour in which the server failed is told of, however well it answered all day.
func TestAlertOfAnOutageInTheEvening(t *testing.T) {
	for name, test := range map[string]struct {
		share float64
		mails int
	}{"an outage": {.2, 1}, "a few faults": {.04, 0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, start := &outbox{}, time.Now().In(zone)
				evening := time.Date(start.Year(), start.Month(), start.Day()+1, 20, 0, 0, 0, zone)
				_, send := instances(t, 1, faulty{shift(), evening, test.share}, out)
				if got := send("/admin/settings/alerts", url.Values{"to": {"ops@example.org"}, "lang": {"en"}, "drop": {"0"}, "spike": {"0"}, "errors": {"5"}, "consent": {"0"}, "networks": {"0"}, "hook": {""}}); got != 303 {
					t.Fatalf("setting alerts answered %d", got)
				}
				until(t, evening.Add(-time.Minute))
				if len(out.look().mails) != 0 {
					t.Fatalf("told before anything failed: %v", out.look().mails)
				}
				until(t, evening.Add(30*time.Minute))
				if got := out.look().mails; len(got) != test.mails || test.mails > 0 && !strings.Contains(got[0].Text, "20% of the answers of the last hour") {
					t.Errorf("told of %v", got)
				}
			})
		})
	}
}

// TestAlertsOfErrorsAndConsent: the faults of the server, and yesterday's grants.
func TestAlertsOfErrorsAndConsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, start := &outbox{}, time.Now().In(zone)
		_, send := instances(t, 1, faulty{shift(), time.Date(start.Year(), start.Month(), start.Day(), start.Hour(), 0, 0, 0, zone), .2}, out)
		if got := send("/admin/settings/alerts", url.Values{"to": {"ops@example.org"}, "lang": {"ru"}, "drop": {"0"}, "spike": {"0"}, "errors": {"5"}, "consent": {"40"}, "networks": {"20"}, "hook": {""}}); got != 303 {
			t.Fatalf("setting alerts answered %d", got)
		}
		for _, hook := range []string{"http://127.0.0.1/", "ftp://x"} {
			if got := send("/admin/settings/alerts", url.Values{"lang": {"ru"}, "drop": {"0"}, "spike": {"0"}, "errors": {"5"}, "consent": {"40"}, "networks": {"20"}, "hook": {hook}}); got != 422 {
				t.Errorf("the webhook %s was answered by %d", hook, got)
			}
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(out.look().mails) != 1 || !strings.Contains(out.look().mails[0].Subject, "сервер отвечает ошибками") || !strings.Contains(out.look().mails[0].Text, "20") {
			t.Errorf("told of %v", out.look().mails)
		}
	})
}
