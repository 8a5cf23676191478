package consent

import (
	"fmt"
	"slices"
	"strings"
)

// Warning is something in a policy that is in order as far as a program can tell, and that visitors or an
// authority may object to all the same: a dark pattern, a gap in the notice, a rule that does more than
// it seems to.
type Warning struct {
	Field string // "services[2].origins[0]", as it is called in the document
	Code  string // of the kind: "nagging", "bundled", "vague" …; stable
	Text  string // what it is and what to do
}

// String returns the warning on one line.
func (w Warning) String() string { return w.Field + ": " + w.Text + " [" + w.Code + "]" }

// Lint returns all warnings about p, in the order of its sections. Faults are for [Policy.Validate]: a
// policy that has some can be linted, too.
func (p Policy) Lint() []Warning {
	p.Models, p.Lifetimes = p.modelsByRegion(), p.lifetimes()
	l := &lint{Policy: &p}
	l.head()
	l.models()
	l.lifetimes()
	l.purposes()
	l.services()
	l.origins()
	l.cookies()
	l.transfers()
	if needsOptIn(l.Region) && len(l.Authority.Name) == 0 {
		l.warn("authority.name", "authority", "is missing: name the body to which visitors may complain")
	}
	l.optOuts()
	l.texts()
	if p.Region == "KZ" {
		l.kazakhstan()
	}
	return l.found
}

// lint is a policy with what was found in it so far.
type lint struct {
	*Policy
	found []Warning
}

func (l *lint) warn(field, code, format string, args ...any) {
	l.found = append(l.found, Warning{field, code, fmt.Sprintf(format, args...)})
}

// each calls f for every declared cookie, with the purpose that holds for it.
func (l *lint) each(f func(field string, ck CookieRule, service string)) {
	for i, ck := range l.Cookies {
		f(at("cookies", i), ck, "")
	}
	for i, s := range l.Services {
		for j, ck := range s.Cookies {
			if ck.Purpose == "" {
				ck.Purpose = s.Purpose
			}
			f(at(at("services", i)+".cookies", j), ck, s.ID)
		}
	}
}

func (l *lint) head() {
	if strings.HasPrefix(l.Site.Notice, "http://") {
		l.warn("site.notice", "http", "is not served over TLS: give an https URL")
	}
	if len(l.Site.Domains) > 0 {
		return
	}
	first := ""
	l.each(func(_ string, ck CookieRule, _ string) {
		if first == "" && len(ck.Domains) == 0 && trackerOf(ck.Name) != "" {
			first = ck.Name
		}
	})
	if first != "" {
		l.warn("site.domains", "undeletable", "is missing, and scripts set %q for the whole domain: name it, or the cookie stays after a withdrawal", first)
	}
}

// lifetimes returns the lifetimes with defaults filled in.
func (p *Policy) lifetimes() Lifetimes {
	filled := Policy{Lifetimes: p.Lifetimes}
	filled.fillDefaults()
	return filled.Lifetimes
}

// lifetimes finds who asks those that refuse more often than those that agree (EDPB guidelines 03/2022,
// "continuous prompting").
func (l *lint) lifetimes() {
	if choice, refusal := l.Lifetimes.Choice, l.Lifetimes.Refusal; 2*refusal.Approx() < choice.Approx() {
		l.warn("lifetimes.refusal", "nagging", "is %s, and %s for those who agree: who refuses is asked again much sooner; let both hold alike", refusal, choice)
	}
}

func (l *lint) transfers() {
	t := l.Transfers
	if t.CrossBorder == Yes && len(t.Safeguards) == 0 {
		l.warn("transfers.safeguards", "unexplained", "is missing: say on what ground data leaves the country and what protects it there")
	}
	if t.Publication == Yes && len(t.Published) == 0 {
		l.warn("transfers.published", "unexplained", "is missing: say what is published, and where")
	}
}

func (l *lint) optOuts() {
	if l.OptOuts.IgnoreDNT {
		l.warn("opt_outs.ignore_dnt", "opt-out", "leaves visitors no say who set Do Not Track: leave it out, unless something better takes its place (S3-6.1)")
	}
	if l.OptOuts.Purposes != nil {
		for _, p := range [...]Purpose{Statistics, Marketing} {
			if l.declares(p) && !slices.Contains(l.OptOuts.Purposes, p) {
				l.warn("opt_outs.purposes", "opt-out", "leave out %s: who asks not to be tracked means that, too", p)
			}
		}
	}
	if l.Unclassified == Observe {
		l.warn("unclassified", "observe", "is observe: cookies that nobody declared are set without consent; use it for a trial only, then deny")
	}
}

func (l *lint) declares(p Purpose) bool {
	return slices.ContainsFunc(l.Purposes, func(known PurposeInfo) bool { return known.ID == p })
}
