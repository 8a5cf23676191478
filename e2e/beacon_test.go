package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"
)

var metricsAt = regexp.MustCompile(`Metrics +(\S+/metrics)`)

// metric reads one value of the program's metrics.
func (p *program) metric(t *testing.T, name string) (value int64, seen string) {
	t.Helper()
	at := metricsAt.FindStringSubmatch(p.output.String())
	if at == nil {
		return -1, p.output.String()
	}
	answer, err := http.Get(at[1])
	if err != nil {
		return -1, err.Error()
	}
	defer closing(t, answer.Body)
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return -1, err.Error()
	}
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (-?\d+)$`).FindSubmatch(text)
	if found == nil {
		return -1, string(text)
	}
	value, _ = strconv.ParseInt(string(found[1]), 10, 64)
	return value, fmt.Sprintf("%s = %d", name, value)
}

// wantMetric waits until a metric has a value.
func (p *program) wantMetric(t *testing.T, name string, want int64) {
	t.Helper()
	poll(t, fmt.Sprintf("%s is %d", name, want), func() (bool, any) {
		got, seen := p.metric(t, name)
		return got == want, seen
	})
}

// atRest waits until all that was counted is in the store. What is on its way there is in no number of the dashboard.
func (p *program) atRest(t *testing.T) {
	t.Helper()
	p.wantMetric(t, "kelisim_hits_waiting", 0)
	p.wantMetric(t, "kelisim_hits_spooled", 0)
}

const (
	told     = `kelisim_beacon_deliveries_total{fate="signed"}`
	apart    = `kelisim_beacon_deliveries_total{fate="open"}`
	faulty   = `kelisim_beacon_deliveries_total{fate="faulty"}`
	accepted = `kelisim_hits_accepted_total`
)

// Pages tell of themselves as they are left, and a document that changes is a page view of its own.
func TestPagesTellOfThemselves(t *testing.T) {
	p := start(t, "--metrics", "127.0.0.1:0", "--routes", "/articles/virtual")
	v := visit(t, p.site, options{})
	v.open("/articles/wild")
	v.shown(panel)
	if got := ask[string](v, `typeof kelisim.track`); got != "function" {
		t.Fatalf("kelisim.track is %s", got)
	}
	ask[bool](v, `kelisim.track("signup", { plan: "free" }), scrollTo(0, 1e6), true`)
	ask[bool](v, `history.pushState({}, "", "/articles/virtual"), true`)
	p.wantMetric(t, told, 1)
	v.await(`document.querySelector("script[data-k]").dataset.k.length > 20`)
	v.open("/")
	p.wantMetric(t, told, 2)
	v.open("/articles")
	p.wantMetric(t, told, 3)
	for _, name := range []string{apart, faulty, "kelisim_hits_missing"} {
		p.wantMetric(t, name, 0)
	}
	a := p.admin(t)
	_ = a
	b := visit(t, p.site, options{})
	b.open("/admin/login")
	b.fill("input[name=name]", adminName)
	b.fill("input[name=password]", adminPassword)
	b.submit(".gate form button", "/admin/")
	b.open("/admin/?range=today")
	b.await(`document.querySelector("#pages")?.innerText.includes("/articles/virtual")`)
	v.wantQuiet()

	before, _ := p.metric(t, accepted)
	b.open("/articles/wild") // one's own visit, while signed in
	p.wantMetric(t, "kelisim_hits_own_total", 1)
	if after, _ := p.metric(t, accepted); after != before {
		t.Errorf("%d hits were accepted before one's own visit, %d after it", before, after)
	}
}

// Whoever refuses is told nothing of: the next pages have no script, and the one that was open tells nothing more.
func TestS4_4_5_WhoRefusesTellsNothing(t *testing.T) {
	p := start(t, "--metrics", "127.0.0.1:0", "--routes", "/articles/virtual")
	v := visit(t, p.site, options{})
	v.open("/articles/wild")
	v.shown(panel)
	v.click(reject)
	v.hidden(panel)
	v.open("/articles")
	if n := ask[int](v, `document.querySelectorAll("script[data-k]").length`); n != 0 {
		t.Errorf("the page after a refusal has the script")
	}
	v.open("/")
	for _, name := range []string{told, apart} {
		p.wantMetric(t, name, 0)
	}
	g := visit(t, p.site, options{gpc: true})
	g.open("/articles/wild")
	if n := ask[int](g, `document.querySelectorAll("script[data-k]").length`); n != 0 {
		t.Errorf("the page of a browser with Global Privacy Control has the script")
	}
}
