package banner

// View is everything that the markup shows. It depends on policy and language, never on a visitor.
type View struct {
	// Lang is the language of the words, a BCP 47 tag that [Match] returned. Others are shown in English.
	Lang string
	// Site is the name by which visitors know the site.
	Site string
	// Mount is the path under which the privacy centre answers, without a trailing slash: "/consent".
	Mount string
	// Notice is the address of the privacy notice; the centre's own by default.
	Notice string
	// Revision is the policy's number, under which the visitor is asked.
	Revision int
	// Since is the earliest revision of the policy whose choices still stand: the last material one.
	Since int
	// Shape names the purposes and their bits; a state cookie with another shape counts as undecided.
	Shape string
	// IgnoreDNT makes scripts disregard Do Not Track, as the policy does. Global Privacy Control always counts.
	IgnoreDNT bool
	// Lasts is how long a choice stands.
	Lasts Period
	// Purposes are asked for in this order, which is that of their bits in the state cookie: the necessary one first.
	Purposes []Purpose
	// Stage says which part of the markup the page needs.
	Stage Stage
	// Shared marks a page that a shared cache may keep for all visitors: the core then runs before the banner is
	// painted, so that a visitor who has decided never sees it.
	Shared bool
	// Reload makes every new choice reload the page: set it where an enforced Content-Security-Policy follows the
	// choice, which a living document cannot take on. A withdrawal always reloads.
	Reload bool
	// Form is how the question is laid out.
	Form Form
	// Model is what holds until the visitor answers.
	Model Model
	// Changed says what a minor revision of the policy has changed: with Stage Decided the page tells it.
	Changed string
}

// Form is the shape of the question.
type Form string

const (
	Box    Form = ""       // in the lower corner; the page stays usable
	Bar    Form = "bar"    // along the lower edge; the page stays usable
	Dialog Form = "dialog" // in the middle; the page waits for the answer
)

// Valid says whether f is one of the forms.
func (f Form) Valid() bool { return f == Box || f == Bar || f == Dialog }

// Model is a consent model of the policy, as far as the question differs by it.
type Model string

const (
	OptIn   Model = ""        // nothing is used: the visitor is asked
	OptOut  Model = "opt-out" // everything is: the visitor may object
	Implied Model = "implied" // what the browser sends by itself is counted: the visitor is told, and may refuse
)

// Period is a length of time as people say it: 6 "months".
type Period struct {
	N    int
	Unit string // "minutes", "hours", "days", "months" or "years"
}

// Stage is how far a visitor has come.
type Stage int

const (
	// Ask shows the question. It is the zero value: where nothing is known, the visitor is asked.
	Ask Stage = iota
	// Decided shows only the control that reopens the preferences.
	Decided
)

// Purpose is one thing that consent is asked for.
type Purpose struct {
	ID       string // as in the policy: "statistics"
	Name     string // in the view's language; "" takes the built-in name of the four standard purposes
	Text     string // one sentence in the view's language; "" takes the built-in one
	OptsOut  bool   // refused by a browser that sends Global Privacy Control or Do Not Track
	Required bool   // necessary: always on, no switch
	Services []Service
	Cookies  []string // names or globs ("_ga*") of cookies and storage keys that a script may have set; deleted on withdrawal
}

// Service is someone who works for a purpose.
type Service struct {
	Name       string
	ID         string   // as in the policy: "video"
	Switch     int      // one more than its bit in the state cookie where visitors answer for it alone, else 0
	Cookies    []string // as those of a purpose; of a service with a switch
	Recipient  string   // who receives data; "" for the site itself
	Country    string   // where the recipient is, as text
	ThirdParty bool     // counts among the third parties that the first layer names
}

// ThirdParties counts the services of all purposes that pass data to someone else.
func (v View) ThirdParties() int {
	n := 0
	for _, p := range v.Purposes {
		for _, s := range p.Services {
			if s.ThirdParty {
				n++
			}
		}
	}
	return n
}
