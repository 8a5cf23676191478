package rulefile

import (
	"errors"

	"github.com/kelisim/kelisim/internal/yamldoc"
	"github.com/kelisim/kelisim/risk"
)

// Key is the part of a policy file that holds rules: the same as a file of their own, one step further in.
const Key = "risk"

// LintSection is [Lint] for the rules in a policy file. Fields are named from its top; of what else it says, and whether it can be
// read at all, package policyfile tells. Found is false where it has no rules.
func LintSection(data []byte) (rules risk.Rules, found bool, all []Finding) {
	lines, found, err := yamldoc.Section(data, Key, &rules)
	if !found {
		return risk.Rules{}, false, nil
	}
	return rules, true, findings(&rules, Key+".", lines, err)
}

// ParseSection is [Parse] for the rules in a policy file.
func ParseSection(data []byte) (rules risk.Rules, found bool, err error) {
	rules, found, all := LintSection(data)
	rules, err = sound(rules, all)
	return rules, found, err
}

// LoadSection is [Load] for the rules in the policy file at path.
func LoadSection(path string) (rules risk.Rules, found bool, err error) {
	data, err := read(path)
	if err != nil {
		return risk.Rules{}, false, err
	}
	rules, found, err = ParseSection(data)
	return rules, found, At(path, err)
}

// LintSectionFile is [LintSection] for a file.
func LintSectionFile(path string) ([]Finding, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	_, _, all := LintSection(data)
	return all, nil
}

// At names the file in an [*Error] of rules that were read from it.
func At(path string, err error) error {
	var faults *Error
	if errors.As(err, &faults) {
		faults.Path = path
	}
	return err
}
