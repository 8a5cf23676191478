package guard_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// together are the processes of one site that share a Redis for what they judge.
type together struct {
	t      *testing.T
	server *redistest.Server
	use    guard.RiskUse
	line   bool // whether they hear each other
}

// deaf is a shelf without a line.
type deaf struct{ risk.Shelf }

// join starts one more process.
func (s *together) join() *judged {
	s.t.Helper()
	counters, err := redisstore.OpenCounters(s.t.Context(), redisstore.CountersOptions{Site: "test", URL: s.server.URL()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = counters.Close() })
	shelf, err := counters.Shelf(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return judge(s.t, s.use, func(c *guard.Config) {
		c.Now = time.Now
		c.Risk.Shelf = shelf
		c.Risk.Rules.Off = []risk.Code{"crawl_rate"} // these tests ask often
		if !s.line {
			c.Risk.Shelf = deaf{shelf}
		}
	})
}

// hearing starts processes, and waits until each hears.
func hearing(t *testing.T, use guard.RiskUse, n int) (s *together, all []*judged) {
	t.Helper()
	s = &together{t, redistest.Start(t), use, true}
	for range n {
		all = append(all, s.join())
	}
	soon(t, "each is subscribed", func() bool {
		reply, err := s.server.Command(t.Context(), "EVAL", "return redis.call('PUBSUB', 'NUMSUB', 'r:{test}:b:0:risk')[2]", "0")
		return err == nil && strings.TrimSpace(string(reply)) == ":"+strconv.Itoa(n)
	})
	return s, all
}

func (j *judged) tell(t *testing.T, ev risk.Event) risk.Judgement {
	t.Helper()
	if ev.Account == "" {
		ev.Account = "aigerim"
	}
	got, err := j.guard.Report(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func raised(j risk.Judgement, code risk.Code) bool {
	return slices.ContainsFunc(j.Verdict.Reasons, func(r risk.Reason) bool { return r.Code == code })
}

// resting counts the documents of accounts that Redis has.
func (s *together) resting() int {
	s.t.Helper()
	reply, err := s.server.Command(s.t.Context(), "EVAL", "return #redis.call('KEYS', 'r:{test}:s:account/*')", "0")
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(reply), ":")))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

const phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36"

// TestAccountsAreKnownToAllProcesses: what one learned the other compares with, and so does one that starts later. What is erased or
// withdrawn at one is gone at all, and from Redis.
func TestAccountsAreKnownToAllProcesses(t *testing.T) {
	t.Parallel()
	for _, line := range []bool{true, false} { // erasure does not rest on anybody hearing of it
		s := &together{t, redistest.Start(t), guard.RiskShadow, line}
		a, b := s.join(), s.join()
		with := risk.Event{Kind: risk.LoginOK, Agent: windowsAgent, Consent: true, Device: "cookie one"}
		a.tell(t, with)
		other := with
		other.Agent, other.Device = phone, "cookie two"
		bad := b.tell(t, other)
		if !raised(bad, "new_device") || !raised(bad, "new_client") {
			t.Errorf("line %v: b does not know what a learned: %v", line, bad.Verdict.Reasons)
		}
		if raw := string(s.server.Raw()); strings.Contains(raw, "aigerim") || strings.Contains(raw, "cookie") || strings.Contains(raw, bad.Account.String()) {
			t.Error("an account, a cookie or a pseudonym can be read in Redis")
		}
		if err := a.guard.Withdraw(t.Context(), "aigerim"); err != nil {
			t.Fatal(err)
		}
		if j := b.tell(t, risk.Event{Kind: risk.LoginOK, Agent: windowsAgent, Consent: true, Device: "cookie three"}); raised(j, "new_client") || !raised(j, "new_device") {
			t.Errorf("line %v: after the withdrawal: %v", line, j.Verdict.Reasons)
		}
		if j, err := b.guard.RiskEngine().Explain(t.Context(), bad.ID, time.Now()); err != nil || raised(j, "new_client") {
			t.Errorf("line %v: a former judgement: %v, %v", line, j.Verdict.Reasons, err)
		}
		if err := a.guard.Label(t.Context(), bad.ID, risk.Fraud); err != nil {
			t.Errorf("line %v: b's judgement labelled at a: %v", line, err)
		}
		if err := b.guard.Label(t.Context(), bad.ID, risk.Fraud); err == nil {
			t.Errorf("line %v: labelled twice", line)
		}
		late := s.join()
		if j := late.tell(t, risk.Event{Kind: risk.Payment, Agent: windowsAgent}); !raised(j, "account_fraud") {
			t.Errorf("line %v: a process that started later knows nothing: %v", line, j.Verdict.Reasons)
		}
		if n := s.resting(); n != 1 {
			t.Fatalf("%d documents rest of one account", n)
		}
		if err := b.guard.ForgetAccount(t.Context(), "aigerim"); err != nil {
			t.Fatal(err)
		}
		if n := s.resting(); n != 0 {
			t.Errorf("line %v: after the erasure %d documents rest", line, n)
		}
		for name, j := range map[string]*judged{"a": a, "b": b, "late": late} {
			if got, err := j.guard.RiskEngine().Explain(t.Context(), bad.ID, time.Now()); err == nil {
				t.Errorf("line %v: %s explains what is erased: %v", line, name, got)
			}
		}
		if j := a.tell(t, risk.Event{Kind: risk.LoginOK, Agent: phone}); len(j.Verdict.Reasons) > 0 {
			t.Errorf("line %v: after the erasure: %v", line, j.Verdict.Reasons)
		}
	}
}

// TestErasureThatCannotBeDoneIsAnError: with Redis gone, accounts are judged by what this process sees from then on, and nobody is told that
// something was erased that was not.
func TestErasureThatCannotBeDoneIsAnError(t *testing.T) {
	t.Parallel()
	s := &together{t, redistest.Start(t), guard.RiskShadow, true}
	a := s.join()
	a.tell(t, risk.Event{Kind: risk.LoginOK, Agent: windowsAgent})
	s.server.Kill()
	a.tell(t, risk.Event{Kind: risk.LoginOK, Agent: phone})
	if j := a.tell(t, risk.Event{Kind: risk.LoginOK, Agent: windowsAgent}); !raised(j, "new_device") {
		t.Errorf("while Redis is away nothing is compared: %v", j.Verdict.Reasons)
	}
	for what, err := range map[string]error{"forget": a.guard.ForgetAccount(t.Context(), "aigerim"), "withdraw": a.guard.Withdraw(t.Context(), "aigerim")} {
		if err == nil {
			t.Errorf("%s: no error while Redis is away", what)
		}
	}
}

// TestFailuresOfAllProcessesCountTogether: five failures are nobody's business, at whichever process, and six are.
func TestFailuresOfAllProcessesCountTogether(t *testing.T) {
	t.Parallel()
	_, all := hearing(t, guard.RiskShadow, 3)
	from := netip.MustParseAddr("192.0.2.7")
	for i := range 6 {
		all[i%3].tell(t, risk.Event{Kind: risk.LoginFailed, Addr: from})
	}
	for i, j := range all {
		soon(t, "each process knows of six failures", func() bool {
			v := j.guard.RiskEngine().Standing(from, time.Now())
			return v.Action >= risk.ActionThrottle && v.Reasons[0].Code == "account_failures"
		})
		if v := j.guard.RiskEngine().Standing(netip.MustParseAddr("192.0.2.8"), time.Now()); v.Action != risk.ActionAllow {
			t.Errorf("process %d: somebody else of the network: %v", i, v.Action)
		}
	}
	hood := func(i int) risk.Event {
		return risk.Event{Kind: risk.LoginFailed, Account: "account" + string(rune('a'+i)), Addr: netip.MustParseAddr("198.51.100." + string(rune('1'+i%9)))}
	}
	for i := range 11 {
		all[i%3].tell(t, hood(i))
	}
	soon(t, "eleven accounts of one network at three processes are stuffing at each", func() bool {
		return raised(all[0].tell(t, hood(0)), "stuffing") && raised(all[1].tell(t, hood(0)), "stuffing") && raised(all[2].tell(t, hood(0)), "stuffing")
	})
}

// TestDecisionsHoldAtAllProcesses: a block holds and ends, an attack is known, and an answered question counts, at each process alike.
func TestDecisionsHoldAtAllProcesses(t *testing.T) {
	t.Parallel()
	_, all := hearing(t, guard.RiskEnforce, 2)
	a, b := all[0], all[1]
	status := func(j *judged, path string) int { res, _ := j.do("GET", path, nil); return res.StatusCode }
	if got := status(a, attack); got != http.StatusForbidden {
		t.Fatalf("the attack: %d", got)
	}
	soon(t, "who attacked a is asked at b", func() bool { return status(b, "/") == http.StatusForbidden })
	_, page := b.do("GET", "/", nil)
	form, sum := fill(t, page)
	form.Set("answer", strconv.Itoa(sum))
	if res, _ := b.do("POST", "/consent/answer", form); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the right answer: %d", res.StatusCode)
	}
	if got := status(b, "/"); got != 200 {
		t.Fatalf("the answer at b: %d", got)
	}
	soon(t, "the answer given to b counts at a", func() bool { return status(a, "/") == 200 })
	if got := status(a, attack); got != http.StatusForbidden {
		t.Fatalf("another attack: %d", got)
	}
	soon(t, "another attack on a ends what counted at b", func() bool { return status(b, "/") == http.StatusForbidden })

	who, _ := a.guard.RiskEngine().Who(netip.MustParseAddr("127.0.0.1"), time.Now())
	began := time.Now()
	if err := a.guard.RiskDesk().Block(t.Context(), who, time.Now(), time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	soon(t, "who is blocked at a is denied at b, and not asked", func() bool {
		res, text := b.do("GET", "/", nil)
		return res.StatusCode == http.StatusForbidden && !strings.Contains(text, `name="token"`)
	})
	if took := time.Since(began); took > 10*time.Second { // the next look at the shelf is up to 15 seconds away
		t.Errorf("b was not told: it took %v", took)
	}
	if err := a.guard.RiskDesk().Unblock(t.Context(), who, "dana"); err != nil {
		t.Fatal(err)
	}
	soon(t, "who is let in again at a is let in at b, and what was remembered is forgotten", func() bool { return status(b, "/") == 200 })
}

// TestBlocksSurviveARestart: they rest, and so does the key under which they mean something.
func TestBlocksSurviveARestart(t *testing.T) {
	t.Parallel()
	s := &together{t, redistest.Start(t), guard.RiskShadow, true}
	a := s.join()
	who, _ := a.guard.RiskEngine().Who(netip.MustParseAddr("127.0.0.1"), time.Now())
	if err := a.guard.RiskDesk().Block(t.Context(), who, time.Now(), time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	if err := a.guard.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := s.join()
	if res, _ := b.do("GET", "/", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("after a restart: %d", res.StatusCode)
	}
}
