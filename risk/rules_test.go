package risk_test

import (
	"net/netip"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
)

func TestRulesDecide(t *testing.T) {
	t.Parallel()
	rules := risk.Rules{
		Allow: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/28")},
		Off:   []risk.Code{"system_file", "secret_missing"},
		Rules: []risk.Rule{
			{Name: "tools may use the interface", Path: []string{"/api/"}, Signal: []risk.Code{"agent_tool"}, Then: risk.ActionAllow},
			{Name: "admins abroad", Country: []string{"DE", "FR"}, Path: []string{"/admin"}, Then: risk.ActionStepUp},
			{Name: "no attacks from data centres", Net: []string{"hosting"}, Score: 50, Then: risk.ActionDeny},
			{Name: "watch", Method: []string{"DELETE"}, Then: risk.ActionLog},
		},
	}
	for _, row := range []struct {
		name string
		step
		want risk.Action
		rule string
	}{
		{"nothing fits", step{}, risk.ActionAllow, ""},
		{"a tool in its place", step{agent: curl, target: "/api/a"}, risk.ActionAllow, "tools may use the interface"},
		{"a tool that attacks there", step{agent: curl, target: "/api/../../a"}, risk.ActionAllow, "tools may use the interface"},
		{"a tool elsewhere", step{agent: curl}, risk.ActionLog, ""},
		{"admin abroad", step{target: "/admin/a", place: geo.Location{Country: "DE"}}, risk.ActionStepUp, "admins abroad"},
		{"admin at home", step{target: "/admin/a", place: geo.Location{Country: "KZ"}}, risk.ActionAllow, ""},
		{"an attack from a data centre", step{target: "/x?q=<script>", place: geo.Location{Net: geo.NetHosting}}, risk.ActionDeny, "no attacks from data centres"},
		{"a reader from a data centre", step{place: geo.Location{Net: geo.NetHosting}}, risk.ActionAllow, ""},
		{"a rule never lowers", step{method: "DELETE", target: "/x?q=<script>"}, risk.ActionThrottle, "watch"},
		{"and raises", step{method: "DELETE"}, risk.ActionLog, "watch"},
		{"the first that fits decides", step{method: "DELETE", target: "/admin/a", place: geo.Location{Country: "DE"}}, risk.ActionStepUp, "admins abroad"},
		{"a signal that is off", step{target: "/etc/passwd"}, risk.ActionAllow, ""},
		{"a signal of answers that is off", step{target: "/.env", status: 404}, risk.ActionAllow, ""},
		{"a network that may do anything", step{target: "/x?q=<script>", from: bob}, risk.ActionAllow, ""},
	} {
		e := engine(t, func(o *risk.Options) { o.Rules = rules })
		if v := do(e, row.step); v.Action != row.want || v.Rule != row.rule {
			t.Errorf("%s: %v by %q (%v), want %v by %q", row.name, v.Action, v.Rule, codesOf(v), row.want, row.rule)
		}
	}
	e := engine(t)
	if err := e.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	if v := do(e, step{method: "DELETE"}); v.Rule != "watch" {
		t.Error("new rules are not in force")
	}
	if err := e.SetRules(risk.Rules{Rules: []risk.Rule{{Name: "a", Country: []string{"KZ"}, Then: risk.ActionDeny}}}); err == nil {
		t.Error("a country alone is taken for a reason")
	}
	if v := do(e, step{method: "DELETE"}); v.Rule != "watch" {
		t.Error("faulty rules took the place of good ones")
	}
}
