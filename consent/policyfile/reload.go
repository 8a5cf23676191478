package policyfile

import (
	"fmt"

	"github.com/kelisim/kelisim/consent"
)

// Reload reads the policy in the file at path to take the place of the one in force. The Rulebook that it
// returns is always one to go on with: the new one, or current where the file says the same, cannot be
// read, is wrong, or may not follow it ([consent.Rulebook.Succeeds]); the error says which. The last good
// policy stands. [Watcher] does so whenever the file changes.
func Reload(path string, current *consent.Rulebook) (*consent.Rulebook, error) {
	data, err := read(path)
	if err != nil {
		return current, err
	}
	return reload(path, data, current)
}

func reload(path string, data []byte, current *consent.Rulebook) (*consent.Rulebook, error) {
	p, lines, err := parse(data)
	if err != nil {
		return current, &Error{Path: path, Faults: faults(err)}
	}
	next, err := consent.Compile(p)
	if err != nil {
		return current, fmt.Errorf("policyfile: %s: %w", path, err)
	}
	if next.Hash() == current.Hash() {
		return current, nil
	}
	if err := next.Succeeds(current); err != nil {
		return current, &Error{Path: path, Faults: located(err, lines).Sorted()}
	}
	return next, nil
}
