package policyfile_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
)

func document(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The example that people copy is right in every respect.
func TestDocumentedExampleIsClean(t *testing.T) {
	_, rest, ok := strings.Cut(document(t), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("docs/policy.md has no YAML block")
	}
	r := policyfile.Lint("docs/policy.md", []byte(example))
	if len(r.Errors)+len(r.Warnings) > 0 {
		t.Errorf("got\n%s", r)
	}
	if _, err := consent.Compile(r.Policy); err != nil {
		t.Error(err)
	}
}

// Every key that a policy may have is explained.
func TestDocumentExplainsEveryKey(t *testing.T) {
	doc := document(t)
	seen := map[reflect.Type]bool{}
	var walk func(t reflect.Type, section string)
	walk = func(typ reflect.Type, section string) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || typ == reflect.TypeFor[consent.Period]() {
			return
		}
		seen[typ] = true
		for _, f := range reflect.VisibleFields(typ) {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if key == "" {
				continue
			}
			where := section
			if where == "" || key == "cookies" { // cookies are explained once
				where = key
			}
			_, text, ok := strings.Cut(doc, heading(where))
			text, _, _ = strings.Cut(text, "\n### ")
			if !ok || section != "" && key != "cookies" && !strings.Contains(text, "`"+key+"`") {
				t.Errorf("%s.%s is not explained under %q", section, key, heading(where))
			}
			walk(f.Type, where)
		}
	}
	walk(reflect.TypeFor[consent.Policy](), "")
}

// heading begins the section on a top-level key; two pairs share one.
func heading(key string) string {
	switch key {
	case "data_region":
		key = "region"
	case "models":
		key = "model"
	}
	return "\n### `" + key + "`"
}

// Every code of a warning that the golden files hold is in the table.
func TestDocumentListsEveryCode(t *testing.T) {
	doc := document(t)
	code := regexp.MustCompile(`(?m) \[([a-z-]+)\]$`)
	for _, path := range files(t, "testdata/lint/*.txt") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range code.FindAllStringSubmatch(string(data), -1) {
			if !strings.Contains(doc, "`"+found[1]+"`") {
				t.Errorf("%s: the code %q is not in docs/policy.md", path, found[1])
			}
		}
	}
}
