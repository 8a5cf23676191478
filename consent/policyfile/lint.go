package policyfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/yamldoc"
)

// Finding is one thing in a policy file that is wrong, or that somebody may object to.
type Finding struct {
	Line  int    `json:"line,omitempty"`  // from 1; 0 where it is about the document as a whole
	Field string `json:"field,omitempty"` // "services[2].country"
	Code  string `json:"code"`            // "invalid" or "unreadable" for an error; else as [consent.Warning] has it
	Text  string `json:"text"`            // what is wrong and what to do
}

// Report is what [Lint] found. Errors keep the policy from being used; warnings do not.
type Report struct {
	Path     string    `json:"file"`
	Errors   []Finding `json:"errors"`
	Warnings []Finding `json:"warnings"`

	Policy consent.Policy `json:"-"` // as far as it could be read

	lines *yamldoc.Lines
}

// Codes of errors.
const (
	codeInvalid    = "invalid"
	codeUnreadable = "unreadable"
)

// LintFile is [Lint] for the file at path. That it cannot be read is an error of the report.
func LintFile(path string) *Report {
	data, err := read(path)
	if err != nil {
		return &Report{Path: path, Errors: []Finding{{Code: codeUnreadable, Text: err.Error()}}, Warnings: []Finding{}}
	}
	return Lint(path, data)
}

// Lint finds everything that is wrong with a document and everything that [consent.Policy.Lint] warns of,
// each in the order of its lines. Path names the document in the report.
func Lint(path string, data []byte) *Report {
	r := &Report{Path: path, Errors: []Finding{}, Warnings: []Finding{}}
	p, lines, err := parse(data)
	r.Policy, r.lines = p, lines
	known := faults(err)
	for _, fault := range known {
		r.Errors = append(r.Errors, Finding{fault.Line, fault.Field, codeInvalid, fault.Text})
	}
	if !readable(known) {
		return r
	}
	warnings := append(p.Lint(), silent(p, lines)...)
	for _, w := range warnings {
		if !covered(known, w.Field) {
			r.Warnings = append(r.Warnings, Finding{lines.Line(w.Field), w.Field, w.Code, w.Text})
		}
	}
	r.Sort()
	return r
}

// Sort puts errors and warnings each in the order of their lines, for whoever adds some of another section.
func (r *Report) Sort() {
	byLine := func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) }
	slices.SortStableFunc(r.Errors, byLine)
	slices.SortStableFunc(r.Warnings, byLine)
}

// Follow adds to the report what keeps the policy from taking the place of old: see
// [consent.Rulebook.Succeeds]. It adds nothing to a report that has errors.
func (r *Report) Follow(old *consent.Rulebook) {
	if len(r.Errors) > 0 {
		return
	}
	next, err := consent.Compile(r.Policy)
	if err != nil {
		r.Errors = append(r.Errors, Finding{Code: codeInvalid, Text: err.Error()})
		return
	}
	for _, fault := range located(next.Succeeds(old), r.lines).Sorted() {
		r.Errors = append(r.Errors, Finding{fault.Line, fault.Field, codeInvalid, fault.Text})
	}
}

// silent finds cookies whose lifetime is left to be guessed: the default is the browser session, but
// nobody says so.
func silent(p consent.Policy, lines *yamldoc.Lines) []consent.Warning {
	var found []consent.Warning
	check := func(field string, ck consent.CookieRule) {
		if field += ".lifetime"; !lines.Has(field) {
			found = append(found, consent.Warning{
				Field: field, Code: "no-lifetime", Text: fmt.Sprintf("is not given: write how long %q lasts, or \"session\"", ck.Name),
			})
		}
	}
	for i, ck := range p.Cookies {
		check(fmt.Sprintf("cookies[%d]", i), ck)
	}
	for i, s := range p.Services {
		for j, ck := range s.Cookies {
			check(fmt.Sprintf("services[%d].cookies[%d]", i, j), ck)
		}
	}
	return found
}

// String returns one finding a line, errors first: "policy.yaml: line 12: error: cookies[0].name: …".
func (r *Report) String() string {
	var b strings.Builder
	for _, f := range r.Errors {
		fmt.Fprintf(&b, "%s: %serror: %s\n", r.Path, f.place(), f.what())
	}
	for _, f := range r.Warnings {
		fmt.Fprintf(&b, "%s: %swarning: %s [%s]\n", r.Path, f.place(), f.what(), f.Code)
	}
	return b.String()
}

func (f Finding) place() string { return yamldoc.Fault{Line: f.Line}.Error() }

func (f Finding) what() string { return yamldoc.Fault{Field: f.Field, Text: f.Text}.Error() }
