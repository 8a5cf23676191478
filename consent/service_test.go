package consent_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// perService gives the shop three services that visitors answer for, and a necessary one.
func perService(p *consent.Policy) {
	p.PerService = true
	p.Services = append(p.Services,
		consent.Service{ID: "pay", Name: "Pay", Purpose: consent.Necessary, Cookies: []consent.CookieRule{{Name: "pay_id"}}},
		consent.Service{ID: "video", Name: "Video", Purpose: consent.Marketing, Cookies: []consent.CookieRule{{Name: "video_id"}}},
		consent.Service{ID: "counter", Name: "Counter", Purpose: consent.Statistics, Cookies: []consent.CookieRule{
			{Name: "counter_id"}, {Name: "counter_csrf", Purpose: consent.Necessary},
		}},
	)
}

func chooseEach(services []string, purposes ...consent.Purpose) consent.Submission {
	return consent.Submission{Action: consent.Choose, Purposes: purposes, Services: services}
}

func TestServiceStances(t *testing.T) {
	b, out := compile(t, perService), compile(t, perService, model(consent.ModelOptOut))
	const stat, mark = consent.Statistics, consent.Marketing
	const und, yes, no, gone, opt, pre = consent.Undecided, consent.Granted, consent.Refused, consent.Withdrawn, consent.OptedOut, consent.Presumed
	allow := func(services ...string) consent.Submission {
		return consent.Submission{Action: consent.Allow, Services: services}
	}
	back := func(services ...string) consent.Submission {
		return consent.Submission{Action: consent.Withdraw, Services: services}
	}
	for _, row := range []struct {
		name                      string
		c                         consent.Choice
		mark, ads, video, counter consent.Stance
	}{
		{"zero choice", consent.Choice{}, und, und, und, und},
		{"undecided", visitor(b, plain), und, und, und, und},
		{"gpc", visitor(b, gpc), opt, opt, opt, opt},
		{"accepted", visitor(b, plain, accept), yes, yes, yes, yes},
		{"rejected", visitor(b, plain, reject), no, no, no, no},
		{"a purpose, services not asked", visitor(b, plain, choose(mark)), yes, yes, yes, no},
		{"a purpose and one of its services", visitor(b, plain, chooseEach([]string{"video"}, mark)), yes, no, yes, no},
		{"a purpose and none of its services", visitor(b, plain, chooseEach([]string{}, mark)), yes, no, no, no},
		{"a service without its purpose", visitor(b, plain, chooseEach([]string{"video"})), no, no, yes, no},
		{"one allowed at its place", visitor(b, plain, allow("video")), no, no, yes, no},
		{"one allowed after a refusal", visitor(b, plain, reject, allow("counter")), no, no, no, yes},
		{"one allowed beside others", visitor(b, plain, chooseEach([]string{"ads"}, stat), allow("video")), no, yes, yes, no},
		{"a service taken back", visitor(b, plain, accept, back("ads")), yes, gone, yes, yes},
		{"a purpose taken back", visitor(b, plain, accept, takeBack(mark)), gone, gone, gone, yes},
		{"everything taken back", visitor(b, plain, chooseEach([]string{"video"}), withdraw), no, no, gone, no},
		{"granted again", visitor(b, plain, accept, back("ads"), allow("ads")), yes, yes, yes, yes},
		{"accepted, then gpc", b.Effective(visitor(b, plain, accept), gpc), opt, opt, opt, opt},
		{"one granted, then gpc", b.Effective(visitor(b, plain, chooseEach([]string{"video"})), gpc), no, no, opt, no},
		{"gpc, then one granted", visitor(b, gpc, chooseEach([]string{"video"})), no, no, yes, no},
		{"presumed", visitor(out, plain), pre, pre, pre, pre},
		{"presumed, objected to one", visitor(out, plain, chooseEach([]string{"video", "counter"}, stat, mark)), yes, no, yes, yes},
	} {
		if got := row.c.Stance(mark); got != row.mark {
			t.Errorf("%s: marketing is %v, want %v", row.name, got, row.mark)
		}
		for id, want := range map[string]consent.Stance{"ads": row.ads, "video": row.video, "counter": row.counter} {
			if got := row.c.ServiceStance(id); got != want {
				t.Errorf("%s: %s is %v, want %v", row.name, id, got, want)
			}
			if allows := want == yes || want == pre; row.c.AllowsService(id) != allows {
				t.Errorf("%s: AllowsService(%s) is %v", row.name, id, !allows)
			}
		}
		if row.c != (consent.Choice{}) && !row.c.AllowsService("pay") {
			t.Errorf("%s: the necessary service is not allowed", row.name)
		}
		if row.c.AllowsService("telepathy") {
			t.Errorf("%s: an undeclared service is allowed", row.name)
		}
	}
}

// Policies that do not ask for each service let services follow their purposes, and seal what they
// always sealed.
func TestServicesFollowPurposes(t *testing.T) {
	b := compile(t, perService, func(p *consent.Policy) { p.PerService = false })
	c := visitor(b, plain, choose(consent.Marketing))
	if !c.AllowsService("ads") || c.AllowsService("counter") || !c.AllowsService("pay") || b.PerService() {
		t.Errorf("allowed are %v", c.Services())
	}
	if fields := strings.Split(keys(t).SealState(c, b), "."); len(fields) != 8 {
		t.Errorf("the state has %d fields, want 8", len(fields))
	}
	if _, r := b.Apply(accept, c, noon); r.Services != nil {
		t.Errorf("the record lists services: %v", r.Services)
	}
	for _, s := range b.Services() {
		if s.Bit() != -1 {
			t.Errorf("%s has bit %d", s.ID, s.Bit())
		}
	}
}

func TestServiceBits(t *testing.T) {
	b := compile(t, perService)
	var bits []int
	for _, s := range b.Services() {
		bits = append(bits, s.Bit())
	}
	if want := []int{0, -1, 1, 2}; !slices.Equal(bits, want) {
		t.Errorf("got bits %v, want %v", bits, want)
	}
	state := keys(t).SealState(visitor(b, plain, accept, chooseEach([]string{"video"}, consent.Statistics)), b)
	if f := strings.Split(state, "."); len(f) != 10 || f[7] != "2" || f[8] != "5" {
		t.Errorf("got %q, want services 2 (video) and taken 5 (ads, counter) before the signature", state)
	}
}

func TestShapeCoversServices(t *testing.T) {
	b, k := compile(t, perService), keys(t)
	state := k.SealState(visitor(b, plain, accept), b)
	for name, change := range map[string]func(*consent.Policy){
		"another order": func(p *consent.Policy) { p.Services[2], p.Services[3] = p.Services[3], p.Services[2] },
		"one more": func(p *consent.Policy) {
			p.Services = append(p.Services, consent.Service{ID: "x", Name: "X", Purpose: consent.Statistics})
		},
		"another purpose":       func(p *consent.Policy) { p.Services[2].Purpose = consent.Statistics },
		"no longer per service": func(p *consent.Policy) { p.PerService = false },
	} {
		if _, err := k.OpenState(state, compile(t, perService, change), noon); !errors.Is(err, consent.ErrStale) {
			t.Errorf("%s: got %v, want %v", name, err, consent.ErrStale)
		}
	}
	renamed := compile(t, perService, func(p *consent.Policy) { p.Services[2].Name = "Films" })
	if c, err := k.OpenState(state, renamed, noon); err != nil || !c.AllowsService("video") {
		t.Errorf("a service with another name: %v", err)
	}
}

// Cookies that a service declares follow the service's choice.
func TestServiceCookies(t *testing.T) {
	b := compile(t, perService)
	one := visitor(b, plain, chooseEach([]string{"video"}, consent.Marketing))
	alone := visitor(b, plain, chooseEach([]string{"ads"}))
	for _, row := range []struct {
		who    string
		c      consent.Choice
		cookie string
		want   bool
	}{
		{"one of marketing", one, "ad_1", false},
		{"one of marketing", one, "video_id", true},
		{"one of marketing", one, "counter_id", false},
		{"one of marketing", one, "counter_csrf", true}, // necessary
		{"one of marketing", one, "pay_id", true},
		{"one of marketing", one, "lang", false}, // the site's own follow their purpose
		{"a service alone", alone, "ad_1", true},
		{"a service alone", alone, "ad_choices", false}, // has a purpose of its own, too
		{"a service alone", alone, "video_id", false},
		{"everything", visitor(b, plain, accept), "ad_choices", true},
		{"preferences, not the service", visitor(b, plain, chooseEach([]string{}, consent.Preferences)), "ad_choices", false},
		{"everything, then gpc", b.Effective(visitor(b, plain, accept), gpc), "video_id", false},
		{"undecided", visitor(b, plain), "video_id", false},
	} {
		if d := b.Decide(row.c, consent.SetCookie{Name: row.cookie, Persistent: true}); d.Allow != row.want {
			t.Errorf("%s: %s: got %v (%v)", row.who, row.cookie, d.Allow, d.Reason)
		}
		if d := b.DecideRequest(row.c, row.cookie); d.Allow != row.want {
			t.Errorf("%s: request %s: got %v", row.who, row.cookie, d.Allow)
		}
		if _, expired := b.Expire(row.c, row.cookie); expired == row.want {
			t.Errorf("%s: %s: expired %v", row.who, row.cookie, expired)
		}
		same := compile(t, perService) // as after a reload: searched by name
		if d := same.Decide(row.c, consent.SetCookie{Name: row.cookie, Persistent: true}); d.Allow != row.want {
			t.Errorf("%s: %s: under another rulebook: got %v", row.who, row.cookie, d.Allow)
		}
	}
	if n := testing.AllocsPerRun(100, func() { b.DecideRequest(one, "video_id") }); n != 0 {
		t.Errorf("DecideRequest allocates %v times", n)
	}
}

// The state cookie with choices for 40 services, whatever they are, fits.
func TestServiceStateIsSmall(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.PerService, p.Services, p.Transfers = true, nil, consent.Transfers{ThirdParties: consent.No, CrossBorder: consent.No, Publication: consent.No}
		p.Revision.Number = 1<<31 - 1
		for i := range consent.MaxServices {
			p.Services = append(p.Services, consent.Service{ID: fmt.Sprintf("s-%d", i), Name: "S", Purpose: consent.Marketing})
		}
		for i := len(p.Purposes); i < consent.MaxPurposes; i++ {
			more := p.Purposes[0]
			more.ID = consent.Purpose(fmt.Sprintf("purpose-%d", i))
			p.Purposes = append(p.Purposes, more)
		}
	})
	k, late := keys(t), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	all, _ := b.Apply(accept, consent.Choice{}, late)
	last, _ := b.Apply(chooseEach([]string{"s-39"}, "purpose-29"), all, late)
	none, _ := b.Apply(reject, all, late)
	first, _ := b.Apply(chooseEach([]string{"s-0"}), all, late)
	longest := 0
	for _, c := range []consent.Choice{all, last, none, first} {
		value := k.SealState(c, b)
		longest = max(longest, len(consent.StateCookie)+1+len(value))
		got, err := k.OpenState(value, b, late.Add(time.Hour))
		if err != nil || !slices.Equal(got.Services(), c.Services()) {
			t.Errorf("%s: %v %v", value, got.Services(), err)
		}
	}
	if longest > consent.MaxState {
		t.Errorf("takes %d bytes, at most %d", longest, consent.MaxState)
	}
	t.Logf("longest state %d bytes", longest)
}

func TestServiceStateRoundTrip(t *testing.T) {
	b, k := compile(t, perService), keys(t)
	for _, c := range []consent.Choice{
		visitor(b, plain, accept), visitor(b, plain, reject), visitor(b, gpc, chooseEach([]string{"video"})),
		visitor(b, plain, accept, chooseEach([]string{"ads", "counter"}, consent.Marketing)),
	} {
		value := k.SealState(c, b)
		got, err := k.VerifyState(value, b)
		if err != nil || k.SealState(got, b) != value || !slices.Equal(got.Services(), c.Services()) {
			t.Errorf("%s: %v %v", value, got.Services(), err)
		}
		cut := strings.Split(value, ".")
		for _, forged := range []string{strings.Join(append(cut[:7:7], cut[9]), "."), strings.Join(append(cut[:8:8], cut[9]), "."), value + ".0"} {
			if _, err := k.OpenState(forged, b, noon); !errors.Is(err, consent.ErrNoConsent) {
				t.Errorf("%s opens: %v", forged, err)
			}
		}
	}
}

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

func TestServiceVariants(t *testing.T) {
	b := compile(t, perService)
	seen := map[string]string{}
	for name, c := range map[string]consent.Choice{
		"undecided": visitor(b, plain), "refused": visitor(b, plain, reject), "accepted": visitor(b, plain, accept),
		"video": visitor(b, plain, chooseEach([]string{"video"})), "marketing": visitor(b, plain, choose(consent.Marketing)),
		"marketing, no service": visitor(b, plain, chooseEach([]string{}, consent.Marketing)),
		"accepted, then gpc":    b.Effective(visitor(b, plain, accept), gpc),
	} {
		v := c.Variant()
		if seen[v] != "" || len(v) > 15 || strings.Trim(v, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%s: %q, like %q", name, v, seen[v])
		}
		seen[v] = name
	}
	presumed := compile(t, perService, model(consent.ModelOptOut))
	if got := visitor(presumed, plain).Variant(); got != "u00000e7" {
		t.Errorf("presumed: got %q", got)
	}
}

func TestTooManyServices(t *testing.T) {
	p := shop()
	perService(&p)
	for i := range consent.MaxServices {
		p.Services = append(p.Services, consent.Service{ID: fmt.Sprintf("s-%d", i), Name: "S", Purpose: consent.Marketing})
	}
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "at most 40") {
		t.Errorf("got %v", err)
	}
	p.PerService = false
	if err := p.Validate(); err != nil {
		t.Errorf("not per service: %v", err)
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
