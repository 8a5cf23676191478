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
	Code  string `json:"code"`            // "invalid" for an error; else as [consent.Warning] has it
	Text  string `json:"text"`            // what is wrong and what to do
}

// Report is what [Lint] found. Errors keep the policy from being used; warnings do not.
type Report struct {
	Path     string    `json:"file"`
	Errors   []Finding `json:"errors"`
	Warnings []Finding `json:"warnings"`

	Policy consent.Policy `json:"-"` // as far as it could be read
}

// codeInvalid is the code of every error.
const codeInvalid = "invalid"

// Lint finds everything that is wrong with a document and everything that [consent.Policy.Lint] warns of,
// each in the order of its lines. Path names the document in the report.
func Lint(path string, data []byte) *Report {
	r := &Report{Path: path, Errors: []Finding{}, Warnings: []Finding{}}
	p, lines, err := parse(data)
	r.Policy = p
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
	slices.SortStableFunc(r.Warnings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return r
}

// Succeeds adds to the report what keeps the policy from following the one in old, a policy that is in
// force: see [consent.Rulebook.Succeeds]. It adds nothing where either of them is faulty.
func (r *Report) Succeeds(old, data []byte) error {
	before, err := Parse(old)
	if err != nil {
		return err
	}
	if len(r.Errors) > 0 {
		return nil
	}
	was, err := consent.Compile(before)
	if err != nil {
		return err
	}
	is, err := consent.Compile(r.Policy)
	if err != nil {
		return err
	}
	_, lines, _ := parse(data)
	for _, fault := range located(is.Succeeds(was), lines).Sorted() {
		r.Errors = append(r.Errors, Finding{fault.Line, fault.Field, codeInvalid, fault.Text})
	}
	return nil
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
	write := func(kind string, all []Finding) {
		for _, f := range all {
			fault := yamldoc.Fault{Line: f.Line}.Error()
			field := f.Field
			if field != "" {
				field += ": "
			}
			fmt.Fprintf(&b, "%s: %s%s: %s%s", r.Path, fault, kind, field, f.Text)
			if f.Code != codeInvalid {
				fmt.Fprintf(&b, " [%s]", f.Code)
			}
			b.WriteByte('\n')
		}
	}
	write("error", r.Errors)
	write("warning", r.Warnings)
	return b.String()
}
