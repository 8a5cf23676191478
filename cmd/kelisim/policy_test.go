package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

var updatePolicy = flag.Bool("update-policy", false, "rewrite the golden output in testdata/policy")

// policies are the good and the bad ones that package policyfile is tested with.
const policies = "../../consent/policyfile/testdata/"

func kelisim(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

func TestPolicyCommandsAreGolden(t *testing.T) {
	for _, row := range []struct {
		name string
		code int
		args []string
	}{
		{"clean", exitOK, []string{"lint", policies + "good/demo.yaml"}},
		{"clean-strict", exitOK, []string{"lint", "--strict", policies + "good/demo.yaml"}},
		{"warnings", exitOK, []string{"lint", policies + "good/minor.yaml"}},
		{"warnings-strict", exitFailed, []string{"lint", "--strict", policies + "good/minor.yaml"}},
		{"errors", exitUsage, []string{"lint", policies + "lint/mixed.yaml", policies + "good/demo.yaml", policies + "none.yaml"}},
		{"errors-strict", exitUsage, []string{"lint", "--strict", policies + "lint/unreadable.yaml"}},
		{"json", exitUsage, []string{"lint", "--json", policies + "lint/mixed.yaml", policies + "good/demo.yaml"}},
		{"since", exitUsage, []string{"lint", "--since", "testdata/policy/before.yaml", "testdata/policy/after.yaml"}},
		{"show", exitOK, []string{"show", policies + "good/minor.yaml"}},
		{"show-ru", exitOK, []string{"show", "--language", "ru", policies + "good/demo.yaml"}},
		{"show-faulty", exitUsage, []string{"show", policies + "bad/syntax.yaml"}},
		{"hash", exitOK, []string{"hash", policies + "good/demo.yaml", policies + "good/minimal.yaml"}},
	} {
		code, out, errs := kelisim(append([]string{"policy"}, row.args...)...)
		if code != row.code {
			t.Errorf("%s: exit code %d, want %d: %s", row.name, code, row.code, errs)
		}
		got, golden := out+"-- stderr --\n"+errs, filepath.Join("testdata/policy", row.name+".txt")
		if *updatePolicy {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatalf("%v (run with -update-policy)", err)
		}
		if got != string(want) {
			t.Errorf("%s:\ngot\n%swant\n%s", row.name, got, want)
		}
	}
}

// What show --json prints is what the hash is of.
func TestPolicyDocumentHasTheHash(t *testing.T) {
	_, doc, _ := kelisim("policy", "show", "--json", policies+"good/demo.yaml")
	_, hash, _ := kelisim("policy", "hash", policies+"good/demo.yaml")
	name, _, _ := strings.Cut(hash, " ")
	if _, err := consent.OpenEdition(name, []byte(strings.TrimSuffix(doc, "\n"))); err != nil || !json.Valid([]byte(doc)) {
		t.Errorf("%v: %.60s", err, doc)
	}
}

func TestPolicyNeedsAFile(t *testing.T) {
	for _, args := range [][]string{{"policy"}, {"policy", "lint"}, {"policy", "hash", "none.yaml"}, {"policy", "lint", "--since", "none.yaml", policies + "good/demo.yaml"}} {
		if code, out, errs := kelisim(args...); code != exitUsage || out != "" && len(args) > 2 || errs == "" {
			t.Errorf("%v: code %d, %q", args, code, errs)
		}
	}
}

// The demonstration's own policy has no errors, and nothing in it is a dark pattern.
func TestDemoPolicyHasNoErrors(t *testing.T) {
	code, out, errs := kelisim("policy", "lint", "demo.yaml")
	if code != exitOK {
		t.Errorf("code %d: %s%s", code, out, errs)
	}
	for _, pattern := range []string{"nagging", "bundled", "vague", "pre-granted", "tracker", "observe"} {
		if strings.Contains(out, "["+pattern+"]") {
			t.Errorf("%s in\n%s", pattern, out)
		}
	}
}
