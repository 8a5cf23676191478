package risk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

func ask(t *testing.T, e *risk.Engine, after time.Duration) risk.Challenge {
	t.Helper()
	c, err := e.Challenge(alice, noon.Add(after))
	if err != nil {
		t.Fatal(err)
	}
	if c.A < 2 || c.A > 9 || c.B < 2 || c.B > 9 {
		t.Errorf("how much are %d and %d?", c.A, c.B)
	}
	return c
}

// TestAChallengeIsAnsweredOnce: by the one who was asked, in time, rightly, and not too often.
func TestAChallengeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	e := engine(t)
	c := ask(t, e, 0)
	for _, row := range []struct {
		name   string
		token  string
		answer int
		want   error
	}{
		{"wrong", c.Token, c.A + c.B + 1, risk.ErrChallengeWrong},
		{"forged", strings.Repeat("A", len(c.Token)), 5, risk.ErrChallengeExpired},
		{"garbage", "!", 5, risk.ErrChallengeForged},
		{"empty", "", 5, risk.ErrChallengeForged},
		{"right", c.Token, c.A + c.B, nil},
		{"again", c.Token, c.A + c.B, risk.ErrChallengeUsed},
	} {
		if err := e.Answer(alice, row.token, row.answer, noon); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
	c = ask(t, e, time.Hour)
	if err := e.Answer(bob, c.Token, c.A+c.B, noon.Add(time.Hour)); !errors.Is(err, risk.ErrChallengeWrong) {
		t.Errorf("by somebody else: %v", err)
	}
	if err := e.Answer(alice, c.Token, c.A+c.B, noon.Add(time.Hour+20*time.Minute)); !errors.Is(err, risk.ErrChallengeExpired) {
		t.Errorf("too late: %v", err)
	}
	if err := e.Answer(alice, c.Token, c.A+c.B, noon.Add(time.Hour+19*time.Minute)); err != nil && !errors.Is(err, risk.ErrChallengeTries) {
		t.Errorf("in time: %v", err)
	}
}

// TestAnswersAreCounted: who guesses is soon not heard, and a right answer does not help any more.
func TestAnswersAreCounted(t *testing.T) {
	t.Parallel()
	e := engine(t)
	c := ask(t, e, 0)
	heard := 0
	for range 20 {
		if err := e.Answer(alice, c.Token, 0, noon); errors.Is(err, risk.ErrChallengeWrong) {
			heard++
		}
	}
	if heard != 5 {
		t.Errorf("%d wrong answers are heard, want 5", heard)
	}
	if err := e.Answer(alice, c.Token, c.A+c.B, noon); !errors.Is(err, risk.ErrChallengeTries) {
		t.Errorf("the right one after them: %v", err)
	}
}

// TestAPassedChallengeCountsForAWhile: evidence so far leads to nothing for half an hour, new evidence does.
func TestAPassedChallengeCountsForAWhile(t *testing.T) {
	t.Parallel()
	attack := step{target: "/a/../../b"}
	e := engine(t)
	if v := do(e, attack); v.Action != risk.ActionChallenge || !v.Refuses() {
		t.Fatalf("%v %v", v.Action, codesOf(v))
	}
	c := ask(t, e, 0)
	if err := e.Answer(alice, c.Token, c.A+c.B, noon); err != nil {
		t.Fatal(err)
	}
	if v := do(e, step{after: time.Second}); v.Action != risk.ActionLog {
		t.Errorf("after the answer: %v", v.Action)
	}
	attack.after = 2 * time.Second
	if v := do(e, attack); v.Action != risk.ActionChallenge {
		t.Errorf("a new attack after the answer: %v", v.Action)
	}
	if v := do(e, step{after: 3 * time.Second}); v.Action != risk.ActionChallenge {
		t.Errorf("and the request behind it: %v", v.Action)
	}
}
