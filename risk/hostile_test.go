package risk_test

import (
	"context"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// gone is a shelf whose caller goes away in the middle of a change.
type gone struct {
	risk.Shelf
	leave func()
}

func (g *gone) Change(ctx context.Context, key string, f func([]byte) ([]byte, time.Time, bool)) error {
	if g.leave != nil {
		g.leave()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return g.Shelf.Change(ctx, key, f)
}

// TestWhoHangsUpHidesNothing: a caller that goes away while an account is looked for is no shelf that is away. Else whoever hangs up
// would have every account unknown for a second, and nothing would be new about a log-in.
func TestWhoHangsUpHidesNothing(t *testing.T) {
	t.Parallel()
	shelf := &gone{Shelf: risk.NewMemoryShelf(func() time.Time { return noon })}
	e := accounts(t, func(o *risk.Options) { o.Shelf = shelf })
	settled(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	shelf.leave = cancel
	j, err := e.Report(ctx, risk.Event{Kind: risk.LoginOK, Account: "bauyrzhan", Addr: bob, Place: almaty}, noon.Add(time.Minute))
	shelf.leave = nil
	if err != nil || j.ID == "" {
		t.Errorf("what happened is not judged: %v", err)
	}
	if j := tell(t, e, time.Minute, risk.Event{Kind: risk.LoginOK, Place: berlin, Agent: android}); j.Verdict.Action != risk.ActionStepUp {
		t.Errorf("an account that is known: %v %v", j.Verdict.Action, codesOf(j.Verdict))
	}
	if n := e.Figures().Away; n != 0 {
		t.Errorf("%d calls failed", n)
	}
}

// TestEventsToldLate: a site that tells of log-ins some time after they failed, or whose clock is ahead, is as well protected as any, and the
// requests between them lose nothing of what is known.
func TestEventsToldLate(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{0, 20 * time.Second, 45 * time.Second, 5 * time.Minute, -45 * time.Second} {
		e := accounts(t)
		for i := range 8 {
			now := time.Duration(i) * time.Second
			do(e, step{after: now, target: "/page"})
			if _, err := e.Report(t.Context(), risk.Event{Kind: risk.LoginFailed, Account: "aigerim", Addr: alice, Time: noon.Add(now - late)}, noon.Add(now)); err != nil {
				t.Fatal(err)
			}
		}
		if v := do(e, step{after: 8 * time.Second, target: "/page"}); !has(v, "account_failures") {
			t.Errorf("%v late: %v", late, codesOf(v))
		}
		for i := range 8 {
			do(e, step{after: 9 * time.Second, target: "/page", from: bob})
			tell(t, e, 9*time.Second, risk.Event{Kind: risk.LoginFailed, Account: "bauyrzhan", Addr: bob, Time: noon.Add(9*time.Second + time.Duration(i%2)*-late)})
		}
		if v := do(e, step{after: 9 * time.Second, target: "/page", from: bob}); !has(v, "account_failures") {
			t.Errorf("half of them %v late: %v", late, codesOf(v))
		}
	}
}

// TestProcessesWhoseClocksDiffer: what another process tells, whose clock goes ahead or behind, empties nothing here.
func TestProcessesWhoseClocksDiffer(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 45 * time.Second, -45 * time.Second, -5 * time.Minute} {
		here := accounts(t)
		var there *risk.Engine
		var hear []byte
		there = accounts(t, func(o *risk.Options) { o.Tell = func(m []byte) { hear = m } })
		shareKeys(t, here, there)
		for i := range 8 {
			now := time.Duration(i) * time.Second
			do(here, step{after: now, target: "/page"})
			tell(t, here, now, risk.Event{Kind: risk.LoginFailed, Account: "aigerim"})
			tell(t, there, now+ahead, risk.Event{Kind: risk.LoginFailed, Account: "bauyrzhan", Addr: alice})
			if _, err := here.Hear(hear, noon.Add(now)); err != nil {
				t.Fatal(err)
			}
		}
		if v := do(here, step{after: 8 * time.Second, target: "/page"}); !has(v, "account_failures") {
			t.Errorf("%v ahead: %v", ahead, codesOf(v))
		}
	}
}

// shareKeys gives engines the same keys of pseudonyms.
func shareKeys(t *testing.T, all ...*risk.Engine) {
	t.Helper()
	seeds := []risk.Seed{{Period: risk.PeriodOf(noon), Value: [32]byte{1}}}
	for _, e := range all {
		if err := e.Share(seeds, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEventsOfYesterday: an event that is told after midnight, or by a clock that is past it, keeps the keys of today.
func TestEventsOfYesterday(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ now, at time.Duration }{{12*time.Hour + time.Minute, 12*time.Hour - time.Minute}, {12*time.Hour - 10*time.Second, 12*time.Hour + 10*time.Second}} {
		e := accounts(t)
		do(e, step{after: tt.now, target: "/?q=1+UNION+SELECT+password"})
		for range 6 {
			if _, err := e.Report(t.Context(), risk.Event{Kind: risk.LoginFailed, Account: "aigerim", Addr: alice, Time: noon.Add(tt.at)}, noon.Add(tt.now)); err != nil {
				t.Fatal(err)
			}
		}
		if v := do(e, step{after: tt.now + time.Second}); !has(v, "account_failures") || !has(v, "sql_injection") {
			t.Errorf("at %v of %v: %v", tt.now, tt.at, codesOf(v))
		}
	}
}

// TestEventsToldAtOnce: log-ins that failed one after the other, slowly, did not fail at once because a site tells of them at once.
func TestEventsToldAtOnce(t *testing.T) {
	t.Parallel()
	e := accounts(t)
	now := 10 * time.Minute
	do(e, step{after: now})
	for i := range 10 {
		if _, err := e.Report(t.Context(), risk.Event{Kind: risk.LoginFailed, Account: "aigerim", Addr: alice, Time: noon.Add(time.Duration(i) * time.Minute)}, noon.Add(now)); err != nil {
			t.Fatal(err)
		}
	}
	if v := do(e, step{after: now}); len(v.Reasons) > 0 {
		t.Errorf("%v", codesOf(v))
	}
}

// hung is a shelf that does not answer.
type hung struct {
	risk.Shelf
	calls int
}

func (h *hung) Change(ctx context.Context, _ string, _ func([]byte) ([]byte, time.Time, bool)) error {
	h.calls++
	<-ctx.Done()
	return ctx.Err()
}

func (h *hung) Add(ctx context.Context, _ string, _ []byte, _ time.Time) ([]byte, error) {
	h.calls++
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestAShelfThatHangsIsAskedOnceInASecond: by the clock of the process, whatever times events are of.
func TestAShelfThatHangsIsAskedOnceInASecond(t *testing.T) {
	t.Parallel()
	shelf := &hung{Shelf: risk.NewMemoryShelf(nil)}
	e := accounts(t, func(o *risk.Options) { o.Shelf = shelf })
	for second := range 2 {
		shelf.calls = 0
		for i := range 4 {
			tell(t, e, time.Duration(second)*time.Second, risk.Event{Kind: risk.LoginOK, Place: almaty, Time: noon.Add(time.Duration(2*i-300) * time.Second)})
		}
		if shelf.calls != 1 {
			t.Errorf("second %d: %d calls that nobody answers", second, shelf.calls)
		}
	}
}

// emptied is a shelf that loses everything at once, as a Redis does that keeps nothing on a disk.
type emptied struct{ risk.Shelf }

// TestS4_9_4_AShelfThatLostEverything: processes agree on the key of accounts again, whether another one began anew meanwhile or not, so that
// what is erased at one is erased for all.
func TestS4_9_4_AShelfThatLostEverything(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		clock := func() time.Time { return noon.Add(time.Minute) }
		shelf := &emptied{risk.NewMemoryShelf(clock)}
		begin := func() (*risk.Engine, *risk.Desk) {
			e := accounts(t, func(o *risk.Options) { o.Shelf = shelf })
			return e, risk.NewDesk(risk.DeskOptions{Engine: e, Shelf: shelf, Now: clock})
		}
		sync := func(d *risk.Desk) {
			if err := d.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		old, desk := begin()
		settled(t, old)
		shelf.Shelf = risk.NewMemoryShelf(clock)
		if first {
			sync(desk)
		}
		fresh, other := begin()
		settled(t, fresh)
		sync(desk)
		sync(other)
		if j := tell(t, old, time.Minute, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: android}); !has(j.Verdict, "new_device") {
			t.Errorf("first %v: the account is not known to both: %v", first, codesOf(j.Verdict))
		}
		if err := old.ForgetAccount(t.Context(), "aigerim", noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if j := tell(t, fresh, time.Minute, risk.Event{Kind: risk.LoginOK, Place: almaty, Agent: android}); len(j.Verdict.Reasons) > 0 {
			t.Errorf("first %v: after the erasure: %v", first, codesOf(j.Verdict))
		}
	}
}

// TestAShelfThatLostEverythingLetsNobodyOff: the key of today stays, and with it what is remembered of whom.
func TestAShelfThatLostEverythingLetsNobodyOff(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return noon }
	shelf := &emptied{risk.NewMemoryShelf(clock)}
	e := engine(t)
	d := risk.NewDesk(risk.DeskOptions{Engine: e, Shelf: shelf, Now: clock})
	for range 2 {
		if err := d.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		do(e, step{target: "/?id=1+UNION+SELECT+password"})
		shelf.Shelf = risk.NewMemoryShelf(clock)
	}
	if err := d.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := do(e, step{after: time.Second}); !has(v, "sql_injection") {
		t.Errorf("%v", codesOf(v))
	}
}
