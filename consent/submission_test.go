package consent_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

var someHash = strings.Repeat("0123456789abcdef", 4)

func TestParseSubmission(t *testing.T) {
	b := compile(t)
	for _, row := range []struct {
		form     string
		want     consent.Action // "" for an error
		purposes []consent.Purpose
	}{
		{"action=accept", consent.Accept, nil},
		{"action=reject", consent.Reject, nil},
		{"action=choose", consent.Choose, nil},
		{"action=choose&purpose=statistics", consent.Choose, []consent.Purpose{consent.Statistics}},
		{"action=choose&purpose=statistics&purpose=marketing&purpose=statistics&purpose=necessary", consent.Choose, []consent.Purpose{consent.Statistics, consent.Marketing}},
		{"action=withdraw", consent.Withdraw, nil},
		{"action=withdraw&purpose=marketing", consent.Withdraw, []consent.Purpose{consent.Marketing}},
		{"", "", nil},
		{"action=", "", nil},
		{"action=ACCEPT", "", nil},
		{"action=delete", "", nil},
		{"action=choose&purpose=telepathy", "", nil},
		{"action=accept&method=telepathy", "", nil},
		{"action=accept&language=../kk", "", nil},
		{"action=accept&banner=xyz", "", nil},
		{"action=accept&variant=A B", "", nil},
		{"action=accept&revision=two", "", nil},
		{"action=accept&revision=-1", "", nil},
		{"action=accept&revision=99", "", nil},
		{"action=accept&revision=1", "", nil}, // asked under a policy that has changed materially
		{"action=accept&revision=2", consent.Accept, nil},
		{"action=choose&revision=1", consent.Choose, nil}, // grants nothing: a refusal
		{"action=choose&purpose=statistics&revision=1", "", nil},
		{"action=reject&purpose=telepathy&method=x&language=../&banner=q&variant=A B&revision=1", consent.Reject, nil},
		{"action=withdraw&purpose=telepathy&revision=-7", consent.Withdraw, nil},
		{"action=accept&note=" + strings.Repeat("x", consent.MaxSubmission), "", nil},
		{"action=reject&note=" + strings.Repeat("x", consent.MaxSubmission), "", nil},
	} {
		form, err := url.ParseQuery(row.form)
		if err != nil {
			t.Fatal(err)
		}
		s, err := consent.ParseSubmission(form, b)
		if (err != nil) != (row.want == "") || err != nil && !errors.Is(err, consent.ErrSubmission) {
			t.Errorf("%.60s: got %v", row.form, err)
		}
		if s.Action != row.want || !slices.Equal(s.Purposes, row.purposes) {
			t.Errorf("%.60s: got %q %v", row.form, s.Action, s.Purposes)
		}
	}
}

func TestParseSubmissionFields(t *testing.T) {
	b := compile(t)
	form := url.Values{
		"action": {"choose"}, "purpose": {"statistics"}, "method": {"centre"}, "language": {"kk"}, "banner": {someHash},
		"variant": {"b"}, "revision": {"2"}, "receipt": {"1"}, "return": {"/page?x=1"},
	}
	want := consent.Submission{
		Action: consent.Choose, Purposes: []consent.Purpose{consent.Statistics}, Method: consent.MethodCentre, Language: "kk",
		Banner: someHash, Variant: "b", Receipt: true, Return: "/page?x=1",
	}
	got, err := consent.ParseSubmission(form, b)
	checkSubmission(t, "form", got, want, err)

	body := `{"action":"choose","purposes":["statistics"],"method":"centre","language":"kk","banner":"` + someHash +
		`","variant":"b","revision":2,"receipt":true,"return":"/page?x=1"}`
	got, err = consent.ParseSubmissionJSON([]byte(body), b)
	checkSubmission(t, "json", got, want, err)
}

func checkSubmission(t *testing.T, name string, got, want consent.Submission, err error) {
	t.Helper()
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if err != nil || string(a) != string(b) {
		t.Errorf("%s:\ngot  %s, %v\nwant %s", name, a, err, b)
	}
}

func TestParseSubmissionJSONIsStrict(t *testing.T) {
	b := compile(t)
	for _, row := range []struct {
		body string
		ok   bool
	}{
		{`{"action":"accept"}`, true},
		{` {"action":"accept"} `, true},
		{``, false},
		{`null`, false},
		{`[]`, false},
		{`"accept"`, false},
		{`{"action":"accept"}{"action":"accept"}`, false},
		{`{"action":"accept"} x`, false},
		{`{"action":"accept","admin":true}`, false},
		{`{"action":["accept"]}`, false},
		{`{"action":"accept","note":"` + strings.Repeat("x", consent.MaxSubmission) + `"}`, false},
	} {
		s, err := consent.ParseSubmissionJSON([]byte(row.body), b)
		if (err == nil) != row.ok || err != nil && !errors.Is(err, consent.ErrSubmission) {
			t.Errorf("%.60s: got %v", row.body, err)
		}
		if row.ok && s.Method != consent.MethodAPI {
			t.Errorf("%.60s: method %q, want api", row.body, s.Method)
		}
	}
}

func TestStaleGrantIsTold(t *testing.T) {
	_, err := consent.ParseSubmission(url.Values{"action": {"accept"}, "revision": {"1"}}, compile(t))
	if !errors.Is(err, consent.ErrStale) {
		t.Errorf("got %v, want %v", err, consent.ErrStale)
	}
}

// Where a browser could be led elsewhere, it is led nowhere.
func TestReturnStaysOnTheSite(t *testing.T) {
	for _, row := range []struct{ path, want string }{
		{"/", "/"}, {"/a/b?c=d#e", "/a/b?c=d#e"}, {"", ""}, {"a", ""}, {"//evil.example", ""}, {"/\\evil.example", ""},
		{"https://evil.example/", ""}, {"/\t/evil.example", ""}, {"/a\r\nSet-Cookie: x=y", ""}, {"/a b", ""}, {"/ә", ""},
		{"javascript:alert(1)", ""}, {"/" + strings.Repeat("a", 1100), ""},
	} {
		s, err := consent.ParseSubmission(url.Values{"action": {"accept"}, "return": {row.path}}, compile(t))
		if err != nil || s.Return != row.want {
			t.Errorf("%.40q: got %q, %v", row.path, s.Return, err)
		}
	}
}

func TestErrorsDoNotEchoAtLength(t *testing.T) {
	_, err := consent.ParseSubmission(url.Values{"action": {strings.Repeat("<b>", 500)}}, compile(t))
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("got %v", err)
	}
}

func TestRefusal(t *testing.T) {
	for _, row := range []struct {
		s    consent.Submission
		want bool
	}{
		{accept, false}, {reject, true}, {withdraw, true}, {choose(), true}, {choose(consent.Statistics), false}, {takeBack(consent.Statistics), true},
	} {
		if got := row.s.Refusal(); got != row.want {
			t.Errorf("%s %v: got %v", row.s.Action, row.s.Purposes, got)
		}
	}
}

func FuzzParseSubmission(f *testing.F) {
	f.Add("action=accept", `{"action":"accept"}`)
	f.Add("action=choose&purpose=statistics&revision=2&return=%2Fa", `{"action":"choose","purposes":["statistics"],"revision":2}`)
	f.Add("action=reject&purpose=x&method=y&language=%ff", `{"action":"withdraw","purposes":[null]}`)
	f.Add("action=withdraw&return=//a", `{"action":"reject","revision":1e3}`)
	b := compile(f)
	f.Fuzz(func(t *testing.T, query, body string) {
		form, _ := url.ParseQuery(query)
		s, err := consent.ParseSubmission(form, b)
		checkParsed(t, b, s, err)
		s, err = consent.ParseSubmissionJSON([]byte(body), b)
		checkParsed(t, b, s, err)
	})
}

func checkParsed(t *testing.T, b *consent.Rulebook, s consent.Submission, err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, consent.ErrSubmission) {
			t.Fatalf("%v is no ErrSubmission", err)
		}
		return
	}
	if s.Return != "" && (s.Return[0] != '/' || strings.HasPrefix(s.Return, "//")) {
		t.Fatalf("leads to %q", s.Return)
	}
	c, r := b.Apply(s, consent.Choice{}, noon)
	if s.Refusal() && c.Allows(consent.Marketing) {
		t.Fatalf("the refusal %+v grants", s)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Granted() {
		if p != consent.Necessary && s.Action == consent.Choose && !slices.Contains(s.Purposes, p) {
			t.Fatalf("%+v grants %s", s, p)
		}
	}
}
