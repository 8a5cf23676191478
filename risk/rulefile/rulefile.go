// Package rulefile reads a site's own rules of package risk from a YAML file that people write, and tells
// everything that is wrong with it at once and by line. It is apart from package risk so that rules written in Go need no YAML.
package rulefile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/internal/yamldoc"
	"github.com/kelisim/kelisim/risk"
)

// Finding is one thing that is wrong with a file.
type Finding struct {
	Line    int    `json:"line"` // 0 where it is with the file as a whole
	Field   string `json:"field"`
	Text    string `json:"text"`
	Warning bool   `json:"warning"` // it works, and may not be what was meant
}

// String returns the finding on one line: "line 3: rules[0].then: …".
func (f Finding) String() string {
	text := yamldoc.Fault{Line: f.Line, Field: f.Field, Text: f.Text}.Error()
	if f.Warning {
		return "warning: " + text
	}
	return text
}

// Error is everything that makes a file useless.
type Error struct {
	Path     string // "" where it was not read from a file
	Findings []Finding
}

// Error returns one finding a line.
func (e *Error) Error() string {
	name := e.Path
	if name == "" {
		name = "rules"
	}
	lines := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		lines[i] = name + ": " + f.String()
	}
	return strings.Join(lines, "\n")
}

// Parse reads rules. The error is an [*Error]; warnings are no error.
func Parse(data []byte) (risk.Rules, error) {
	return sound(Lint(data))
}

// sound leaves warnings out, and rules with anything worse.
func sound(rules risk.Rules, findings []Finding) (risk.Rules, error) {
	faults := slices.DeleteFunc(findings, func(f Finding) bool { return f.Warning })
	if len(faults) > 0 {
		return risk.Rules{}, &Error{Findings: faults}
	}
	return rules, nil
}

// Load reads the rules in the file at path. The error names the file in every line.
func Load(path string) (risk.Rules, error) {
	data, err := read(path)
	if err != nil {
		return risk.Rules{}, err
	}
	rules, err := Parse(data)
	return rules, At(path, err)
}

// LintFile is Lint for a file.
func LintFile(path string) ([]Finding, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	_, findings := Lint(data)
	return findings, nil
}

// Lint tells everything that is wrong with rules, warnings included, in the order of their lines.
func Lint(data []byte) (risk.Rules, []Finding) {
	var rules risk.Rules
	lines, err := yamldoc.Decode(data, &rules)
	return rules, findings(&rules, "", lines, err)
}

// findings are what could not be read or, where everything could, what is wrong with it. Under is the way to the rules in their document.
func findings(rules *risk.Rules, under string, lines *yamldoc.Lines, err error) []Finding {
	var all yamldoc.Faults
	if err != nil && !errors.As(err, &all) {
		all = yamldoc.Faults{{Text: err.Error()}}
	}
	warnings := map[yamldoc.Fault]bool{}
	if len(all) == 0 { // what could not be read would be found missing
		for _, f := range rules.Check() {
			field := under + f.Field
			fault := yamldoc.Fault{Line: lines.Line(field), Field: field, Text: f.Text}
			warnings[fault] = f.Warning
			all = append(all, fault)
		}
	}
	found := make([]Finding, 0, len(all))
	for _, f := range all.Sorted() {
		found = append(found, Finding{f.Line, f.Field, f.Text, warnings[f]})
	}
	return found
}

func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("rulefile: read the rules: %w", err)
	}
	defer func() { _ = file.Close() }() // read only: nothing can be lost
	data, err := io.ReadAll(io.LimitReader(file, yamldoc.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("rulefile: read the rules: %w", err)
	}
	return data, nil
}
