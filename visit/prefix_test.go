package visit_test

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

func TestS1_3_3_2_PrefixKeepsNothingOfAnAddressButItsNetwork(t *testing.T) {
	for _, test := range []struct{ addr, want string }{
		{"203.0.113.77", "203.0.0.0/16"},
		{"0.0.0.0", "0.0.0.0/16"},
		{"255.255.255.255", "255.255.0.0/16"},
		{"::ffff:198.51.100.9", "198.51.0.0/16"},
		{"2001:db8:1234:5678::9", "2001:db8::/32"},
		{"::1", "::/32"},
		{"ffff:ffff:ffff::", "ffff:ffff::/32"},
	} {
		if got := visit.PrefixOf(netip.MustParseAddr(test.addr)).String(); got != test.want {
			t.Errorf("%s: %q, want %q", test.addr, got, test.want)
		}
	}
	if got := visit.PrefixOf(netip.Addr{}); got != 0 || got.String() != "" {
		t.Errorf("no address: %d, %q", got, got)
	}
}

// request is what one address asks for with one browser.
func request(a *visit.Anonymiser, addr, method, target string, status int, at time.Time) visit.Pageview {
	return a.Page(visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr(addr), Time: at, Method: method, Target: target, UserAgent: chromeAgent}), visit.Response{Status: status})
}

func TestEveryVisitorIsAnAskerOnceADay(t *testing.T) {
	a := anonymiser(t)
	const one, two = "203.0.113.7", "203.0.113.8"
	for _, step := range []struct {
		name, addr, method, target string
		status                     int
		after                      time.Duration
		asker, visitor             bool
	}{
		{"a file comes first", one, http.MethodGet, "/a.css", 200, 0, true, false},
		{"a call of the same visitor", one, http.MethodPost, "/api", 500, time.Minute, false, false},
		{"whose first page is no first request", one, http.MethodGet, "/", 200, 2 * time.Minute, false, true},
		{"another visitor's page", two, http.MethodGet, "/", 200, 3 * time.Minute, true, true},
		{"and what follows", two, http.MethodGet, "/gone", 404, 4 * time.Minute, false, false},
		{"and another page", two, http.MethodGet, "/b", 200, 5 * time.Minute, false, false},
		{"a new day", one, http.MethodGet, "/gone", 404, 24 * time.Hour, true, false},
	} {
		got := request(a, step.addr, step.method, step.target, step.status, noon.Add(step.after))
		if got.Asker != step.asker || got.Step.NewVisitor != step.visitor {
			t.Errorf("%s: asker %v, visitor %v", step.name, got.Asker, got.Step.NewVisitor)
		}
		if got.Prefix.String() != "203.0.0.0/16" {
			t.Errorf("%s: prefix %v", step.name, got.Prefix)
		}
	}
	if got := request(a, one, http.MethodGet, "/x.css", 200, noon); got.Lot != request(a, one, http.MethodGet, "/", 200, noon).Step.Lot {
		t.Errorf("lot %d is not that of the visitor's page views", got.Lot)
	}
}

func TestBotsAreNoAskers(t *testing.T) {
	a := anonymiser(t)
	hit := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("203.0.113.7"), Time: noon, Method: "GET", Target: "/", UserAgent: "Googlebot/2.1 (+http://www.google.com/bot.html)"})
	if pv := a.Page(hit, visit.Response{Status: 200}); pv.Bot == "" || pv.Asker {
		t.Errorf("%+v", pv)
	}
}

// TestAskersAreBounded by half of the capacity, and take no room from those who view pages.
func TestAskersAreBounded(t *testing.T) {
	tr := visit.NewTracker(4, 0, nil)
	askers := 0
	for i := range 100 {
		pv := visit.Pageview{Day: 1}
		if tr.Ask(keyFor(i, 1), &pv); pv.Asker {
			askers++
		}
	}
	visitors := 0
	for i := range 100 {
		if see(tr, 1000+i, noon, "/").Step.NewVisitor {
			visitors++
		}
	}
	if askers != 2 || visitors != 4 {
		t.Errorf("%d askers, %d visitors", askers, visitors)
	}
	tr.Drop(1)
	if pv := (visit.Pageview{Day: 1}); true {
		if tr.Ask(keyFor(0, 1), &pv); !pv.Asker {
			t.Error("a day that was dropped is remembered")
		}
	}
}

// TestAFailedRequestCostsNoAllocation of a visitor who has been seen.
func TestAFailedRequestCostsNoAllocation(t *testing.T) {
	a := anonymiser(t)
	hit := visit.FromLog(visit.LogLine{Addr: netip.MustParseAddr("203.0.113.7"), Time: noon, Method: "POST", Target: "/api", UserAgent: chromeAgent})
	res := visit.Response{Status: 503}
	if n := testing.AllocsPerRun(100, func() {
		var pv visit.Pageview
		a.Read(&hit, &res, &pv)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
