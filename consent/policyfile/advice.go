package policyfile

import (
	"strings"

	"github.com/kelisim/kelisim/internal/yamldoc"
)

// What people look for in a policy and do not find, because it would be a dark pattern.
const (
	adviceTicked  = "cannot be given: nothing is ticked before the visitor ticks it, and only the purpose \"necessary\" is without a switch"
	adviceButtons = "cannot be given: accepting and refusing have the same words everywhere, the same size and the same number of clicks"
)

// advised explains keys that are unknown on purpose.
func advised(all yamldoc.Faults) yamldoc.Faults {
	for i, fault := range all {
		if !strings.HasPrefix(fault.Text, "is no key") {
			continue
		}
		switch key := fault.Field[strings.LastIndexByte(fault.Field, '.')+1:]; {
		case isAny(key, "ticked", "checked", "preselected", "preticked", "pre_ticked", "selected", "enabled", "required", "default", "on"):
			all[i].Text = adviceTicked
		case hasAny(key, "button", "label", "accept", "reject", "refuse", "decline", "color", "colour"):
			all[i].Text = adviceButtons
		}
	}
	return all
}

func isAny(key string, words ...string) bool {
	for _, word := range words {
		if key == word {
			return true
		}
	}
	return false
}

func hasAny(key string, words ...string) bool {
	for _, word := range words {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}
