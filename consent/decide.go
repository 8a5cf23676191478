package consent

// Names of the cookies of the house. They are necessary, and no policy may declare them.
const (
	StateCookie = "cookie_consent"       // the choice; signed, readable by scripts
	ProofCookie = "__Host-consent_proof" // proves the subject in the privacy centre; HttpOnly

	// ExcludeCookie says that somebody asked not to be counted because they work on the site, or are signed in to the
	// dashboard: set at their own wish, "me" or "admin", the same for everybody.
	ExcludeCookie = "kelisim_own"
)

// Unclassified says what happens to cookies that no rule declares.
type Unclassified string

const (
	// Provisional passes well-known session, login and CSRF names, and HttpOnly cookies without a
	// lifetime, as necessary until somebody declares them; every other unknown cookie is denied.
	Provisional Unclassified = "provisional"
	// Deny denies every unknown cookie, in requests too.
	Deny Unclassified = "deny"
	// Observe passes every unknown cookie, and flags it: for a trial.
	Observe Unclassified = "observe"
)

// Decision is the answer for one cookie.
type Decision struct {
	Allow        bool
	Purpose      Purpose // "" where no rule and no provision names one
	Reason       Reason
	Unclassified bool // no rule declares the cookie: count it, and propose one
}

// Reason is why a [Decision] came out as it did.
type Reason uint8

const (
	ReasonNone         Reason = iota
	ReasonDeletion            // it deletes
	ReasonHouse               // a cookie of the house
	ReasonNecessary           // declared as necessary
	ReasonGranted             // its purpose is granted
	ReasonUndecided           // its purpose is not decided
	ReasonRefused             // its purpose is refused, withdrawn or opted out
	ReasonWellKnown           // unclassified; passes by its name
	ReasonSession             // unclassified; passes as an HttpOnly cookie without a lifetime
	ReasonUnclassified        // unclassified; denied, or passes in a request, for want of a rule
	ReasonObserved            // unclassified; passes for the trial
	ReasonMalformed           // without a name it could stand for any other cookie; denied
)

// String returns the reason as reports show it.
func (r Reason) String() string {
	names := [...]string{"none", "deletion", "house", "necessary", "granted", "undecided", "refused",
		"well-known", "session", "unclassified", "observed", "malformed"}
	if int(r) < len(names) {
		return names[r]
	}
	return "unknown"
}

// Decide says whether a response may set ck under c.
func (b *Rulebook) Decide(c Choice, ck SetCookie) Decision {
	mode := b.policy.Unclassified
	switch {
	case ck.Deletes:
		return Decision{Allow: true, Reason: ReasonDeletion}
	case ck.Name == "":
		return Decision{Allow: mode == Observe, Reason: ReasonMalformed, Unclassified: true}
	case isHouse(ck.Name):
		return Decision{Allow: true, Purpose: Necessary, Reason: ReasonHouse}
	}
	if r := b.lookup(ck.Name); r != nil {
		return b.byRule(c, r)
	}
	switch {
	case mode == Observe:
		return Decision{Allow: true, Reason: ReasonObserved, Unclassified: true}
	case mode == Provisional && wellKnown(ck.Name):
		return Decision{Allow: true, Purpose: Necessary, Reason: ReasonWellKnown, Unclassified: true}
	case mode == Provisional && ck.HTTPOnly && !ck.Persistent:
		return Decision{Allow: true, Purpose: Necessary, Reason: ReasonSession, Unclassified: true}
	}
	return Decision{Reason: ReasonUnclassified, Unclassified: true}
}

// DecideRequest says whether handlers may see a cookie that the browser sent. Unknown ones pass, but
// for the mode [Deny].
func (b *Rulebook) DecideRequest(c Choice, name string) Decision {
	if isHouse(name) {
		return Decision{Allow: true, Purpose: Necessary, Reason: ReasonHouse}
	}
	if r := b.lookup(name); r != nil {
		return b.byRule(c, r)
	}
	mode := b.policy.Unclassified
	d := Decision{Allow: mode != Deny, Reason: ReasonUnclassified, Unclassified: true}
	switch {
	case mode == Observe:
		d.Reason = ReasonObserved
	case mode == Provisional && wellKnown(name):
		d.Purpose, d.Reason = Necessary, ReasonWellKnown
	}
	return d
}

func (b *Rulebook) byRule(c Choice, r *rule) Decision {
	if r.bit == 0 {
		return Decision{Allow: true, Purpose: Necessary, Reason: ReasonNecessary}
	}
	d := Decision{Purpose: r.Purpose}
	switch s := b.stance(c, r); {
	case s.allows():
		d.Allow, d.Reason = true, ReasonGranted
	case s.refuses():
		d.Reason = ReasonRefused
	default:
		d.Reason = ReasonUndecided
	}
	return d
}

// stance is that of the rule's purpose; where visitors answer for the service that declares the rule, it
// is the service's. A cookie with a purpose other than its service's needs both.
func (b *Rulebook) stance(c Choice, r *rule) Stance {
	here := c.book == b // else everything is searched by name
	var s Stance
	if here {
		s = c.stance(r.bit)
	} else {
		s = c.Stance(r.Purpose)
	}
	switch {
	case r.own == 0 || r.bit != r.of && !s.allows():
		return s
	case here:
		return c.serviceStance(r.of, r.own)
	}
	return c.ServiceStance(r.service)
}

func isHouse(name string) bool {
	return name == StateCookie || name == ProofCookie || name == ExcludeCookie
}
