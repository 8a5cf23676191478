package server_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// failing is a site on which a third of what one provider asks for fails in one hour.
type failing struct {
	shifted
	at       time.Time
	requests int64
}

func (s failing) Rows(ctx context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	if dim != stats.DimNetHour {
		return s.shifted.Rows(ctx, dim, first, last, f)
	}
	if day := visitDay(s.at); day >= first && day <= last {
		f(stats.Row{Day: day, Dim: dim, Value: stats.JoinPair("Kar-Tel LLC", s.at.Format("15")), Counts: stats.Counts{
			stats.Requests: s.requests, stats.Faults: s.requests * 34 / 100, stats.Crowd: 20,
		}})
	}
	return nil
}

func (s failing) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	return s.Rows(ctx, sel.Dim, sel.First, sel.Last, func(r stats.Row) { f(r, sel.Below(&r.Counts)) })
}

func visitDay(t time.Time) stats.Day { return stats.Day(t.Add(5*time.Hour).Unix() / 86400) }

// TestErrorsOfOneProviderAreTold once, in words and as an event, after the hour; not of few requests, below what
// somebody wants to know of, or where the rule is off.
func TestErrorsOfOneProviderAreTold(t *testing.T) {
	for _, test := range []struct {
		name     string
		requests int64
		rule     string
		told     bool
	}{
		{"a third of 512", 512, "20", true},
		{"few requests", 40, "20", false},
		{"below the rule", 512, "40", false},
		{"off", 512, "0", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, start := &outbox{}, time.Now().In(zone)
				hour := time.Date(start.Year(), start.Month(), start.Day()+1, 14, 0, 0, 0, zone)
				_, send := instances(t, 2, failing{shift(), hour, test.requests}, out)
				if got := send("/admin/settings/alerts", url.Values{"to": {"ops@example.org"}, "lang": {"kk"}, "hook": {"https://hooks.example.org/x"}, "drop": {"0"}, "spike": {"0"}, "errors": {"0"}, "consent": {"0"}, "networks": {test.rule}}); got != 303 {
					t.Fatalf("setting alerts answered %d", got)
				}
				until(t, hour.Add(time.Hour))
				if got := out.look(); len(got.mails)+len(got.events) != 0 {
					t.Fatalf("told before the hour was over: %v %v", got.mails, got.events)
				}
				until(t, hour.Add(4*time.Hour))
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
				for _, text := range []string{`"kind":"network"`, `"network":"Kar-Tel LLC"`, `"requests":512`, `"hour":"14:00"`} {
					if !strings.Contains(got.events[0], text) {
						t.Errorf("the event lacks %s: %s", text, got.events[0])
					}
				}
				if want := "Сағат 14:00 мен 15:00 аралығында «Kar-Tel LLC» провайдерінен келген 512 сұраудың 34% сәтсіз болды."; !strings.Contains(got.mails[0].Text, want) {
					t.Errorf("the mail says %s", got.mails[0].Text)
				}
			})
		})
	}
}
