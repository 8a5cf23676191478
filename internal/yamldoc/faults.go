package yamldoc

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a document.
type Fault struct {
	Line  int    // from 1; 0 where the fault is with the document as a whole
	Field string // "services[2].country"; "" for the document
	Text  string // what is wrong and what to do
}

// Error returns the fault on one line: "line 12: services[2].country: …".
func (f Fault) Error() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	return b.String() + f.Text
}

// Faults is everything that is wrong with a document, in the order of its lines.
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

// Sorted puts f into the order of its lines, in place, and returns it.
func (f Faults) Sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return f
}

func (d *decoder) add(line int, field, format string, args ...any) {
	d.faults = append(d.faults, Fault{line, field, fmt.Sprintf(format, args...)})
}

// Lines knows where the fields of a document stand.
type Lines struct{ of map[string]int }

// Line returns the line of a field ("services[2].country"); where the document does not have it, that
// of the nearest field around it; 0 where there is none.
func (l *Lines) Line(field string) int {
	for field != "" {
		if n, ok := l.of[field]; ok {
			return n
		}
		field = field[:max(strings.LastIndexByte(field, '.'), strings.LastIndexByte(field, '['), 0)]
	}
	return 0
}

// Has reports whether the document has the field itself.
func (l *Lines) Has(field string) bool {
	_, ok := l.of[field]
	return ok
}
