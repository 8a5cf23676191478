package policyfile_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/internal/yamldoc"
)

var update = flag.Bool("update", false, "rewrite the golden messages in testdata/bad")

func files(t testing.TB, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return found
}

func TestGoodPoliciesCompile(t *testing.T) {
	for _, path := range files(t, "testdata/good/*.yaml") {
		p, err := policyfile.Load(path)
		if err != nil {
			t.Errorf("%s:\n%v", path, err)
			continue
		}
		if _, err := consent.Compile(p); err != nil {
			t.Errorf("%s: compile: %v", path, err)
		}
	}
}

// Every fault of a file is told at once, with its line and what to do.
func TestBadPoliciesSayWhatToDo(t *testing.T) {
	for _, path := range files(t, "testdata/bad/*.yaml") {
		_, err := policyfile.Load(path)
		if err == nil {
			t.Errorf("%s: no error", path)
			continue
		}
		golden := strings.TrimSuffix(path, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, readErr := os.ReadFile(golden)
		if readErr != nil {
			t.Fatalf("%v (run with -update)", readErr)
		}
		if got := err.Error() + "\n"; got != string(want) {
			t.Errorf("%s:\ngot\n%swant\n%s", path, got, want)
		}
	}
}

func TestLoadNamesMissingFile(t *testing.T) {
	_, err := policyfile.Load("testdata/none.yaml")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "testdata/none.yaml") {
		t.Errorf("got %v, want fs.ErrNotExist that names the file", err)
	}
}

func TestLoadRefusesHugeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, make([]byte, yamldoc.MaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := policyfile.Load(path); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("got %v, want an error about its size", err)
	}
}

func TestFaultsCanBeTakenApart(t *testing.T) {
	_, err := policyfile.Parse([]byte("site: {name: x, nam: y}\n"))
	var file *policyfile.Error
	if !errors.As(err, &file) {
		t.Fatalf("got %T, want *policyfile.Error", err)
	}
	last := file.Faults[len(file.Faults)-1]
	if last.Line != 1 || last.Field != "site.nam" {
		t.Errorf("got %#v, want site.nam in line 1", last)
	}
	var fault yamldoc.Fault
	if !errors.As(err, &fault) {
		t.Error("errors.As finds no yamldoc.Fault")
	}
}

// S4-10: the policy's languages are all there, so that everybody can read what changes.
func TestS4_10_DemoPolicySpeaksAllItsLanguages(t *testing.T) {
	p, err := policyfile.Load("testdata/good/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"kk", "ru", "en"} {
		for _, purpose := range p.Purposes {
			if purpose.Name[language] == "" || purpose.Text[language] == "" {
				t.Errorf("purpose %s says nothing in %s", purpose.ID, language)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		for _, path := range files(f, pattern) {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := policyfile.Parse(data)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without a message")
			}
			return
		}
		if _, err := consent.Compile(p); err != nil {
			t.Errorf("parsed, but does not compile: %v", err)
		}
	})
}
