package yamldoc_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/yamldoc"
)

type upper string

func (u *upper) UnmarshalText(text []byte) error {
	if string(text) == "bad" {
		return errors.New("yamldoc_test: is bad")
	}
	*u = upper(strings.ToUpper(string(text)))
	return nil
}

type shared struct {
	Inner string `yaml:"inner"`
}

type document struct {
	shared
	Name   string            `json:"name,omitempty"`
	Both   string            `yaml:"here" json:"elsewhere"`
	On     bool              `yaml:"on"`
	Count  int               `yaml:"count"`
	Small  uint8             `yaml:"small"`
	Ratio  float64           `yaml:"ratio"`
	Wait   time.Duration     `yaml:"wait"`
	Upper  upper             `yaml:"upper"`
	Maybe  *int              `yaml:"maybe"`
	List   []string          `yaml:"list"`
	Map    map[string]string `yaml:"map"`
	Deep   []struct{ A int } `yaml:"-"`
	Parts  []part            `yaml:"parts"`
	Closed chan int          `yaml:"closed"`
	hidden string            //nolint:unused // what the decoder must not see
}

type part struct {
	ID  string         `yaml:"id"`
	Sub map[string]int `yaml:"sub"`
}

func TestDecode(t *testing.T) {
	five := 5
	for _, row := range []struct {
		text string
		want document
	}{
		{"", document{}},
		{"# only a comment\n", document{}},
		{"---\nname: a\n...\n", document{Name: "a"}},
		{"name: a b", document{Name: "a b"}},
		{"\ufeffname: a", document{Name: "a"}},
		{"name: a\r\ncount: 1\r\n", document{Name: "a", Count: 1}},
		{"name:", document{}},
		{"name: ~", document{}},
		{"name: 007", document{Name: "007"}},
		{"name: 1.50", document{Name: "1.50"}},
		{"name: true", document{Name: "true"}},
		{"name: no", document{Name: "no"}},
		{"name: 2026-11-23", document{Name: "2026-11-23"}},
		{"name: \"қ\\n\"", document{Name: "қ\n"}},
		{"name: |\n  two\n  lines\n", document{Name: "two\nlines\n"}},
		{"name: >-\n  one\n  line\n", document{Name: "one line"}},
		{"inner: x", document{shared: shared{"x"}}},
		{"here: x", document{Both: "x"}},
		{"on: true\ncount: -3\nsmall: 255\nratio: 0.5\nwait: 90s", document{On: true, Count: -3, Small: 255, Ratio: 0.5, Wait: 90 * time.Second}},
		{"upper: abc", document{Upper: "ABC"}},
		{"maybe: 5", document{Maybe: &five}},
		{"list: [a, 1, no]", document{List: []string{"a", "1", "no"}}},
		{"list: []", document{List: []string{}}},
		{"list:\n  - a\n  -\n  - c", document{List: []string{"a", "", "c"}}},
		{"map: { no: x, 404: y }", document{Map: map[string]string{"no": "x", "404": "y"}}},
		{"parts:\n  - id: a\n    sub: { x: 1 }\n  - id: b", document{Parts: []part{{"a", map[string]int{"x": 1}}, {ID: "b"}}}},
	} {
		var got document
		if _, err := yamldoc.Decode([]byte(row.text), &got); err != nil {
			t.Errorf("%q: %v", row.text, err)
		} else if !reflect.DeepEqual(got, row.want) {
			t.Errorf("%q:\ngot  %+v\nwant %+v", row.text, got, row.want)
		}
	}
}

func TestDecodeReportsEveryFault(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"nme: a\nname: b", "line 1: nme: is no key that is known here; did you mean \"name\"?"},
		{"parts: [{ id: a, zzzzzz: b }]", "line 1: parts[0].zzzzzz: is no key that is known here; known are id, sub"},
		{"name: a\nname: b\nname: c", "line 2: name: is given twice, first in line 1\nline 3: name: is given twice, first in line 1"},
		{"count: x\non: yes", "line 1: count: must be a whole number, not \"x\"\nline 2: on: must be true or false, not \"yes\""},
		{"count: \"5\"", "line 1: count: must be a whole number, not \"5\""},
		{"count: 99999999999999999999", "line 1: count: must be a whole number, not \"99999999999999999999\""},
		{"small: 256", "line 1: small: must be a whole number from 0, not \"256\""},
		{"small: -1", "line 1: small: must be a whole number from 0, not \"-1\""},
		{"ratio: half", "line 1: ratio: must be a number, not \"half\""},
		{"wait: 90", "line 1: wait: \"90\" is no duration: write one such as 10s or 5m"},
		{"upper: bad", "line 1: upper: is bad"},
		{"upper: [a]", "line 1: upper: must be one value, not a list"},
		{"name: { a: b }", "line 1: name: must be one value, not keys with values"},
		{"list: a", "line 1: list: must be a list, not one value"},
		{"map: [a]", "line 1: map: must be keys with values, not a list"},
		{"- a", "line 1: must be keys with values, not a list"},
		{"count: 1\n\tname: b", "line 2: cannot be read as YAML: found character '\t' that cannot start any token"},
		{"closed: 1", "line 1: closed: cannot be given in a file"},
		{"hidden: x", "line 1: hidden: is no key that is known here; known are closed, count, here, inner, list, map, maybe, name, on, parts, ratio, small, upper, wait"},
		{"name: &a x", "line 1: name: uses an anchor, alias, merge key, tag or directive: write the value itself"},
		{"name: !!str x", "line 1: name: uses an anchor, alias, merge key, tag or directive: write the value itself"},
		{"name: a\n---\nname: b", "line 3: begins a second document: write one only"},
		{"name: [", "line 1: cannot be read as YAML: sequence end token ']' not found"},
		{"name: \xff", "is not UTF-8: save it as UTF-8"},
		{"list: " + strings.Repeat("[", 1000), "is nested deeper than 64 levels"},
		{"list:\n" + strings.Repeat("- ", 1000), "is nested deeper than 64 levels"},
		{strings.Repeat("#", yamldoc.MaxSize+1), fmt.Sprintf("takes %d bytes: %d are allowed", yamldoc.MaxSize+1, yamldoc.MaxSize)},
	} {
		var got document
		_, err := yamldoc.Decode([]byte(row.text), &got)
		if err == nil || err.Error() != row.want {
			t.Errorf("%.40q:\ngot  %v\nwant %s", row.text, err, row.want)
		}
		var fault yamldoc.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%.40q: errors.As finds no Fault", row.text)
		}
	}
}

func TestDecodeWantsAPointer(t *testing.T) {
	for _, into := range []any{nil, document{}, (*document)(nil)} {
		if lines, err := yamldoc.Decode([]byte("name: a"), into); err == nil || lines == nil {
			t.Errorf("%T: %v, %v", into, lines, err)
		}
	}
}

func TestLines(t *testing.T) {
	var d document
	lines, err := yamldoc.Decode([]byte("# a comment\nname: a\nparts:\n  - id: a\n    sub:\n      x: 1\n  - id: b\n"), &d)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]int{
		"name": 2, "parts": 3, "parts[0]": 4, "parts[0].sub": 5, "parts[0].sub.x": 6, "parts[1].id": 7,
		"parts[1].sub.x": 7, "parts[9].id": 3, "name.kk": 2, "none": 0, "": 0,
	} {
		if got := lines.Line(field); got != want {
			t.Errorf("%q: got line %d, want %d", field, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"name: a", "parts:\n  - id: a\n    sub: { x: 1 }", "list: [a, *b]", "map: {a: {b: c}}", "? a\n: b", "<<: x", "- - - a", "name: |\n x", "%YAML 1.2\n---\nname: a", "\"name\": 'x'", "name: !!binary aa=="} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var d document
		lines, err := yamldoc.Decode(data, &d)
		if lines == nil || err != nil && err.Error() == "" {
			t.Fatalf("%q: %v, %v", data, lines, err)
		}
	})
}
