package consent_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// minorOf makes the shop's policy its third revision, which changes little.
func minorOf(since int) func(*consent.Policy) {
	return func(p *consent.Policy) {
		p.Revision = consent.Revision{Number: 3, Since: since, Date: "2026-02-01", Change: consent.Minor, Text: consent.Text{"en": "The video moved."}}
	}
}

// S0-3.4, S2-1.3, S4-10: a minor revision is told once, in the choice that there is.
func TestS4_10_MinorRevisionIsToldOnce(t *testing.T) {
	old, b, k := compile(t), compile(t, minorOf(2)), keys(t)
	for name, answer := range map[string]consent.Submission{"accepted": accept, "refused": reject, "chosen": choose(consent.Statistics)} {
		state := k.SealState(visitor(old, plain, answer), old)
		c, err := k.OpenState(state, b, noon)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c = b.Effective(c, plain)
		n := b.Notice(c)
		if n.Kind != consent.NoticeMinor || n.Revision != 3 || n.Known != 2 || n.Text.In("en") != "The video moved." {
			t.Errorf("%s: got %+v", name, n)
		}
		told := k.SealState(b.Told(c), b)
		again, err := k.OpenState(told, b, noon)
		if err != nil || b.Notice(b.Effective(again, plain)).Kind != consent.NoticeNone {
			t.Errorf("%s: told again: %+v %v", name, b.Notice(again), err)
		}
		if !again.At().Equal(c.At()) || !again.Until().Equal(c.Until()) || again.Grants() != c.Grants() || again.Stance(consent.Statistics) != c.Stance(consent.Statistics) {
			t.Errorf("%s: being told changed the answer", name)
		}
		if len(told) > len(state)+1 {
			t.Errorf("%s: holds %d bytes, held %d", name, len(told), len(state))
		}
	}
}

// What the undecided are shown, and what is allowed meanwhile, by model and place.
func TestNoticesByModel(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Models = map[string]consent.Model{"US": consent.ModelOptOut, "US-CA": consent.ModelOptIn, "KZ": consent.ModelImplied}
	})
	const question, objection, implied, none = consent.NoticeQuestion, consent.NoticeObjection, consent.NoticeImplied, consent.NoticeNone
	for _, row := range []struct {
		region         string
		model          consent.Model
		h              http.Header
		kind           consent.NoticeKind
		stored, counts bool // cookies of statistics may be set; the visit may be counted
	}{
		{"", consent.ModelOptIn, plain, question, false, true},
		{"DE", consent.ModelOptIn, plain, question, false, true},
		{"DE", consent.ModelOptIn, gpc, none, false, false},
		{"US", consent.ModelOptOut, plain, objection, true, true},
		{"US-NY", consent.ModelOptOut, plain, objection, true, true},
		{"US-NY", consent.ModelOptOut, gpc, none, false, false},
		{"US-CA", consent.ModelOptIn, plain, question, false, true},
		{"KZ", consent.ModelImplied, plain, implied, false, true},
		{"KZ-75", consent.ModelImplied, plain, implied, false, true},
		{"KZ", consent.ModelImplied, dnt, none, false, false},
		{"kz", consent.ModelOptIn, plain, question, false, true}, // no region: the policy's own
	} {
		c := b.EffectiveIn(row.region, consent.Choice{}, row.h)
		if n := b.Notice(c); n.Kind != row.kind || c.Model() != row.model {
			t.Errorf("%s: got %q under %q, want %q under %q", row.region, n.Kind, c.Model(), row.kind, row.model)
		}
		for _, name := range []string{"_ga", "ad_1", "lang"} {
			allowed := b.Decide(c, consent.SetCookie{Name: name, Persistent: true}).Allow
			if want := row.stored || name == "lang" && row.model == consent.ModelOptOut; allowed != want {
				t.Errorf("%s %v: %s may be set: %v", row.region, row.h, name, allowed)
			}
		}
		if c.Counts() != row.counts {
			t.Errorf("%s %v: counts %v", row.region, row.h, c.Counts())
		}
		for answer, want := range map[consent.Action]bool{consent.Accept: true, consent.Reject: false} {
			after, _ := b.Apply(consent.Submission{Action: answer}, c, noon)
			after = b.EffectiveIn(row.region, after, row.h)
			if n := b.Notice(after); n.Kind != none || after.Allows(consent.Statistics) != want || after.Counts() != want {
				t.Errorf("%s: after %s: notice %q, allows %v, counts %v", row.region, answer, n.Kind, after.Allows(consent.Statistics), after.Counts())
			}
		}
	}
}

// A material revision asks again, an unread one or a later one that was rolled back does not.
func TestNoticeByRevision(t *testing.T) {
	second := visitor(compile(t), plain, accept)
	third := compile(t, minorOf(2))
	material := compile(t, func(p *consent.Policy) { p.Revision.Number = 3 })
	if c, err := keys(t).OpenState(keys(t).SealState(second, compile(t)), material, noon); !errors.Is(err, consent.ErrStale) ||
		material.Notice(material.Effective(c, plain)).Kind != consent.NoticeQuestion {
		t.Errorf("a material revision: %v", err)
	}
	latest := visitor(third, plain, accept)
	if n := compile(t).Notice(compile(t).Effective(latest, plain)); n.Kind != consent.NoticeNone {
		t.Errorf("an earlier revision in force again: %+v", n)
	}
	if told := third.Told(visitor(third, plain)); told.Decided() {
		t.Error("being told decides something")
	}
	if got := third.Notice(consent.Choice{}); got.Kind != consent.NoticeQuestion || got.Text != nil {
		t.Errorf("the zero choice: %+v", got)
	}
}

// https://www.w3.org/TR/gpc/, section "GPC Support Resource".
func TestGPCDocument(t *testing.T) {
	for _, row := range []struct {
		got  []byte
		want string
	}{
		{consent.GPCDocument(time.Date(2026, 11, 23, 1, 0, 0, 0, time.FixedZone("", 5*3600))), "{\"gpc\":true,\"lastUpdate\":\"2026-11-22\"}\n"},
		{consent.GPCDocument(time.Time{}), "{\"gpc\":true}\n"},
		{compile(t).GPCDocument(), "{\"gpc\":true,\"lastUpdate\":\"2026-01-01\"}\n"},
	} {
		if string(row.got) != row.want || !json.Valid(row.got) {
			t.Errorf("got %s, want %s", row.got, row.want)
		}
	}
}
