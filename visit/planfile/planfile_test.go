package planfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit/planfile"
)

const shop = `
goals:
  - name: order
    page: /order/*/done
  - name: played
    event: play
funnels:
  - name: shop
    steps:
      - page: /shop/**
      - event: pay
`

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "goals.yaml")
	if err := os.WriteFile(path, []byte(shop), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, err := planfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if g := plan.Goals(); len(g) != 2 || g[0].Page != "/order/*/done" || g[1].Event != "play" {
		t.Errorf("goals %+v", g)
	}
	if f := plan.Funnels(); len(f) != 1 || f[0].Name != "shop" || len(f[0].Steps) != 2 || f[0].Steps[1].Event != "pay" {
		t.Errorf("funnels %+v", f)
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an unknown key": {"goals:\n  - name: a\n    pages: /", "pages"},
		"no aim":         {"goals:\n  - name: a", "goal a"},
		"a short funnel": {"funnels:\n  - name: f\n    steps:\n      - page: /", "1 steps"},
		"no YAML":        {"goals: [", "line 1"},
	} {
		if _, err := planfile.Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a word of %q", name, err, c.want)
		}
	}
	if _, err := planfile.Load(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !strings.Contains(err.Error(), "planfile: ") {
		t.Errorf("no file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(shop))
	f.Add([]byte("goals:\n  - page: \"/[\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		if plan, err := planfile.Parse(data); (plan == nil) != (err != nil) {
			t.Errorf("plan %v, error %v", plan, err)
		}
	})
}
