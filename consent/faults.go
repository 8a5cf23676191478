package consent

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with a policy.
type Fault struct {
	Field string // "services[2].country", as it is called in the document
	Text  string // what is wrong and what to do
}

// Error returns the fault on one line.
func (f Fault) Error() string { return "consent: policy: " + f.Field + ": " + f.Text }

// Faults is everything that is wrong with a policy, in the order of the document.
type Faults []Fault

// Error returns one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each fault to errors.As.
func (f Faults) Unwrap() []error {
	all := make([]error, len(f))
	for i, fault := range f {
		all[i] = fault
	}
	return all
}

// add notes a fault of a field; the field's name may hold indexes already.
func (f *Faults) add(field, format string, args ...any) {
	*f = append(*f, Fault{field, fmt.Sprintf(format, args...)})
}

// require notes a fault where a required value is missing, and reports whether it is there.
func (f *Faults) require(value, field, what string) bool {
	if strings.TrimSpace(value) == "" {
		f.add(field, "is missing: %s", what)
		return false
	}
	return true
}
