package rulefile_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/risk/rulefile"
)

var update = flag.Bool("update", false, "write golden files")

func TestLoad(t *testing.T) {
	t.Parallel()
	rules, err := rulefile.Load(filepath.Join("testdata", "good", "example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rules.Allow) != 2 || len(rules.Rules) != 3 || rules.Rules[2].Then != risk.ActionDeny || rules.Rules[1].Country[0] != "KZ" {
		t.Errorf("rules %+v", rules)
	}
	if l := rules.Limits[0]; l.Limit != 20 || l.Window != 10*time.Minute || l.Away != risk.AwayClosed || l.Then != risk.ActionChallenge {
		t.Errorf("limit %+v", l)
	}
	if findings, err := rulefile.LintFile(filepath.Join("testdata", "good", "example.yaml")); err != nil || len(findings) != 0 {
		t.Errorf("findings %v, %v", findings, err)
	}
}

// TestLintTellsEverythingAtOnce compares with a golden file, line by line.
func TestLintTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	findings, err := rulefile.LintFile(filepath.Join("testdata", "bad", "all.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range findings {
		got.WriteString(f.String() + "\n")
	}
	golden := filepath.Join("testdata", "bad", "all.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got.String() != string(want) {
		t.Errorf("%v\n got:\n%s\nwant:\n%s", err, got.String(), want)
	}
}

func TestCountryAloneIsNoReason(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		ok   bool
	}{
		{"rules: [{name: a, country: [KZ], then: deny}]", false},
		{"rules: [{name: a, country: [KZ], then: throttle}]", false},
		{"rules: [{name: a, net: [tor], then: challenge}]", false},
		{"rules: [{name: a, country: [KZ], path: [/], then: deny}]", false},
		{"rules: [{name: a, country: [KZ], then: step_up}]", false},
		{"rules: [{name: a, country: [KZ], path: [/admin], then: step_up}]", true},
		{"rules: [{name: a, country: [KZ], then: log}]", true},
		{"rules: [{name: a, country: [KZ], signal: [traversal], then: deny}]", true},
		{"rules: [{name: a, country: [KZ], score: 50, then: deny}]", true},
	} {
		_, err := rulefile.Parse([]byte(row.text))
		if (err == nil) != row.ok {
			t.Errorf("%s: %v", row.text, err)
		}
		var faults *rulefile.Error
		if err != nil && (!errors.As(err, &faults) || faults.Findings[0].Line != 1) {
			t.Errorf("%s: no line in %v", row.text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"good/example.yaml", "bad/all.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := rulefile.Parse(data)
		if err == nil && rules.Validate() != nil {
			t.Errorf("accepted %+v", rules)
		}
	})
}
