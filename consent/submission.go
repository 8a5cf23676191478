package consent

import "errors"

// MaxSubmission is the most bytes that a submission may take, form or JSON: give it to
// [net/http.MaxBytesReader].
const MaxSubmission = 4096

// ErrSubmission is wrapped by every error about a submission; its text may be shown to the client.
var ErrSubmission = errors.New("consent: bad submission")

// Action is what a visitor does.
type Action string

const (
	Accept   Action = "accept"   // grants every purpose
	Reject   Action = "reject"   // refuses every purpose
	Choose   Action = "choose"   // grants the purposes and services named, refuses the others
	Allow    Action = "allow"    // grants the purposes and services named beside what is granted; what was not decided is refused
	Withdraw Action = "withdraw" // takes back the purposes and services named; all where none is named
)

// Submission is a visitor's answer as it came in.
type Submission struct {
	Action   Action
	Purposes []Purpose // of Choose, Allow and Withdraw; each declared by the policy, none twice, necessary left out
	Services []string  // ids, each with a choice of its own, none twice; with Choose, nil lets services follow their purposes
	Method   Method
	Language string // BCP 47 tag in which the visitor was asked, "" if unknown
	Banner   string // hex SHA-256 of the markup that was shown, "" if unknown
	Variant  string // of the banner, "" if there is one only
	Receipt  bool   // the visitor asks for a receipt, though it be a refusal
	Return   string // path on this site to go back to, "" for none: safe to redirect to
	Elapsed  string // class of the time that the visitor took, one of [ElapsedClasses]; "" if unknown. For statistics; no record holds it

	Capacity Capacity // of a representative: set if and only if Method is MethodRepresentative

	RecordID string // set by the caller, see NewID: of the record to be made
	Previous string // set by the caller from the proof cookie: of the record that this one replaces
}

// ElapsedClasses returns the classes of the time between question and answer, in order: seconds that it was
// shorter than, and "more".
func ElapsedClasses() []string { return []string{"5", "15", "60", "300", "more"} }

// Refusal reports whether s grants nothing that was not granted before: such a submission holds whether
// or not it can be recorded.
func (s Submission) Refusal() bool {
	return s.Action == Reject || s.Action == Withdraw || s.Action == Choose && len(s.Purposes)+len(s.Services) == 0
}
