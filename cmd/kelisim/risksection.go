package main

import (
	"fmt"
	"reflect"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/risk/rulefile"
)

// errTwoRules keeps anybody from wondering which rules hold.
var errTwoRules = fmt.Errorf("rules of the site's own are in the policy file, below %q, and in the file of --risk-rules: keep them in one of them", rulefile.Key)

// rulesWith are the site's own rules: those of their own file, or of the policy file; "" for no policy file.
func (f riskFlags) rulesWith(policy string) (risk.Rules, error) {
	own, err := f.rules()
	if err != nil || policy == "" {
		return own, err
	}
	rules, found, err := rulefile.LoadSection(policy)
	switch {
	case err != nil:
		return risk.Rules{}, usageError{err}
	case found && f.RiskRules != "":
		return risk.Rules{}, usageError{errTwoRules}
	case found:
		return rules, nil
	}
	return own, nil
}

// section keeps the rules in force in step with those of the policy file; engine is nil where nothing is judged, and the rules
// are still checked.
func (f siteFlags) section(engine *risk.Engine) policyfile.Section {
	return func(data []byte) (func() (bool, error), error) {
		rules, found, err := rulefile.ParseSection(data)
		switch {
		case err != nil:
			return nil, rulefile.At(f.Policy, err)
		case found && f.RiskRules != "":
			return nil, errTwoRules
		case engine == nil || f.RiskRules != "":
			return func() (bool, error) { return false, nil }, nil
		}
		return func() (bool, error) {
			if reflect.DeepEqual(rules, engine.Rules()) {
				return false, nil
			}
			return true, engine.SetRules(rules)
		}, nil
	}
}

// judged adds to a report what is wrong with the rules in the policy file.
func judged(r *policyfile.Report) {
	findings, err := rulefile.LintSectionFile(r.Path)
	if err != nil {
		return // the report says so
	}
	for _, f := range findings {
		found := policyfile.Finding{Line: f.Line, Field: f.Field, Code: "invalid", Text: f.Text}
		if f.Warning {
			found.Code = "risk-rule"
			r.Warnings = append(r.Warnings, found)
			continue
		}
		r.Errors = append(r.Errors, found)
	}
	r.Sort()
}

// rulesIn are the rules in a file of either kind; none for "".
func rulesIn(path string) (risk.Rules, error) {
	if path != "" {
		if rules, found, err := rulefile.LoadSection(path); err != nil {
			return risk.Rules{}, usageError{err}
		} else if found {
			return rules, nil
		}
	}
	return riskFlags{RiskRules: path}.rules()
}
