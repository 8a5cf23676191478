package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// fast is how long a page may take while the store is away, beside what it took before: nothing may wait for a time-out.
const fast = 250 * time.Millisecond

func TestPagesAndCountsOutliveRedis(t *testing.T) {
	redis := redistest.Start(t)
	p := start(t, "--redis", redis.URL())
	admin := p.admin(t)
	w := &traffic{p: p}
	w.view(t, 40)
	redis.Stop()
	away := len(w.took)
	w.viewFor(t, 1500*time.Millisecond) // longer than counts stay in memory
	w.wantFast(t, away, fast+4*w.usual(away))
	p.wantHealth(t, "away")

	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.click(accept)
	v.hidden(panel)
	record := v.record()

	redis.Restart()
	w.view(t, 40)
	p.wantHealth(t, "ok\n")
	want := int64(len(w.took)) + 1 // and the browser's page view
	poll(t, "all page views are counted", func() (bool, any) {
		now := admin.totals(t)
		return now["views"] == want, []any{"want", want, "have", now}
	})
	wantLedger(t, redis, v.receipt())
	if again := v.record(); again != record {
		t.Errorf("the record was %s and is %s", record, again)
	}
	p.stop() // in order: what was still in memory is handed over
	p.again()
	p.login(t).wantViews(t, want, want)
}

// A power cut while the store is away: what has left memory, as all does within a second or two, is not lost, and no consent is.
func TestS4_4_5_PowerCutWhileRedisIsAwayLosesNoConsent(t *testing.T) {
	redis := redistest.Start(t)
	p := start(t, "--redis", redis.URL(), "--metrics", "127.0.0.1:0")
	p.admin(t)
	w := &traffic{p: p}
	w.view(t, 20)
	redis.Stop()
	w.viewFor(t, 2*time.Second)

	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.click(accept)
	v.hidden(panel)
	v.wantJar("cookie_consent", "demo_session", proof, "demo_counter", "demo_tracker", "third_party_id")
	v.allowed = append(v.allowed, "net::ERR_CONNECTION_", "net::ERR_SOCKET_NOT_CONNECTED") // of what was under way when the program died
	p.wantMetric(t, "kelisim_hits_waiting", 0)                                             // what a second has passed since is on disk
	p.kill()
	redis.Restart()
	p.again()
	p.login(t).wantViews(t, int64(len(w.took))+1, int64(len(w.took))+1)
	if record := v.record(); !strings.Contains(record, `"marketing"`) {
		t.Errorf("the record does not name what was granted: %s", record)
	}
	wantLedger(t, redis, v.receipt())
}

// wantHealth waits until /healthz says so.
func (p *program) wantHealth(t *testing.T, want string) {
	t.Helper()
	poll(t, "/healthz says "+want, func() (bool, any) {
		answer, err := http.Get(p.site + "/healthz")
		if err != nil {
			return false, err
		}
		defer closing(t, answer.Body)
		body, err := io.ReadAll(answer.Body)
		return err == nil && answer.StatusCode == http.StatusOK && strings.Contains(string(body), want), string(body)
	})
}

// wantViews waits until at least so many page views are counted, and wants no more than there were.
func (a *admin) wantViews(t *testing.T, least, most int64) {
	t.Helper()
	poll(t, "page views are counted", func() (bool, any) {
		now := a.totals(t)
		return now["views"] >= least, []any{"want", least, "have", now}
	})
	if got := a.totals(t)["views"]; got > most {
		t.Errorf("%d page views are counted, there were %d", got, most)
	}
}

// record downloads the visitor's own record, as the privacy centre offers it.
func (v *visitor) record() string {
	v.t.Helper()
	v.open("/consent/")
	v.shown(`a[href="/consent/record"]`)
	return ask[string](v, `fetch("/consent/record").then(r => r.ok ? r.json().then(o => JSON.stringify(o.record)) : "status " + r.status)`)
}

// receipt is the number of the visitor's record.
func (v *visitor) receipt() string {
	v.t.Helper()
	v.open("/consent/")
	return v.text("section[aria-labelledby=receipt] code")
}

// wantLedger waits until Redis has written the record down.
func wantLedger(t *testing.T, redis *redistest.Server, id string) {
	t.Helper()
	if id == "" {
		t.Fatal("the privacy centre shows no receipt")
	}
	poll(t, "the ledger holds record "+id, func() (bool, any) {
		return bytes.Contains(redis.Raw(), []byte(id)), "no trace of it in the files of Redis"
	})
}
