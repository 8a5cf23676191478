package risk_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// TestEvidenceEnds: what was held against an address is forgotten when it says.
func TestEvidenceEnds(t *testing.T) {
	t.Parallel()
	e := engine(t)
	v := do(e, step{target: "/etc/passwd"})
	if want := noon.Add(10 * time.Minute); !v.Expires.Equal(want) {
		t.Errorf("expires %v, want %v", v.Expires, want)
	}
	for _, row := range []struct {
		after time.Duration
		want  risk.Action
	}{{time.Minute, risk.ActionThrottle}, {10*time.Minute - time.Second, risk.ActionThrottle}, {10 * time.Minute, risk.ActionAllow}} {
		if v := do(e, step{after: row.after}); v.Action != row.want {
			t.Errorf("after %v: %v, want %v", row.after, v.Action, row.want)
		}
	}
}

// TestThrottledClientsAreServedSlowly: ten at once, one more each second, and otherwise a time to wait.
func TestThrottledClientsAreServedSlowly(t *testing.T) {
	t.Parallel()
	e := engine(t)
	served := 0
	for i := range 40 {
		if v := do(e, step{target: "/etc/passwd", after: time.Duration(i) * 100 * time.Millisecond}); v.Wait == 0 && !v.Refuses() {
			served++
		} else if v.Wait < time.Second || v.Wait > 3*time.Second {
			t.Errorf("wait %v", v.Wait)
		}
	}
	if served != 13 { // 10, and one more each second of 3.9
		t.Errorf("%d served", served)
	}
}

// TestClockJumps: a clock that is set back or forward stops nobody, and keeps nothing for ever.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{-time.Hour, -23 * time.Hour, -365 * 24 * time.Hour, -31 * time.Second, 365 * 24 * time.Hour} {
		e := engine(t)
		for i := range 35 {
			do(e, step{target: fmt.Sprintf("/%d", i)})
		}
		do(e, step{from: bob, target: "/etc/passwd"})
		for i := range 35 {
			if v := do(e, step{target: fmt.Sprintf("/%d", i), after: jump}); v.Action != risk.ActionAllow {
				t.Fatalf("%v: the %dth request after the jump: %v %v", jump, i, v.Action, codesOf(v))
			}
		}
		do(e, step{from: bob, after: jump})
		if v := do(e, step{from: bob, after: jump + 10*time.Minute}); v.Action != risk.ActionAllow {
			t.Errorf("%v: evidence holds longer than it says: %v", jump, v.Action)
		}
	}
	for _, wobble := range []time.Duration{time.Millisecond, 128 * time.Millisecond, time.Second, 25 * time.Second} { // NTP steps and slews, a leap second, a drifting neighbour
		e := engine(t)
		for i := range 200 {
			at := time.Duration(i) * time.Second
			if i%2 == 1 {
				at -= wobble
			}
			if v := do(e, step{target: fmt.Sprintf("/%d", i), after: at}); v.Action != risk.ActionAllow {
				t.Fatalf("%v: a reader whose clock steps: %v %v", wobble, v.Action, codesOf(v))
			}
			if i%10 == 0 {
				do(e, step{from: bob, target: fmt.Sprintf("/%d.env", i), status: 404, after: at})
			}
		}
		var worst risk.Action
		for i := range 20 {
			at := 300*time.Second + time.Duration(i)*100*time.Millisecond
			if i%2 == 1 {
				at -= wobble
			}
			worst = max(worst, do(e, step{from: bob, target: fmt.Sprintf("/none-%d", i), status: 404, after: at}).Action)
		}
		if worst < risk.ActionThrottle {
			t.Errorf("%v: a scan while the clock steps: %v", wobble, worst)
		}
	}
	e := engine(t)
	do(e, step{target: "/etc/passwd"})
	if v := do(e, step{after: -5 * time.Second}); v.Action != risk.ActionThrottle {
		t.Errorf("a line of a log that is out of order: %v, want the evidence to hold", v.Action)
	}
}

// TestMemoryIsBounded: a million addresses in a minute cost no more than the table, and the oldest give way.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	e := engine(t, func(o *risk.Options) { o.Capacity = 4096 })
	before := e.Figures().Bytes
	var b [16]byte
	b[0], b[1] = 0x20, 0x01
	for i := range 1_000_000 {
		b[5], b[6], b[7] = byte(i), byte(i>>8), byte(i>>16)
		do(e, step{from: netip.AddrFrom16(b), after: time.Duration(i) * 60 * time.Microsecond, target: "/.env", status: 404, agent: curl})
	}
	f := e.Figures()
	if f.Bytes != before || f.Remembered > 4096 || f.Evicted < 900_000 || f.Assessed != 1_000_000 {
		t.Errorf("figures %+v, %d bytes before", f, before)
	}
	if before > 4096*800 {
		t.Errorf("%d bytes for 4,096 addresses", before)
	}
	for i := range 100 {
		if v := do(e, step{target: fmt.Sprintf("/%d", i), after: time.Minute + time.Duration(i)*time.Second}); v.Action != risk.ActionAllow {
			t.Fatalf("a visitor meanwhile: %v", v.Action)
		}
	}
}

// TestPseudonyms: they cover what they say, differ by day, engine and scope, and nothing else of an address can be told.
func TestPseudonyms(t *testing.T) {
	t.Parallel()
	e := engine(t)
	who := func(addr string, at time.Time) [2]risk.Pseudonym {
		a, n := e.Who(netip.MustParseAddr(addr), at)
		return [2]risk.Pseudonym{a, n}
	}
	for _, row := range []struct {
		a, b          string
		address, both bool
	}{
		{"192.0.2.7", "192.0.2.7", true, true},
		{"192.0.2.7", "192.0.2.8", false, true},
		{"192.0.2.7", "192.0.3.7", false, false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true, true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false, true},
		{"2001:db8:1:2::1", "2001:db8:2:2::1", false, false},
		{"::ffff:192.0.2.7", "192.0.2.9", false, false},
	} {
		a, b := who(row.a, noon), who(row.b, noon)
		if (a[0] == b[0]) != row.address || (a[1] == b[1]) != row.both || a[0] == a[1] {
			t.Errorf("%s and %s: %v, %v", row.a, row.b, a, b)
		}
	}
	today, tomorrow := who("192.0.2.7", noon), who("192.0.2.7", noon.AddDate(0, 0, 1))
	if today[0] == tomorrow[0] || today[1] == tomorrow[1] {
		t.Error("the same on another day")
	}
	if back := who("192.0.2.7", noon); back[0] == today[0] {
		t.Error("the key of a day that is over lives on")
	}
	other, _ := engine(t).Who(alice, noon)
	if now := who("192.0.2.7", noon); other == now[0] {
		t.Error("two engines with one secret have the same key: there is no random seed in it")
	}
	text := today[0].String()
	if parsed, err := risk.ParsePseudonym(text); err != nil || parsed != today[0] || len(text) != 26 {
		t.Errorf("%q: %v, %v", text, parsed, err)
	}
	for _, bad := range []string{"", "x", strings.Repeat("!", 26), text + "0"} {
		if _, err := risk.ParsePseudonym(bad); err == nil {
			t.Errorf("%q is taken for a pseudonym", bad)
		}
	}
}

// TestUnknownAddressesAreNotJudged: where the address is not known nobody can be told apart, so nobody is stopped.
func TestUnknownAddressesAreNotJudged(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for range 100 {
		q := risk.FromLog(visit.LogLine{Time: noon, Method: "GET", Target: "/etc/passwd", UserAgent: curl}, geo.Location{})
		if v := e.Assess(&q); v.Action != risk.ActionAllow || v.Who != (risk.Pseudonym{}) {
			t.Fatalf("%+v", v)
		}
		if _, changed := e.Observe(&q, 404); changed {
			t.Fatal("something is remembered")
		}
	}
	if n := e.Figures().Remembered; n != 0 {
		t.Errorf("%d remembered", n)
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	e := engine(t)
	v := do(e, step{target: "/etc/passwd"})
	if s := e.Standing(alice, noon); s.Action != risk.ActionThrottle || s.Who != v.Who {
		t.Errorf("standing %+v", s)
	}
	e.Forget(v.Who)
	if v := do(e, step{}); v.Action != risk.ActionAllow {
		t.Errorf("%v after it was forgotten", v.Action)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, o := range []risk.Options{{}, {Secret: []byte("short")}, {Secret: secret, Rules: risk.Rules{Off: []risk.Code{"none"}}}} {
		if _, err := risk.New(o); err == nil || !strings.HasPrefix(err.Error(), "risk: ") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if v := do(engine(t), step{}); v.Mode != risk.ModeShadow {
		t.Error("shadow is not the default")
	}
	if v := do(engine(t, func(o *risk.Options) { o.Mode = risk.ModeEnforce }), step{}); v.Mode != risk.ModeEnforce {
		t.Error("the mode is not told")
	}
}

// TestRequestsPrintNothing: a request holds personal data, and no way of printing shows it.
func TestRequestsPrintNothing(t *testing.T) {
	t.Parallel()
	q := risk.FromLog(visit.LogLine{Addr: alice, Time: noon, Method: "GET", Target: "/canary", UserAgent: "canary"}, geo.Location{})
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "q", q)
	encoded, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(q), fmt.Sprintf("%v %+v %#v %s %q %x %d", q, q, q, q, q, q, q), log.String(), string(encoded)} {
		if strings.Contains(text, "canary") || strings.Contains(text, "192.0.2.7") || strings.Contains(text, "63616e617279") {
			t.Errorf("%q", text)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for a := risk.ActionAllow; a <= risk.ActionDeny; a++ {
		var back risk.Action
		if err := back.UnmarshalText([]byte(a.String())); err != nil || back != a {
			t.Errorf("%v: %v, %v", a, back, err)
		}
	}
	var a risk.Action
	var m risk.Mode
	if a.UnmarshalText([]byte("punish")) == nil || m.UnmarshalText([]byte("maybe")) == nil || m.UnmarshalText([]byte("enforce")) != nil || m != risk.ModeEnforce {
		t.Error("names are not checked")
	}
}

// TestOrdinaryRequestsAllocateNothing: judged before and after its answer, a request of an ordinary visitor costs no memory.
func TestOrdinaryRequestsAllocateNothing(t *testing.T) {
	e := engine(t, func(o *risk.Options) {
		o.Rules = limited(1_000_000, "")
		o.Rules.Limits[0].Path = []string{"/articles/"}
	})
	q := risk.FromLog(visit.LogLine{Addr: alice, Time: noon, Method: "GET", Target: "/articles/2026/a-page?page=2", UserAgent: chrome}, geo.Location{})
	e.Assess(&q)
	if n := testing.AllocsPerRun(1000, func() {
		again := q
		if v := e.Assess(&again); v.Action != risk.ActionAllow {
			t.Errorf("%v", codesOf(v))
		}
		e.Observe(&again, 200)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
