package consent_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestParseServices(t *testing.T) {
	each, whole := compile(t, perService), compile(t)
	for _, row := range []struct {
		b    *consent.Rulebook
		form string
		ok   bool
		want []string // nil: they follow their purposes
	}{
		{each, "action=choose&purpose=marketing", true, nil},
		{each, "action=choose&purpose=marketing&service=", true, []string{}},
		{each, "action=choose&service=&service=video&service=ads&service=video", true, []string{"video", "ads"}},
		{each, "action=allow&service=video", true, []string{"video"}},
		{each, "action=allow&purpose=statistics", true, nil},
		{each, "action=allow", false, nil},
		{each, "action=allow&service=video&revision=1", false, nil}, // asked under a policy that has changed
		{each, "action=choose&service=video&revision=1", false, nil},
		{each, "action=choose&service=&revision=1", true, []string{}}, // grants nothing
		{each, "action=withdraw&service=video&revision=1", true, []string{"video"}},
		{each, "action=withdraw&service=telepathy", true, []string{}}, // takes back everything: it holds whatever it names
		{each, "action=choose&service=telepathy", false, nil},
		{each, "action=choose&service=pay", false, nil}, // necessary: nobody is asked
		{each, "action=accept&service=telepathy", true, nil},
		{whole, "action=choose&service=", true, nil},
		{whole, "action=choose&service=ads", false, nil},
	} {
		form, err := url.ParseQuery(row.form)
		if err != nil {
			t.Fatal(err)
		}
		s, err := consent.ParseSubmission(form, row.b)
		if (err == nil) != row.ok || !slices.Equal(s.Services, row.want) || (s.Services == nil) != (row.want == nil) {
			t.Errorf("%s: got %#v, %v", row.form, s.Services, err)
		}
	}
	s, err := consent.ParseSubmissionJSON([]byte(`{"action":"choose","purposes":["marketing"],"services":["video"]}`), each)
	if err != nil || !slices.Equal(s.Services, []string{"video"}) {
		t.Errorf("json: got %v, %v", s.Services, err)
	}
}

func TestRecordListsServices(t *testing.T) {
	b := compile(t, perService)
	_, r := b.Apply(chooseEach([]string{"video"}, consent.Statistics), visitor(b, plain, accept), noon)
	got, _ := json.Marshal(r.Services)
	want := `[{"service":"ads","purpose":"marketing","status":"withdrawn"},{"service":"video","purpose":"marketing","status":"granted"},` +
		`{"service":"counter","purpose":"statistics","status":"withdrawn"}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRecordEventsOfServices(t *testing.T) {
	b := compile(t, perService)
	video, both := chooseEach([]string{"video"}), chooseEach([]string{"video", "ads"})
	for _, row := range []struct {
		before, now consent.Submission
		want        consent.Event
	}{
		{reject, video, consent.EventGiven}, {video, video, consent.EventReaffirmed}, {video, both, consent.EventGiven},
		{both, video, consent.EventWithdrawn}, {video, reject, consent.EventWithdrawn}, {reject, chooseEach([]string{}), consent.EventRefused},
	} {
		if _, r := b.Apply(row.now, visitor(b, plain, row.before), noon); r.Event != row.want {
			t.Errorf("%v then %v: got %s, want %s", row.before.Services, row.now.Services, r.Event, row.want)
		}
	}
}

// A service alone is a grant: it lasts as long as one.
func TestServiceAloneIsAGrant(t *testing.T) {
	b := compile(t, perService)
	c := visitor(b, plain, chooseEach([]string{"video"}))
	if !c.Grants() || !c.Until().Equal(c.At().AddDate(0, 6, 0)) {
		t.Errorf("grants %v, until %v", c.Grants(), c.Until())
	}
	if c := visitor(b, plain, chooseEach([]string{})); c.Grants() || !c.Until().Equal(c.At().AddDate(0, 1, 0)) {
		t.Errorf("a refusal grants %v, until %v", c.Grants(), c.Until())
	}
	if chooseEach([]string{"video"}).Refusal() || !chooseEach([]string{}).Refusal() {
		t.Error("Refusal does not see services")
	}
}

// A grant that cannot be recorded stays denied; what the same choice refuses holds.
func TestUnrecordedServices(t *testing.T) {
	b := compile(t, perService)
	before := visitor(b, plain, chooseEach([]string{"ads"}, consent.Marketing))
	for _, row := range []struct {
		s    consent.Submission
		some bool
		want []string // allowed afterwards
	}{
		{chooseEach([]string{"video"}, consent.Marketing), true, []string{"pay"}},
		{chooseEach([]string{"ads", "video"}, consent.Marketing), true, []string{"ads", "pay"}},
		{choose(consent.Marketing, consent.Statistics), true, []string{"ads", "pay"}}, // not the video that was refused
		{consent.Submission{Action: consent.Allow, Services: []string{"video"}}, false, nil},
		{accept, false, nil},
		{reject, true, []string{"pay"}},
	} {
		s, some := b.Unrecorded(row.s, before)
		if some != row.some {
			t.Errorf("%s %v: got %v", row.s.Action, row.s.Services, some)
		}
		if !some {
			continue
		}
		after, _ := b.Apply(s, before, noon)
		if got := after.Services(); !slices.Equal(got, row.want) {
			t.Errorf("%s %v: allowed are %v, want %v", row.s.Action, row.s.Services, got, row.want)
		}
	}
}

func FuzzParseServices(f *testing.F) {
	b := compile(f, perService)
	f.Add("choose", "marketing", "video", true)
	f.Add("allow", "", "ads", true)
	f.Add("withdraw", "x", "", false)
	f.Fuzz(func(t *testing.T, action, purpose, service string, asked bool) {
		form := url.Values{"action": {action}, "purpose": {purpose}}
		if asked {
			form["service"] = []string{"", service}
		}
		before := visitor(b, plain, chooseEach([]string{"ads"}))
		s, err := consent.ParseSubmission(form, b)
		if err != nil {
			return
		}
		after, r := b.Apply(s, before, noon)
		if s.Refusal() && len(after.Services()) > len(before.Services()) {
			t.Fatalf("%v: a refusal allows %v", form, after.Services())
		}
		if k := keys(t); len(r.Services) != 3 || len(consent.StateCookie)+1+len(k.SealState(after, b)) > consent.MaxState {
			t.Fatalf("%v: record %v, state %q", form, r.Services, k.SealState(after, b))
		}
	})
}
