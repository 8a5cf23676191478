package policyfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/yamldoc"
)

// Load reads and checks the policy in the file at path. The error names the file in every line.
func Load(path string) (consent.Policy, error) {
	data, err := read(path)
	if err != nil {
		return consent.Policy{}, err
	}
	p, err := Parse(data)
	if err != nil {
		return consent.Policy{}, &Error{Path: path, Faults: faults(err)}
	}
	return p, nil
}

// read returns the bytes of a file, no more of them than are needed to see that it is too long.
func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("policyfile: read the policy: %w", err)
	}
	defer func() { _ = file.Close() }() // read only: nothing can be lost
	data, err := io.ReadAll(io.LimitReader(file, yamldoc.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("policyfile: read the policy: %w", err)
	}
	return data, nil
}

// Parse reads and checks a policy. The error is an [*Error] with every fault that was found.
func Parse(data []byte) (consent.Policy, error) {
	p, _, err := parse(data)
	if err != nil {
		return consent.Policy{}, err
	}
	return p, nil
}

// document is a policy file: the policy, and parts that other packages read ([Section]).
type document struct {
	consent.Policy
	Risk yamldoc.Other `yaml:"risk"`
}

// parse returns what could be read, whatever the error.
func parse(data []byte) (p consent.Policy, lines *yamldoc.Lines, err error) {
	var doc document
	lines, err = yamldoc.Decode(data, &doc)
	p = doc.Policy
	all := advised(faults(err))
	if readable(all) {
		all = append(all, unseen(all, located(p.Validate(), lines))...)
	}
	if len(all) > 0 {
		return p, lines, &Error{Faults: all.Sorted()}
	}
	return p, lines, nil
}

// Error is what is wrong with a policy file.
type Error struct {
	Path   string // "" where it was not read from a file
	Faults yamldoc.Faults
}

// Error returns one fault a line: "policy.yaml: line 12: services[2].country: is missing: …".
func (e *Error) Error() string {
	lines := make([]string, len(e.Faults))
	name := e.Path
	if name == "" {
		name = "policy"
	}
	for i, fault := range e.Faults {
		lines[i] = name + ": " + fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each fault to errors.As.
func (e *Error) Unwrap() []error { return e.Faults.Unwrap() }

// readable reports whether the document could be read at all: if not, every field would be missing.
func readable(all yamldoc.Faults) bool {
	for _, fault := range all {
		if fault.Field == "" {
			return false
		}
	}
	return true
}

// located gives the faults of a policy their lines.
func located(err error, lines *yamldoc.Lines) yamldoc.Faults {
	var found consent.Faults
	errors.As(err, &found)
	all := make(yamldoc.Faults, len(found))
	for i, fault := range found {
		all[i] = yamldoc.Fault{Line: lines.Line(fault.Field), Field: fault.Field, Text: fault.Text}
	}
	return all
}

// unseen leaves out what is wrong only because a value could not be read.
func unseen(known, found yamldoc.Faults) yamldoc.Faults {
	var left yamldoc.Faults
	for _, fault := range found {
		if !covered(known, fault.Field) {
			left = append(left, fault)
		}
	}
	return left
}

// covered reports whether a fault is known of the field, or of one around it.
func covered(known yamldoc.Faults, field string) bool {
	for _, k := range known {
		if field == k.Field || strings.HasPrefix(field, k.Field+".") || strings.HasPrefix(field, k.Field+"[") {
			return true
		}
	}
	return false
}

func faults(err error) yamldoc.Faults {
	var file *Error
	if errors.As(err, &file) {
		return file.Faults
	}
	var all yamldoc.Faults
	if errors.As(err, &all) {
		return all
	}
	if err != nil {
		return yamldoc.Faults{{Text: err.Error()}}
	}
	return nil
}
