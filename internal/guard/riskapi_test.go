package guard_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

const apiToken = "a token of at least thirty-two bytes"

func withAPI(t *testing.T) *judged {
	return judge(t, guard.RiskShadow, func(c *guard.Config) { c.Risk.API.Token = apiToken })
}

// call sends a body to the interface.
func (j *judged) call(t *testing.T, token, method, path, body string) (int, map[string]any, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, j.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	_ = json.Unmarshal(text, &answer) // a page of the site is none
	return res.StatusCode, answer, string(text)
}

// TestRiskInterfaceRefuses: whoever has no token, and whatever is no call; nothing is echoed.
func TestRiskInterfaceRefuses(t *testing.T) {
	t.Parallel()
	j := withAPI(t)
	good := "Bearer " + apiToken
	event := `{"kind":"login_failed","account":"aigerim","address":"192.0.2.7"}`
	for _, tt := range []struct {
		name, token, method, path, body string
		want                            int
	}{
		{"no token", "", "POST", "/kelisim/risk/events", event, 401},
		{"another token", "Bearer " + strings.Repeat("x", 40), "POST", "/kelisim/risk/events", event, 401},
		{"half the token", good[:20], "POST", "/kelisim/risk/events", event, 401},
		{"more than the token", good + "x", "POST", "/kelisim/risk/events", event, 401},
		{"another scheme", "Basic " + apiToken, "POST", "/kelisim/risk/events", event, 401},
		{"another call", good, "POST", "/kelisim/risk/nothing", event, 404},
		{"another method", good, "GET", "/kelisim/risk/events", "", 405},
		{"no JSON", good, "POST", "/kelisim/risk/events", "aigerim", 400},
		{"two objects", good, "POST", "/kelisim/risk/events", event + event, 400},
		{"an unknown field", good, "POST", "/kelisim/risk/events", `{"kind":"login_ok","account":"aigerim","password":"aigerim"}`, 400},
		{"an unknown kind", good, "POST", "/kelisim/risk/events", `{"kind":"aigerim","account":"aigerim"}`, 400},
		{"no account", good, "POST", "/kelisim/risk/events", `{"kind":"login_ok"}`, 422},
		{"of long ago", good, "POST", "/kelisim/risk/events", `{"kind":"login_ok","account":"aigerim","time":"2001-01-01T00:00:00Z"}`, 422},
		{"too large", good, "POST", "/kelisim/risk/events", `{"account":"` + strings.Repeat("aigerim", 1000) + `"}`, 413},
		{"nobody to evaluate", good, "POST", "/kelisim/risk/evaluate", `{}`, 422},
		{"nothing to explain", good, "POST", "/kelisim/risk/explain", `{"id":"aigerim"}`, 404},
		{"no truth", good, "POST", "/kelisim/risk/labels", `{"id":"aigerim"}`, 422},
		{"nobody to forget", good, "POST", "/kelisim/risk/forget", `{}`, 422},
	} {
		status, _, text := j.call(t, tt.token, tt.method, tt.path, tt.body)
		if status != tt.want || strings.Contains(text, "aigerim") || strings.Contains(text, "192.0.2") {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	if len(j.seen) > 0 {
		t.Error("the site saw a call")
	}
	j.settle(t)
}

// settle: calls of the interface are neither gated nor counted.
func (j *judged) settle(t *testing.T) {
	t.Helper()
	if f := j.guard.State().Figures; f.Accepted != 0 {
		t.Errorf("%d calls were counted", f.Accepted)
	}
}

// TestRiskInterface: an event is judged, explained, labelled; an account is forgotten.
func TestRiskInterface(t *testing.T) {
	t.Parallel()
	j := withAPI(t)
	call := func(what, body string) map[string]any {
		status, answer, text := j.call(t, "Bearer "+apiToken, "POST", "/kelisim/risk/"+what, body)
		if status != 200 {
			t.Fatalf("%s: %d %s", what, status, text)
		}
		return answer
	}
	call("events", `{"kind":"login_ok","account":"aigerim","agent":"`+windowsAgent+`"}`)
	var last map[string]any
	for range 6 {
		last = call("events", `{"kind":"login_failed","account":"aigerim","address":"192.0.2.7"}`)
	}
	if last["action"] != "throttle" || last["kind"] != "login_failed" || last["id"] == "" {
		t.Fatalf("six failures: %v", last)
	}
	if seen := call("evaluate", `{"address":"192.0.2.7"}`); seen["action"] != "throttle" {
		t.Errorf("evaluate: %v", seen)
	}
	if seen := call("evaluate", `{"address":"192.0.2.8"}`); seen["action"] != "allow" {
		t.Errorf("evaluate somebody else: %v", seen)
	}
	id, _ := last["id"].(string)
	told := call("explain", `{"id":"`+id+`"}`)
	reasons, _ := told["reasons"].([]any)
	if len(reasons) == 0 || reasons[0].(map[string]any)["means"] == "" || reasons[0].(map[string]any)["clause"] != "S3-6.3" {
		t.Errorf("explain: %v", told)
	}
	call("labels", `{"id":"`+id+`","truth":"genuine"}`)
	if l := j.guard.RiskEngine().Figures().Labels["account_failures"]; l.Genuine != 1 {
		t.Errorf("labels: %+v", l)
	}
	call("withdraw", `{"account":"aigerim"}`)
	call("forget", `{"account":"aigerim"}`)
	if status, _, _ := j.call(t, "Bearer "+apiToken, "POST", "/kelisim/risk/explain", `{"id":"`+id+`"}`); status != 404 {
		t.Errorf("explained after it was forgotten: %d", status)
	}
}

const windowsAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"

// TestRiskInterfaceIsBounded: so many calls in a second, and the rest later.
func TestRiskInterfaceIsBounded(t *testing.T) {
	t.Parallel()
	j := withAPI(t)
	refused := 0
	for range 2100 {
		if status, _, _ := j.call(t, "Bearer "+apiToken, "POST", "/kelisim/risk/evaluate", `{"address":"192.0.2.7"}`); status == 429 {
			refused++
		}
	}
	if refused < 50 || refused > 150 {
		t.Errorf("%d of 2100 refused", refused)
	}
	strange := 0
	for range 100 {
		if status, _, _ := j.call(t, "Bearer nothing", "POST", "/kelisim/risk/evaluate", `{}`); status == 429 {
			strange++
		}
	}
	if strange != 40 {
		t.Errorf("%d of 100 calls without the token refused at once, want all but 60", strange)
	}
}

// TestNoTokenNoInterface: the path is the site's; a token that can be guessed is refused, and so is a report where nothing is judged.
func TestNoTokenNoInterface(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskShadow, nil)
	if status, _, text := j.call(t, "Bearer ", "POST", "/kelisim/risk/events", "{}"); status != 200 || !strings.Contains(text, "<p>page</p>") {
		t.Errorf("%d %s", status, text)
	}
	off := judge(t, guard.RiskOff, nil)
	if _, err := off.guard.Report(t.Context(), risk.Event{Kind: risk.LoginOK, Account: "a"}); !errors.Is(err, guard.ErrRiskOff) {
		t.Errorf("report: %v", err)
	}
	for want, r := range map[string]guard.Risk{
		"Token":   {API: guard.RiskAPI{Token: "short"}},
		"Path":    {API: guard.RiskAPI{Token: apiToken, Path: "risk/"}},
		"Purpose": {Purpose: "nothing"},
	} {
		r.Use = guard.RiskShadow
		c := guard.Config{Store: j.store, Policy: policy(t), Secret: secret, Trust: visit.TrustDirect, Dir: t.TempDir(), Risk: r}
		if _, err := guard.New(c); err == nil || !strings.Contains(err.Error(), "Risk.") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "short") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
