package guard

import (
	"time"

	"github.com/kelisim/kelisim/consent"
)

// maxUndeclared bounds the names that are kept: they come from visitors, too.
const maxUndeclared = 200

// Undeclared is a cookie that no rule of the policy declares.
type Undeclared struct {
	Name    string
	Count   int64
	Allowed bool // it passes all the same, provisionally
	Reason  string
	Set     bool      // the site's answers set it
	Sent    bool      // browsers sent it, whoever set it
	First   time.Time // the day on which it was met first
	Page    string    // and where, scrubbed
}

// cookieSeen is what is kept of an undeclared cookie beside its name.
type cookieSeen struct {
	Allowed bool   `json:"allowed,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Set     bool   `json:"set,omitempty"`
	Sent    bool   `json:"sent,omitempty"`
}

// merge takes the decision from s, the later one.
func (s cookieSeen) merge(other cookieSeen) cookieSeen {
	s.Set, s.Sent = s.Set || other.Set, s.Sent || other.Sent
	return s
}

// noteCookie takes down a cookie that e met: in the answer where answering, else in the request.
func (e *Exchange) noteCookie(name string, d consent.Decision) {
	g := e.guard
	page := func() string { return g.scrubber.Path(e.outer.URL.EscapedPath()) }
	g.cookies.note(name, e.hit.Addr(), g.today(), page, func(s *cookieSeen) {
		s.Allowed, s.Reason = d.Allow, d.Reason.String()
		s.Set, s.Sent = s.Set || e.answering, s.Sent || !e.answering
	})
}

// today is the beginning of the present day.
func (g *Guard) today() time.Time {
	year, month, day := g.config.Now().In(g.config.Zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, g.config.Zone)
}

// undeclared are the cookies that were met and that the policy in force does not declare.
func (g *Guard) undeclared() (all []Undeclared) {
	rules := g.Rules()
	for _, r := range g.cookies.list() {
		if !rules.DecideRequest(consent.Choice{}, r.key).Unclassified {
			continue
		}
		all = append(all, Undeclared{
			Name: r.key, Count: r.Count, Allowed: r.What.Allowed, Reason: r.What.Reason,
			Set: r.What.Set, Sent: r.What.Sent, First: r.First, Page: r.Page,
		})
	}
	return all
}
