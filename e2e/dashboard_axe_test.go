package e2e_test

import (
	"os"
	"testing"
)

// TestNoBarriersInDashboard: every page of the dashboard, light and dark, wide and on a phone.
func TestNoBarriersInDashboard(t *testing.T) {
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t)
	p.admin(t)
	(&traffic{p: p}).view(t, 12)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1280} {
			v := visit(t, p.site, options{language: "kk"})
			v.look(width, 900, scheme)
			v.open("/admin/login")
			v.signIn()
			for _, path := range []string{"/admin/?range=today", "/admin/?range=today&on=page:/", "/admin/realtime", "/admin/returning", "/admin/technical?range=today", "/admin/list/page?range=today", "/admin/settings"} {
				v.open(path)
				v.await(`document.readyState === "complete"`)
				v.audit(string(source), scheme+" "+path, `document`)
			}
		}
	}
}
