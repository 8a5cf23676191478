package risk_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// shared is a file of the larger data; "" where there is none.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(cmp.Or(os.Getenv("KELISIM_TESTDATA"), filepath.Join("..", "..", "shared", "data")), filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// headerSet is one line of a file of requests.
type headerSet struct {
	Kind    string      `json:"kind"`
	Browser string      `json:"browser"`
	Request string      `json:"request"`
	Headers [][2]string `json:"headers"`
}

func headerSets(t *testing.T, path string) (all []headerSet) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for s := bufio.NewScanner(file); s.Scan(); {
		var h headerSet
		if err := json.Unmarshal(s.Bytes(), &h); err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// judge is the verdict on a request with these headers, to a fresh engine.
func (h *headerSet) judge(t *testing.T, secure bool) risk.Verdict {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if strings.HasPrefix(h.Request, "POST") {
		r.Method = http.MethodPost
	}
	r.Header = http.Header{}
	for _, pair := range h.Headers {
		r.Header.Add(pair[0], pair[1])
	}
	hit := visit.Capture(r, visit.TrustDirect, noon)
	var q risk.Request
	q.Capture(r, &hit, &geo.Location{}, secure)
	return engine(t).Assess(&q)
}

// names a browser, and is none.
func (h *headerSet) fakes() bool {
	for _, pair := range h.Headers {
		if strings.EqualFold(pair[0], "User-Agent") {
			return strings.HasPrefix(pair[1], "Mozilla/5.0 (")
		}
	}
	return false
}

func marked(v risk.Verdict) bool { return has(v, "headers") || has(v, "headers_many") }

func TestHeadersThatContradictTheBrowser(t *testing.T) {
	t.Parallel()
	for _, h := range headerSets(t, filepath.Join("testdata", "headers.jsonl")) {
		v := h.judge(t, true)
		switch h.Kind {
		case "browser":
			if v.Action >= risk.ActionThrottle || marked(v) {
				t.Errorf("%s: a browser is stopped: %v", h.Request, codesOf(v))
			}
		case "tool":
			if !marked(v) || v.Action < risk.ActionThrottle || v.Bot < 50 {
				t.Errorf("%s: not marked: %v, bot %d", h.Request, codesOf(v), v.Bot)
			}
		default:
			if marked(v) {
				t.Errorf("%s: says what it is, and is marked", h.Request)
			}
		}
	}
}

// TestPlainHTTPIsNoContradiction: over plain HTTP browsers send neither Fetch Metadata nor hints.
func TestPlainHTTPIsNoContradiction(t *testing.T) {
	t.Parallel()
	h := headerSet{Headers: [][2]string{{"User-Agent", chrome}, {"Accept", "*/*"}, {"Accept-Language", "kk"}, {"Accept-Encoding", "gzip, deflate"}}}
	if v := h.judge(t, false); marked(v) {
		t.Errorf("over plain HTTP: %v", codesOf(v))
	}
	if v := h.judge(t, true); !marked(v) {
		t.Error("over TLS it is a contradiction")
	}
}

// TestRealBrowsersPass: at most 0.25 % of the header sets of browsers reach throttle; every tool that names a browser is marked.
func TestRealBrowsersPass(t *testing.T) {
	t.Parallel()
	browsers, tools := shared(t, "ua/browser-headers.jsonl"), shared(t, "ua/client-headers.jsonl")
	if browsers == "" || tools == "" {
		return // covered by testdata/headers.jsonl
	}
	stopped, all := 0, headerSets(t, browsers)
	for i := range all {
		if v := all[i].judge(t, true); v.Action >= risk.ActionThrottle {
			stopped++
			t.Logf("%s: %v", all[i].Browser, codesOf(v))
		}
	}
	t.Logf("%d of %d browsers reach throttle (%.2f %%)", stopped, len(all), 100*float64(stopped)/float64(len(all)))
	if 400*stopped > len(all) {
		t.Error("more than 0.25 %")
	}
	for _, h := range headerSets(t, tools) {
		if v := h.judge(t, false); marked(v) != h.fakes() {
			t.Errorf("%s: %v", h.Request, codesOf(v))
		}
	}
}

// TestARealLogIsLeftAlone: of the addresses of a real log, declared bots aside, at most 0.2 % would be challenged, each with its reasons.
func TestARealLogIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := shared(t, "apache_logs")
	if path == "" {
		return // covered by the benign logs of package middleware
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	e, agents := engine(t, func(o *risk.Options) { o.Capacity = 1 << 14 }), visit.NewAgents(0)
	worst, bots := map[string]risk.Verdict{}, map[string]bool{}
	var p accesslog.Parser
	for s := bufio.NewScanner(file); s.Scan(); {
		l, err := p.Parse(s.Text())
		if err != nil {
			continue
		}
		addr := l.Addr.String()
		if name := agents.Parse(l.UserAgent, nil).Bot; name != "" && l.UserAgent != "" {
			bots[addr] = true
		}
		q := risk.FromLog(l, geo.Location{})
		v := e.Assess(&q)
		if after, changed := e.Observe(&q, l.Status); changed && after.Action > v.Action {
			v = after
		}
		if have, known := worst[addr]; !known || v.Action > have.Action {
			worst[addr] = v
		}
	}
	people, challenged, throttled := 0, 0, 0
	for addr, v := range worst {
		if bots[addr] {
			continue
		}
		people++
		if v.Action == risk.ActionThrottle {
			throttled++
		}
		if v.Action >= risk.ActionChallenge {
			challenged++
			t.Logf("%v: %v", v.Action, codesOf(v))
			if len(v.Reasons) < 2 {
				t.Errorf("an address is challenged for %v alone", codesOf(v))
			}
		}
	}
	t.Logf("%d addresses, %d declare a bot; of the other %d, %d are throttled, %d challenged or more (%.2f %%)", len(worst), len(bots), people, throttled, challenged, 100*float64(challenged)/float64(people))
	if 500*challenged > people {
		t.Error("more than 0.2 %")
	}
}
