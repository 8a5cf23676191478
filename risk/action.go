package risk

import "fmt"

// Action is what a verdict asks for, in rising order.
type Action uint8

const (
	ActionAllow     Action = iota
	ActionLog              // serve, and note
	ActionThrottle         // serve at a slow pace; 429 above it
	ActionChallenge        // ask for proof of a person
	ActionStepUp           // serve, and let the site ask for more, such as a second factor
	ActionDeny             // refuse
)

var actionNames = [...]string{"allow", "log", "throttle", "challenge", "step_up", "deny"}

// String returns the name in rules and reports: allow, log, throttle, challenge, step_up or deny.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return "unknown"
}

// MarshalText is String.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a name.
func (a *Action) UnmarshalText(text []byte) error {
	for i, name := range actionNames {
		if name == string(text) {
			*a = Action(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no action: write allow, log, throttle, challenge, step_up or deny", text)
}

// Mode says whether verdicts are carried out.
type Mode uint8

const (
	ModeShadow  Mode = iota // say what would be done
	ModeEnforce             // do it
)

// String returns "shadow" or "enforce".
func (m Mode) String() string {
	if m == ModeEnforce {
		return "enforce"
	}
	return "shadow"
}

// MarshalText is String.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a name.
func (m *Mode) UnmarshalText(text []byte) error {
	switch string(text) {
	case "shadow":
		*m = ModeShadow
	case "enforce":
		*m = ModeEnforce
	default:
		return fmt.Errorf("%q is no mode: write shadow or enforce", text)
	}
	return nil
}

// The weights from which a sum of evidence asks for an action.
const (
	scoreLog       = 20
	scoreThrottle  = 50
	scoreChallenge = 70
	scoreDeny      = 90
	scoreMost      = 99
)

// actionOf is what a sum of weights asks for.
func actionOf(score int) Action {
	switch {
	case score >= scoreDeny:
		return ActionDeny
	case score >= scoreChallenge:
		return ActionChallenge
	case score >= scoreThrottle:
		return ActionThrottle
	case score >= scoreLog:
		return ActionLog
	}
	return ActionAllow
}
