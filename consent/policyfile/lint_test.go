package policyfile_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
)

func lintFile(t testing.TB, path string) *policyfile.Report {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return policyfile.Lint(path, data)
}

// Everything that is wrong and everything that is dubious is told at once, apart from each other.
func TestLintIsGolden(t *testing.T) {
	for _, path := range append(files(t, "testdata/lint/*.yaml"), files(t, "testdata/good/*.yaml")...) {
		golden := filepath.Join("testdata/lint", strings.TrimSuffix(filepath.Base(path), ".yaml")+".txt")
		got := lintFile(t, path).String()
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatalf("%v (run with -update)", err)
		}
		if got != string(want) {
			t.Errorf("%s:\ngot\n%swant\n%s", path, got, want)
		}
	}
}

func TestDemoPolicyIsClean(t *testing.T) {
	if r := lintFile(t, "testdata/good/demo.yaml"); len(r.Errors)+len(r.Warnings) > 0 {
		t.Errorf("got\n%s", r)
	}
}

// Lint finds the errors that Load finds: a policy that lints without errors loads.
func TestLintAgreesWithLoad(t *testing.T) {
	for _, pattern := range []string{"testdata/*/*.yaml"} {
		for _, path := range files(t, pattern) {
			_, err := policyfile.Load(path)
			if r := lintFile(t, path); (err == nil) != (len(r.Errors) == 0) {
				t.Errorf("%s: Load says %v, Lint\n%s", path, err, r)
			}
		}
	}
}

func TestReportIsJSON(t *testing.T) {
	got, err := json.Marshal(policyfile.Lint("p.yaml", []byte("site: {name: x, button: y}\n")))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"file":"p.yaml","errors":[{"line":1,"field":"site.button","code":"invalid","text":"cannot be given: accepting and refusing have`
	if !strings.Contains(string(got), `{"line":1,"field":"site.button","code":"invalid","text":"cannot be given: accepting and refusing have`) ||
		!strings.HasPrefix(string(got), want[:26]) || strings.Contains(string(got), "null") {
		t.Errorf("got %s", got)
	}
}

// change writes a policy made of the demonstration's by replacing one text by another, again and again.
func change(t testing.TB, replace ...string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/good/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the demonstration's policy has no %q", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whatever becomes of the file, there is a policy to go on with.
func TestReloadKeepsTheLastGoodPolicy(t *testing.T) {
	p, err := policyfile.Load("testdata/good/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	current, err := consent.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	const minor = "number: 2\n  date: 2026-12-01\n  change: minor\n  since: 1\n  text: { kk: Өзгеріс., ru: Изменение., en: A change. }"
	const head = "number: 1\n  date: 2026-11-23\n  change: material"
	for _, row := range []struct {
		name, path string
		fresh      bool
		fault      string // part of the error, "" for none
	}{
		{"the same", change(t), false, ""},
		{"a comment", change(t, "model: opt-in", "model: opt-in # as before"), false, ""},
		{"a word", change(t, "Настройки", "Предпочтения"), true, ""},
		{"a minor revision", change(t, head, minor), true, ""},
		{"a material revision", change(t, head, "number: 2\n  date: 2026-12-01\n  change: material", "2 years", "3 years"), true, ""},
		{"no file", filepath.Join(t.TempDir(), "none.yaml"), false, "none.yaml"},
		{"no YAML", change(t, "site:", "site: ["), false, "YAML"},
		{"a wrong value", change(t, "model: opt-in", "model: silence"), false, "line 27: model: \"silence\""},
		{"more data, unannounced", change(t, "purposes: [statistics]\n    source: automatic", "purposes: [statistics, marketing]\n    source: automatic"), false, "asked again"},
		{"a minor revision that keeps data longer", change(t, head, minor, "2 years", "3 years"), false, "retention: is longer than 2 years"},
	} {
		next, err := policyfile.Reload(row.path, current)
		if next == nil || (next != current) != row.fresh {
			t.Errorf("%s: another policy in force: %v", row.name, next != current)
		}
		if (err == nil) != (row.fault == "") || err != nil && !strings.Contains(err.Error(), row.fault) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.fault)
		}
	}
	if _, err := policyfile.Reload("testdata/none.yaml", current); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
}

func TestLintAgainstAnEarlierPolicy(t *testing.T) {
	p, err := policyfile.Load("testdata/good/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	old, err := consent.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	r := policyfile.LintFile(change(t, "2 years", "3 years"))
	if r.Follow(old); len(r.Errors) != 1 || r.Errors[0].Line == 0 || r.Errors[0].Field != "data[1].retention" {
		t.Errorf("data kept longer:\n%s", r)
	}
	r = policyfile.LintFile("testdata/good/demo.yaml")
	if r.Follow(old); len(r.Errors) > 0 {
		t.Errorf("the same:\n%s", r)
	}
	for _, path := range []string{"testdata/lint/unreadable.yaml", "testdata/none.yaml"} {
		r = policyfile.LintFile(path)
		if r.Follow(old); len(r.Errors) != 1 || !strings.Contains(r.String(), path+": ") {
			t.Errorf("a faulty policy:\n%s", r)
		}
	}
}

func FuzzLint(f *testing.F) {
	for _, path := range files(f, "testdata/*/*.yaml") {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := policyfile.Lint("policy.yaml", data)
		if _, err := policyfile.Parse(data); (err == nil) != (len(r.Errors) == 0) {
			t.Fatalf("Parse says %v, Lint\n%s", err, r)
		}
		for _, w := range append(r.Errors, r.Warnings...) {
			if w.Code == "" || strings.TrimSpace(w.Text) == "" {
				t.Fatalf("says nothing: %+v", w)
			}
		}
		if len(r.Errors) > 0 {
			return
		}
		rules, err := consent.Compile(r.Policy)
		if err != nil {
			t.Fatal(err)
		}
		if r.Follow(rules); len(r.Errors) > 0 {
			t.Fatalf("does not follow itself:\n%s", r)
		}
	})
}
