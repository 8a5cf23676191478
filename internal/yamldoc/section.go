package yamldoc

import (
	"errors"
	"reflect"
)

// Other takes a key of a document whose value another package reads with [Section]. It keeps nothing.
type Other struct{}

var other = reflect.TypeFor[Other]()

// Section is [Decode] for the value of one top-level key, whatever else the document says; fields are named from the top. Found is
// false where there is no such key, or no document that could be read: the latter is for whoever reads the whole to tell.
func Section(data []byte, key string, into any) (lines *Lines, found bool, err error) {
	d := &decoder{lines: &Lines{of: map[string]int{}}}
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return d.lines, false, errors.New("yamldoc: decode into something that is no pointer")
	}
	body := d.parse(data)
	if body == nil {
		return d.lines, false, nil
	}
	pairs, _ := d.pairs(body, "")
	d.faults = nil // they are about the document as a whole
	for _, p := range pairs {
		if p.key != key || found {
			continue
		}
		found = true
		d.value(p.value, target.Elem(), key, 1)
		d.lines.of[key] = p.line
	}
	if len(d.faults) > 0 {
		return d.lines, found, d.faults.Sorted()
	}
	return d.lines, found, nil
}
