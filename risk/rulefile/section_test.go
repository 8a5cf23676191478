package rulefile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/risk/rulefile"
)

// indented is a file of rules as a section of a policy file.
func indented(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return "site: {name: shop}\nrisk:\n  " + strings.ReplaceAll(string(text), "\n", "\n  ") + "\n"
}

// TestASectionIsTheSameAsAFile: the same rules, and the same findings two lines further down.
func TestASectionIsTheSameAsAFile(t *testing.T) {
	t.Parallel()
	own, err := rulefile.Load(filepath.Join("testdata", "good", "example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rules, found, err := rulefile.ParseSection([]byte(indented(t, "good/example.yaml")))
	if err != nil || !found || !reflect.DeepEqual(rules, own) {
		t.Errorf("%v, %v\n got %+v\nwant %+v", found, err, rules, own)
	}
	bad, err := rulefile.LintFile(filepath.Join("testdata", "bad", "all.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, found, findings := rulefile.LintSection([]byte(indented(t, "bad/all.yaml")))
	if !found || len(findings) != len(bad) {
		t.Fatalf("%v: %d findings, %d in a file of their own", found, len(findings), len(bad))
	}
	for i, f := range findings {
		if f.Line != bad[i].Line+2 || f.Field != "risk."+bad[i].Field || f.Text != bad[i].Text || f.Warning != bad[i].Warning {
			t.Errorf("%v, in a file of its own %v", f, bad[i])
		}
	}
}

func TestAPolicyFileWithoutRules(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "site: {name: shop}\n", "rules: [{name: a, then: deny}]\n"} {
		if rules, found, err := rulefile.ParseSection([]byte(text)); found || err != nil || len(rules.Rules) > 0 {
			t.Errorf("%q: %v %v", text, found, err)
		}
	}
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte("risk: {rules: [{name: a, country: [KZ], then: deny}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, found, err := rulefile.LoadSection(path)
	var faults *rulefile.Error
	if !found || !errors.As(err, &faults) || !strings.HasPrefix(err.Error(), path+": line 1: risk.rules[0].then: ") {
		t.Errorf("%v, %v", found, err)
	}
}
