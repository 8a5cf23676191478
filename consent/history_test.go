package consent_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// witness is a second opinion on choices, kept in maps and read straight off the documentation: what is
// granted, what was taken back, and who spoke last.
type witness struct {
	decided           bool
	granted, taken    map[string]bool // purposes as "p:…", services as "s:…"
	askedWhenDeciding bool
}

var (
	optional = []consent.Purpose{consent.Preferences, consent.Statistics, consent.Marketing}
	served   = map[string]consent.Purpose{"ads": consent.Marketing, "video": consent.Marketing, "counter": consent.Statistics}
)

func (w *witness) answer(s consent.Submission, asks bool) {
	now := map[string]bool{}
	name := func(into map[string]bool) {
		for _, p := range s.Purposes {
			into["p:"+string(p)] = true
			for id, purpose := range served {
				if purpose == p && (s.Services == nil || s.Action != consent.Choose) {
					into["s:"+id] = true
				}
			}
		}
		for _, id := range s.Services {
			into["s:"+id] = true
		}
	}
	keep := func() {
		for what := range w.granted {
			now[what] = true
		}
	}
	partial := false
	switch s.Action {
	case consent.Accept:
		for _, p := range optional {
			now["p:"+string(p)] = true
		}
		for id := range served {
			now["s:"+id] = true
		}
	case consent.Choose:
		name(now)
	case consent.Allow:
		w.lapse(asks)
		keep()
		name(now)
	case consent.Withdraw:
		if len(s.Purposes)+len(s.Services) > 0 {
			keep()
			gone := map[string]bool{}
			name(gone)
			for what := range gone {
				delete(now, what)
			}
			partial = len(now) > 0
		}
	}
	for what := range w.granted {
		w.taken[what] = true
	}
	for what := range now {
		delete(w.taken, what)
	}
	if w.decided, w.granted = true, now; !partial {
		w.askedWhenDeciding = asks
	}
}

// lapse: what the browser refused since it was granted is not what is allowed now.
func (w *witness) lapse(asks bool) {
	for what := range w.granted {
		purpose := consent.Purpose(strings.TrimPrefix(what, "p:"))
		if id, ok := strings.CutPrefix(what, "s:"); ok {
			purpose = served[id]
		}
		if w.stance(what, purpose, asks) == consent.OptedOut {
			delete(w.granted, what)
			w.taken[what] = true
		}
	}
}

func (w *witness) stance(what string, purpose consent.Purpose, asks bool) consent.Stance {
	over := asks && (!w.decided || !w.askedWhenDeciding) && purpose != consent.Preferences
	switch {
	case w.decided && w.taken[what]:
		return consent.Withdrawn
	case w.decided && !w.granted[what]:
		return consent.Refused
	case over:
		return consent.OptedOut
	case w.decided:
		return consent.Granted
	}
	return consent.Undecided
}

// anyAnswer makes up a submission.
func anyAnswer(r *rand.Rand) consent.Submission {
	actions := []consent.Action{consent.Accept, consent.Reject, consent.Choose, consent.Choose, consent.Allow, consent.Withdraw, consent.Withdraw}
	s := consent.Submission{Action: actions[r.IntN(len(actions))], Method: consent.MethodBanner}
	if s.Action == consent.Accept || s.Action == consent.Reject {
		return s
	}
	for _, p := range optional {
		if r.IntN(3) == 0 {
			s.Purposes = append(s.Purposes, p)
		}
	}
	if r.IntN(2) == 0 {
		s.Services = []string{}
		for _, id := range []string{"ads", "video", "counter"} {
			if r.IntN(3) == 0 {
				s.Services = append(s.Services, id)
			}
		}
	}
	return s
}

// Whatever visitors answer, in whatever order, and whatever their browsers ask meanwhile: choices, the
// state cookie, cookies and records all say what the witness says.
func TestHistoriesAgreeWithTheWitness(t *testing.T) {
	b, k := compile(t, perService), keys(t)
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := &witness{granted: map[string]bool{}, taken: map[string]bool{}}
		var held consent.Choice // what the state cookie says
		var story []string
		for range 8 {
			h, asks := http.Header{}, r.IntN(3) == 0
			if asks {
				h = gpc
			}
			c := b.Effective(held, h)
			if s := anyAnswer(r); r.IntN(4) > 0 && (s.Action != consent.Allow || len(s.Purposes)+len(s.Services) > 0) {
				after, record := b.Apply(s, c, noon)
				w.answer(s, asks)
				story = append(story, fmt.Sprintf("gpc %v: %s %v %#v", asks, s.Action, s.Purposes, s.Services))
				agreeRecord(t, record, w, asks)
				c = b.Effective(after, h)
				var err error
				if held, err = k.OpenState(k.SealState(after, b), b, noon); err != nil {
					t.Fatal(err)
				}
			}
			if agree(t, b, c, w, asks); t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, strings.Join(story, "\n"))
			}
		}
	}
}

func agree(t *testing.T, b *consent.Rulebook, c consent.Choice, w *witness, asks bool) {
	t.Helper()
	for _, p := range optional {
		if got, want := c.Stance(p), w.stance("p:"+string(p), p, asks); got != want {
			t.Errorf("%s is %v, want %v", p, got, want)
		}
	}
	for id, p := range served {
		want := w.stance("s:"+id, p, asks)
		if got := c.ServiceStance(id); got != want {
			t.Errorf("%s is %v, want %v", id, got, want)
		}
		cookie := map[string]string{"ads": "ad_1", "video": "video_id", "counter": "counter_id"}[id]
		if got := b.DecideRequest(c, cookie).Allow; got != (want == consent.Granted) {
			t.Errorf("%s: its cookie passes: %v", id, got)
		}
		if e, gone := b.Expire(c, cookie); gone == (want == consent.Granted) || gone && e.Stance != want {
			t.Errorf("%s: its cookie is deleted: %v, as %v", id, gone, e.Stance)
		}
	}
	if refused := w.stance("p:statistics", consent.Statistics, asks) != consent.Granted && (w.decided || asks); c.Counts() == refused {
		t.Errorf("counts: %v", c.Counts())
	}
	if c.Grants() != (len(w.granted) > 0) || c.Decided() != w.decided {
		t.Errorf("grants %v, decided %v", c.Grants(), c.Decided())
	}
}

func agreeRecord(t *testing.T, r consent.Record, w *witness, asks bool) {
	t.Helper()
	for _, p := range r.Purposes {
		if want := w.stance("p:"+string(p.Purpose), p.Purpose, asks && !w.askedWhenDeciding).String(); p.Status != want && want != "opted-out" {
			t.Errorf("record: %s is %s, want %s", p.Purpose, p.Status, want)
		}
	}
	for _, s := range r.Services {
		if want := w.stance("s:"+s.Service, s.Purpose, asks && !w.askedWhenDeciding).String(); s.Status != want && want != "opted-out" {
			t.Errorf("record: %s is %s, want %s", s.Service, s.Status, want)
		}
	}
}
