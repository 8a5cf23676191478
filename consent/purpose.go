package consent

// Purpose is what data or a cookie is used for. A policy may declare its own beside these four.
type Purpose string

const (
	Necessary   Purpose = "necessary"
	Preferences Purpose = "preferences"
	Statistics  Purpose = "statistics"
	Marketing   Purpose = "marketing"
)

// standard reports whether p is one of the four, for which the banner has words in every language.
func (p Purpose) standard() bool {
	return p == Necessary || p == Preferences || p == Statistics || p == Marketing
}

// MaxPurposes is how many purposes a policy may declare, the necessary one included: scripts read
// them as bits of a 32-bit number.
const MaxPurposes = 30

// PurposeInfo declares a purpose in a [Policy].
type PurposeInfo struct {
	ID   Purpose `json:"id"`   // required: a–z, 0–9, "-", "_"; at most 32 bytes
	Name Text    `json:"name"` // required: what the switch is called; of a purpose of your own, in every language
	Text Text    `json:"text"` // required: what the data is used for, in one or two sentences; likewise

	bit uint8
}

// Bit is the position of the purpose in the numbers of the state cookie (see [Keys.SealState]). It is
// meaningful in what [Rulebook.Purposes] returns.
func (p PurposeInfo) Bit() int { return int(p.bit) }

// Method is how a choice came about.
type Method string

const (
	MethodBanner         Method = "banner"
	MethodCentre         Method = "centre"
	MethodAPI            Method = "api"
	MethodRepresentative Method = "representative" // S4-4.1.1
)

// methods gives each method the letter by which the state cookie calls it.
var methods = [...]struct {
	method Method
	letter byte
}{{MethodBanner, 'b'}, {MethodCentre, 'c'}, {MethodAPI, 'a'}, {MethodRepresentative, 'r'}}

func (m Method) letter() byte {
	for _, known := range methods {
		if known.method == m {
			return known.letter
		}
	}
	return 0
}

func methodOf(letter byte) (Method, bool) {
	for _, known := range methods {
		if known.letter == letter {
			return known.method, true
		}
	}
	return "", false
}
