package risk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
)

const (
	windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"
	android = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36"
)

var (
	almaty = geo.Location{Country: "KZ", ASN: 64500, Net: geo.NetEyeball}
	berlin = geo.Location{Country: "DE", ASN: 64501, Net: geo.NetEyeball}
)

// accounts is an engine whose location data is young.
func accounts(t testing.TB, change ...func(*risk.Options)) *risk.Engine {
	t.Helper()
	return engine(t, append(change, func(o *risk.Options) { o.GeoBuilt = func() time.Time { return noon } })...)
}

func tell(t testing.TB, e *risk.Engine, after time.Duration, ev risk.Event) risk.Judgement {
	t.Helper()
	if ev.Account == "" {
		ev.Account = "aigerim"
	}
	if !ev.Addr.IsValid() {
		ev.Addr = alice
	}
	j, err := e.Report(t.Context(), ev, noon.Add(after))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// settled is an account that was used from Almaty with Windows.
func settled(t testing.TB, e *risk.Engine) {
	t.Helper()
	if j := tell(t, e, 0, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: windows}); j.Verdict.Account != 0 {
		t.Fatalf("the first log-in: %+v", j)
	}
}

// TestS1_4_1_4_AccountSignals: what is new about an event, and what it leads to. Places alone lead to nothing.
func TestS1_4_1_4_AccountSignals(t *testing.T) {
	t.Parallel()
	vpn := berlin
	vpn.Net = geo.NetVPN
	tests := []struct {
		name   string
		after  time.Duration
		event  risk.Event
		want   []risk.Code
		action risk.Action
	}{
		{"the same", time.Hour, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: windows}, nil, risk.ActionAllow},
		{"a payment, the same", time.Hour, risk.Event{Kind: risk.Payment, Place: almaty, Agent: windows}, nil, risk.ActionAllow},
		{"another device", time.Hour, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: android}, []risk.Code{"new_device"}, risk.ActionLog},
		{"no device told", time.Hour, risk.Event{Kind: risk.LoginOK, Place: almaty}, nil, risk.ActionAllow},
		{"another country, in an hour", time.Hour, risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: windows}, []risk.Code{"impossible_travel", "new_country", "new_network"}, risk.ActionLog},
		{"and with another device", time.Hour, risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: android}, []risk.Code{"impossible_travel", "new_device", "new_country", "new_network"}, risk.ActionStepUp},
		{"within three hours", 3 * time.Hour, risk.Event{Kind: risk.Payment, Place: berlin}, []risk.Code{"impossible_travel", "new_country", "new_network"}, risk.ActionLog},
		{"after three hours", 3*time.Hour + time.Second, risk.Event{Kind: risk.Payment, Place: berlin}, []risk.Code{"new_country", "new_network"}, risk.ActionLog},
		{"through a VPN", time.Hour, risk.Event{Kind: risk.LoginOK, Place: vpn, Agent: windows}, []risk.Code{"new_country", "new_network"}, risk.ActionLog},
		{"a neighbour's border", time.Hour, risk.Event{Kind: risk.LoginOK, Place: geo.Location{Country: "KG", ASN: 64500, Net: geo.NetEyeball}}, []risk.Code{"new_country"}, risk.ActionAllow},
		{"no place known", time.Hour, risk.Event{Kind: risk.LoginOK}, nil, risk.ActionAllow},
	}
	for _, tt := range tests {
		e := accounts(t)
		settled(t, e)
		j := tell(t, e, tt.after, tt.event)
		if got := codesOf(j.Verdict); !slices.Equal(got, tt.want) || j.Verdict.Action != tt.action {
			t.Errorf("%s: %v, %v (%d), want %v, %v", tt.name, got, j.Verdict.Action, j.Verdict.Account, tt.want, tt.action)
		}
	}
}

// TestOldLocationDataSaysNothing: countries and providers of stale tables are not compared.
func TestOldLocationDataSaysNothing(t *testing.T) {
	t.Parallel()
	e := engine(t, func(o *risk.Options) { o.GeoBuilt = func() time.Time { return noon.AddDate(-2, 0, 0) } })
	settled(t, e)
	if j := tell(t, e, time.Hour, risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: windows}); j.Verdict.Account != 0 {
		t.Errorf("%+v", j.Verdict)
	}
}

// TestLoginFailures: five at once from an address, ten for one account from one address, and many accounts from one network.
func TestLoginFailures(t *testing.T) {
	t.Parallel()
	fail := func(e *risk.Engine, n int, every time.Duration, account, addr func(i int) any) (j risk.Judgement) {
		for i := range n {
			j = tell(t, e, time.Duration(i)*every, risk.Event{Kind: risk.LoginFailed, Account: fmt.Sprint(account(i)), Addr: addr(i).(netip.Addr)})
		}
		return j
	}
	one := func(int) any { return "aigerim" }
	many := func(i int) any { return fmt.Sprint("account", i) }
	here := func(int) any { return alice }
	hood := func(i int) any { return netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}) }
	far := func(i int) any { return netip.AddrFrom4([4]byte{198, 18, byte(i), 1}) }
	tests := []struct {
		name          string
		n             int
		every         time.Duration
		account, addr func(int) any
		code          risk.Code
		action        risk.Action
	}{
		{"five at once", 5, time.Second, one, here, "", risk.ActionAllow},
		{"six at once", 6, time.Second, one, here, "account_failures", risk.ActionThrottle},
		{"eleven slowly", 10, 11 * time.Second, one, here, "", risk.ActionAllow},
		{"fourteen slowly", 14, 11 * time.Second, one, here, "account_pair", risk.ActionStepUp},
		{"ten accounts of a network", 10, time.Second, many, hood, "", risk.ActionAllow},
		{"eleven accounts of a network", 11, time.Second, many, hood, "stuffing", risk.ActionChallenge},
		{"an account, from everywhere", 11, time.Second, one, far, "account_attacked", risk.ActionStepUp},
		{"many accounts, from everywhere", 200, time.Second, many, far, "", risk.ActionAllow},
	}
	for _, tt := range tests {
		e := accounts(t, func(o *risk.Options) { o.Capacity = 4096 })
		j := fail(e, tt.n, tt.every, tt.account, tt.addr)
		if j.Verdict.Action != tt.action || tt.code != "" && !has(j.Verdict, tt.code) || tt.code == "" && len(j.Verdict.Reasons) > 0 {
			t.Errorf("%s: %v %v, want %q and %v", tt.name, j.Verdict.Action, codesOf(j.Verdict), tt.code, tt.action)
		}
	}
	e := accounts(t)
	fail(e, 12, time.Second, many, hood)
	if v := e.Standing(netip.MustParseAddr("192.0.2.200"), noon.Add(12*time.Second)); v.Action != risk.ActionAllow {
		t.Errorf("somebody else of the network: %v", v.Action)
	}
	if v := e.Standing(netip.MustParseAddr("192.0.2.11"), noon.Add(12*time.Second)); v.Action < risk.ActionChallenge || v.Network == 0 {
		t.Errorf("who failed: %v", v)
	}
}

// TestNobodyIsLockedOut: whatever strangers do to an account, its owner elsewhere is asked for a second step and no more.
func TestNobodyIsLockedOut(t *testing.T) {
	t.Parallel()
	e := accounts(t)
	settled(t, e)
	for i := range 500 {
		tell(t, e, time.Duration(i)*time.Second, risk.Event{Kind: risk.LoginFailed, Addr: netip.AddrFrom4([4]byte{198, 18, byte(i), byte(i >> 8)}), Place: berlin})
	}
	j := tell(t, e, 501*time.Second, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: windows})
	if j.Verdict.Action != risk.ActionStepUp || !has(j.Verdict, "account_attacked") || has(j.Verdict, "new_country") {
		t.Errorf("the owner: %v %v", j.Verdict.Action, codesOf(j.Verdict))
	}
}

// TestS4_4_5_ConsentSignalsGo: what rests on consent is raised with it only, is gone from the next verdict without it, and its state with it.
func TestS4_4_5_ConsentSignalsGo(t *testing.T) {
	t.Parallel()
	with := func(device, zone string) risk.Event {
		return risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: windows, Consent: true, Device: device, TimeZone: zone}
	}
	e := accounts(t)
	tell(t, e, 0, with("cookie one", "Asia/Almaty"))
	if j := tell(t, e, time.Minute, with("cookie one", "Asia/Almaty")); len(j.Verdict.Reasons) > 0 {
		t.Errorf("the same device: %v", codesOf(j.Verdict))
	}
	bad := tell(t, e, 2*time.Minute, with("cookie two", "America/New_York"))
	if !has(bad.Verdict, "new_client") || !has(bad.Verdict, "zone_mismatch") || bad.Verdict.Reasons[0].Basis != risk.BasisConsent {
		t.Errorf("another device: %v", bad.Verdict.Reasons)
	}
	silent := with("cookie three", "America/New_York")
	silent.Consent = false
	if j := tell(t, e, 3*time.Minute, silent); len(j.Verdict.Reasons) > 0 {
		t.Errorf("after the withdrawal: %v", codesOf(j.Verdict))
	}
	if j := tell(t, e, 4*time.Minute, with("cookie four", "Asia/Almaty")); len(j.Verdict.Reasons) > 0 {
		t.Errorf("the state was not deleted: %v", codesOf(j.Verdict))
	}
	tell(t, e, 5*time.Minute, with("cookie five", "America/New_York"))
	if err := e.Withdraw(t.Context(), "aigerim", noon.Add(6*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if j := tell(t, e, 7*time.Minute, with("cookie six", "Asia/Almaty")); len(j.Verdict.Reasons) > 0 {
		t.Errorf("after Withdraw: %v", codesOf(j.Verdict))
	}
	if j, err := e.Explain(t.Context(), bad.ID, noon.Add(7*time.Minute)); err != nil || has(j.Verdict, "new_client") {
		t.Errorf("a former judgement still says what rested on consent: %v", codesOf(j.Verdict))
	}
}

// TestS4_9_4_Forget: an account that is forgotten is new, and its judgements are gone.
func TestS4_9_4_Forget(t *testing.T) {
	t.Parallel()
	e := accounts(t)
	settled(t, e)
	old := tell(t, e, time.Minute, risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: android})
	if err := e.ForgetAccount(t.Context(), "aigerim", noon.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Explain(t.Context(), old.ID, noon.Add(2*time.Minute)); !errors.Is(err, risk.ErrJudgement) {
		t.Error("a judgement of it is still there")
	}
	if j := tell(t, e, 3*time.Minute, risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: android}); len(j.Verdict.Reasons) > 0 {
		t.Errorf("it is remembered: %v", codesOf(j.Verdict))
	}
}

// TestAccountsEnd: by their term, with or without another event; and keys turn without losing anybody.
func TestAccountsEnd(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, tt := range []struct {
		after  time.Duration
		expire bool
		known  bool
	}{{29 * day, false, true}, {29 * day, true, true}, {31 * day, false, false}, {31 * day, true, false}} {
		e := accounts(t, func(o *risk.Options) { o.Rules.Off = nil })
		settled(t, e)
		before := e.Figures().Bytes
		if tt.expire {
			e.Expire(noon.Add(tt.after))
		}
		j := tell(t, e, tt.after, risk.Event{Kind: risk.LoginOK, Agent: android})
		if has(j.Verdict, "new_device") != tt.known {
			t.Errorf("%+v: %v", tt, codesOf(j.Verdict))
		}
		if e.Figures().Bytes != before {
			t.Error("memory grew")
		}
	}
	e := accounts(t)
	first := tell(t, e, 0, risk.Event{Kind: risk.LoginOK, Agent: windows})
	second := tell(t, e, 25*day, risk.Event{Kind: risk.LoginOK, Agent: windows})
	third := tell(t, e, 50*day, risk.Event{Kind: risk.LoginOK, Agent: android})
	if first.Account == third.Account || !has(third.Verdict, "new_device") {
		t.Errorf("a turn of the key: %v %v %v, %v", first.Account, second.Account, third.Account, codesOf(third.Verdict))
	}
}

// TestAMillionAccounts: that log-ins fail for costs what it does for few, and nobody who was let in is forgotten for it.
func TestAMillionAccounts(t *testing.T) {
	if testing.Short() {
		t.Skip("a million events")
	}
	t.Parallel()
	shelf := risk.NewMemoryShelf(func() time.Time { return noon })
	e := accounts(t, func(o *risk.Options) { o.Capacity, o.Shelf = 4096, shelf })
	settled(t, e)
	before, ctx := e.Figures(), t.Context()
	ev := risk.Event{Kind: risk.LoginFailed, Place: berlin}
	for i := range 1_000_000 {
		ev.Account = fmt.Sprint(i)
		ev.Addr = netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		if _, err := e.Report(ctx, ev, noon.Add(time.Duration(i)*60*time.Microsecond)); err != nil {
			t.Fatal(err)
		}
	}
	if after := e.Figures(); after.Bytes != before.Bytes {
		t.Errorf("%d bytes became %d", before.Bytes, after.Bytes)
	}
	if n, _ := resting(t, shelf); n != 1 {
		t.Errorf("%d documents rest of one account that somebody was let in to", n)
	}
	if j := tell(t, e, 61*time.Second, risk.Event{Kind: risk.LoginOK, Account: "aigerim", Agent: android, Addr: bob}); !has(j.Verdict, "new_device") {
		t.Error("the one account that somebody was let in to is forgotten")
	}
	if j := tell(t, e, 61*time.Second, risk.Event{Kind: risk.LoginOK, Account: "999999", Agent: android, Addr: bob}); len(j.Verdict.Reasons) > 0 {
		t.Errorf("one of the youngest: %v", codesOf(j.Verdict))
	}
}

// resting counts the documents that rest of accounts, and their bytes.
func resting(t *testing.T, shelf risk.Shelf) (n, bytes int) {
	t.Helper()
	if err := shelf.List(t.Context(), "account/", func(_ string, document []byte) { n, bytes = n+1, bytes+len(document) }); err != nil {
		t.Fatal(err)
	}
	return n, bytes
}

// TestManySignups: what rests is bounded, whoever signs up, and the oldest give way.
func TestManySignups(t *testing.T) {
	if testing.Short() {
		t.Skip("many events")
	}
	t.Parallel()
	shelf := risk.NewMemoryShelf(func() time.Time { return noon })
	e := accounts(t, func(o *risk.Options) { o.Capacity, o.Shelf = 512, shelf })
	ctx, began := t.Context(), time.Now()
	ev := risk.Event{Kind: risk.Signup, Place: berlin, Addr: alice, Agent: windows}
	for i := range 300_000 {
		ev.Account = fmt.Sprint(i)
		if _, err := e.Report(ctx, ev, noon.Add(time.Duration(i)*200*time.Microsecond)); err != nil {
			t.Fatal(err)
		}
	}
	n, bytes := resting(t, shelf)
	t.Logf("300,000 sign-ups in %v: %d documents of %d bytes", time.Since(began).Round(time.Millisecond), n, bytes)
	if n > 4096 || bytes > 20_000_000 {
		t.Errorf("%d documents of %d bytes rest: say so in docs/risk.md", n, bytes)
	}
	for account, known := range map[string]bool{"0": false, "299999": true, "299000": true} {
		j := tell(t, e, 61*time.Second, risk.Event{Kind: risk.LoginOK, Account: account, Agent: android, Addr: bob})
		if has(j.Verdict, "new_device") != known {
			t.Errorf("account %s is remembered: %v", account, !known)
		}
	}
}

// TestAccountsCostNothingUntilTold: their memory is taken with the first event, and is what docs/risk.md says.
func TestAccountsCostNothingUntilTold(t *testing.T) {
	t.Parallel()
	e := accounts(t, func(o *risk.Options) { o.Capacity = 0 })
	before := e.Figures().Bytes
	e.Expire(noon)
	if after := e.Figures().Bytes; after != before {
		t.Errorf("%d bytes before anything was told", after-before)
	}
	settled(t, e)
	if mb := (e.Figures().Bytes - before + 500_000) / 1_000_000; mb != 6 {
		t.Errorf("%d MB: say so in docs/risk.md", mb)
	}
}

// TestPoisonedReports: what no site would tell is refused, and changes nothing.
func TestPoisonedReports(t *testing.T) {
	t.Parallel()
	e := accounts(t)
	long := strings.Repeat("x", 257)
	for name, ev := range map[string]risk.Event{
		"no kind":       {Account: "a"},
		"unknown kind":  {Kind: 99, Account: "a"},
		"no account":    {Kind: risk.LoginOK},
		"long account":  {Kind: risk.LoginOK, Account: long},
		"long device":   {Kind: risk.LoginOK, Account: "a", Consent: true, Device: long},
		"long zone":     {Kind: risk.LoginOK, Account: "a", Consent: true, TimeZone: long},
		"of yesterday":  {Kind: risk.LoginOK, Account: "a", Time: noon.AddDate(0, 0, -1)},
		"of the future": {Kind: risk.LoginOK, Account: "a", Time: noon.AddDate(9, 0, 0)},
	} {
		if _, err := e.Report(t.Context(), ev, noon); !errors.Is(err, risk.ErrEvent) || strings.Contains(err.Error(), "xxx") {
			t.Errorf("%s: %v", name, err)
		}
	}
	settled(t, e)
	for i := range 1000 { // somebody teaches an account a thousand places, and labels himself
		ev := risk.Event{Kind: risk.LoginOK, Agent: android, Place: geo.Location{Country: string([]byte{'A' + byte(i%26), 'A' + byte(i/26%26)}), ASN: uint32(i), Net: geo.NetEyeball}}
		ev.TimeZone, ev.Device, ev.Consent = "../../etc/passwd", fmt.Sprint(i), true
		j := tell(t, e, time.Duration(i)*time.Millisecond, ev)
		_ = e.Label(t.Context(), j.ID, risk.Genuine, noon.Add(time.Second))
	}
	if l := e.Figures().Labels["new_country"]; l.Genuine > 5 {
		t.Errorf("one account was labelled %d times", l.Genuine)
	}
}

// TestLabelledOnceForAsLongAsAnIDHolds: however many labels come in between, of an account that is known and of one that is not.
func TestLabelledOnceForAsLongAsAnIDHolds(t *testing.T) {
	t.Parallel()
	for what, ev := range map[string]risk.Event{
		"known": {Kind: risk.LoginOK, Place: berlin, Agent: android}, "unknown": {Kind: risk.LoginFailed, Account: "nobody"},
	} {
		e := accounts(t)
		settled(t, e)
		var ids []string
		for i := range 29 {
			ids = append(ids, tell(t, e, time.Hour+time.Duration(i)*time.Second, ev).ID)
		}
		at, taken := noon.Add(time.Hour+time.Minute), 0
		for i, id := range ids {
			if i >= 5 {
				at = at.Add(time.Hour)
			}
			if at.Sub(noon) > 24*time.Hour {
				break
			}
			if what == "unknown" {
				tell(t, e, at.Sub(noon), ev) // what is known of it lives on
			}
			if err := e.Label(t.Context(), id, risk.Fraud, at); err != nil {
				t.Fatalf("%s: label %d: %v", what, i, err)
			}
			taken++
		}
		at = at.Add(-time.Second)
		for i, id := range ids[:taken] {
			if err := e.Label(t.Context(), id, risk.Fraud, at); !errors.Is(err, risk.ErrJudgement) {
				t.Errorf("%s: %d was labelled twice: %v", what, i, err)
			}
		}
		if taken < 25 {
			t.Errorf("%s: %d labels were taken", what, taken)
		}
	}
}

// TestLabelThatComesTooSoon: a label that was refused because there were too many is none, and may come again.
func TestLabelThatComesTooSoon(t *testing.T) {
	t.Parallel()
	e := accounts(t)
	settled(t, e)
	var ids []string
	for range 6 {
		ids = append(ids, tell(t, e, time.Hour, risk.Event{Kind: risk.LoginFailed, Account: "nobody"}).ID)
	}
	for i, id := range ids {
		if err := e.Label(t.Context(), id, risk.Fraud, noon.Add(time.Hour)); (err == nil) != (i < 5) {
			t.Errorf("label %d: %v", i, err)
		}
	}
	if err := e.Label(t.Context(), ids[5], risk.Fraud, noon.Add(2*time.Hour)); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// TestLabels: a label counts once, frees an owner, and holds a thief.
func TestLabels(t *testing.T) {
	t.Parallel()
	thief := risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: android}
	for _, tt := range []struct {
		truth  risk.Truth
		next   risk.Action
		labels risk.Labels
	}{{risk.Genuine, risk.ActionAllow, risk.Labels{Genuine: 1}}, {risk.Fraud, risk.ActionStepUp, risk.Labels{Fraud: 1}}} {
		e := accounts(t)
		settled(t, e)
		j := tell(t, e, time.Hour, thief)
		if err := e.Label(t.Context(), j.ID, tt.truth, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := e.Label(t.Context(), j.ID, tt.truth, noon.Add(time.Hour)); !errors.Is(err, risk.ErrJudgement) {
			t.Errorf("labelled twice: %v", err)
		}
		if got := e.Figures().Labels["new_country"]; got != tt.labels || got.FalseShare() != float64(got.Genuine) {
			t.Errorf("labels %+v", got)
		}
		next := tell(t, e, 2*time.Hour, thief)
		if next.Verdict.Action != tt.next || has(next.Verdict, "account_fraud") != (tt.truth == risk.Fraud) || has(next.Verdict, "new_device") != (tt.truth == risk.Fraud) {
			t.Errorf("%v: next %v %v", tt.truth, next.Verdict.Action, codesOf(next.Verdict))
		}
	}
	e := accounts(t)
	for _, id := range []string{"", "zz", strings.Repeat("0", 32)} {
		if err := e.Label(t.Context(), id, risk.Fraud, noon); !errors.Is(err, risk.ErrJudgement) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestAClockThatJumps: back, it empties buckets; forward, it ends what is over. Nobody is blamed for it.
func TestAClockThatJumps(t *testing.T) {
	t.Parallel()
	e := accounts(t)
	settled(t, e)
	for i := range 5 {
		tell(t, e, time.Duration(i)*time.Millisecond, risk.Event{Kind: risk.LoginFailed})
	}
	for _, jump := range []time.Duration{-time.Hour, -30 * 24 * time.Hour, 20 * 24 * time.Hour, -20 * 24 * time.Hour, 0} {
		j := tell(t, e, jump, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: windows})
		if len(j.Verdict.Reasons) > 0 {
			t.Errorf("a jump to %v: %v", jump, codesOf(j.Verdict))
		}
	}
}

// TestAccountsAreNotNamed: neither an event nor what is made of it shows a name, an address, a device or an agent.
func TestAccountsAreNotNamed(t *testing.T) {
	t.Parallel()
	ev := risk.Event{Kind: risk.LoginOK, Account: "aigerim", Addr: alice, Agent: windows, Consent: true, Device: "cookie", TimeZone: "Asia/Almaty"}
	j := tell(t, accounts(t), 0, ev)
	inside, err := json.Marshal([]any{ev, j})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%v %+v %#v %s %v %s", ev, ev, ev, ev, j, inside)
	for _, secret := range []string{"aigerim", "192.0.2", "Mozilla", "cookie", "Almaty"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is shown: %s", secret, text)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	e := accounts(b, func(o *risk.Options) { o.Capacity = 4096 })
	ev := risk.Event{Kind: risk.LoginOK, Account: "aigerim", Addr: alice, Agent: windows, Place: almaty, Time: noon}
	for b.Loop() {
		if _, err := e.Report(b.Context(), ev, noon); err != nil {
			b.Fatal(err)
		}
	}
}
