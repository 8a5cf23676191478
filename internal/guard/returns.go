package guard

import (
	"net/http"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// ReturnsCookie is what the browser of a visitor who agreed to statistics keeps so that coming back can be counted: the
// day of the last visit and the month of the first, "2026-11-23.2026-03", and nothing that tells two visitors of one day
// apart (the method of Wikimedia's WMF-Last-Access). It is used where the policy declares it for statistics: so it stands
// in the notice, is withheld without consent, and is deleted on withdrawal.
const ReturnsCookie = "kelisim_visits"

// returnsTerm is how long the cookie is kept where its rule does not say.
const returnsTerm = 400 * 24 * time.Hour // the longest that browsers keep any

// returnsRule finds the rule that declares the cookie; false where the policy does not.
func returnsRule(p consent.Policy) (consent.CookieRule, bool) {
	for _, rule := range p.Cookies {
		if rule.Name == ReturnsCookie && rule.Purpose == consent.Statistics {
			return rule, true
		}
	}
	return consent.CookieRule{}, false
}

// comesBack counts a visitor who agreed to statistics, once a day, and has the browser keep the day.
func (e *Exchange) comesBack(status int, h http.Header) (private bool) {
	if !e.regime.returns { // of most sites
		return false
	}
	g, ok := e.guard, true
	defer g.rescue("returns", &ok)
	if e.own || !agreed(e.choice) || e.excluded || g.down.Load() || status != http.StatusOK ||
		!strings.HasPrefix(contentType(h), "text/html") || gate.Cacheable(h) || !navigates(e.outer) || e.hit.Prefetch() {
		return false
	}
	now := g.config.Now()
	today, _ := visit.DayOf(now, g.config.Zone)
	seen := parseReturn(e.outer)
	if seen.Day = today; seen.Known && seen.Last == today {
		return false
	}
	if !seen.Known || seen.Last > today {
		seen.First = today
	}
	h.Add("Set-Cookie", g.returnsCookie(e, today, seen.First, now).String())
	g.recorder.Returned(e.hit, seen)
	return true
}

func (g *Guard) returnsCookie(e *Exchange, last, first stats.Day, now time.Time) *http.Cookie {
	term := returnsTerm
	if rule, ok := returnsRule(e.regime.rules.Policy()); ok && !rule.Lifetime.IsZero() {
		term = min(term, rule.Lifetime.After(now).Sub(now))
	}
	return &http.Cookie{
		Name: ReturnsCookie, Value: last.Time(time.UTC).Format(time.DateOnly) + "." + first.Time(time.UTC).Format("2006-01"),
		Path: "/", MaxAge: int(term / time.Second), HttpOnly: true, Secure: g.secure(e.outer), SameSite: http.SameSiteLaxMode,
	}
}

// parseReturn reads the cookie; what is not exactly one of ours makes the visitor a new one.
func parseReturn(r *http.Request) (seen stats.Return) {
	cookie, err := r.Cookie(ReturnsCookie)
	if err != nil {
		return seen
	}
	last, first, _ := strings.Cut(cookie.Value, ".")
	day, dayErr := time.Parse(time.DateOnly, last)
	month, monthErr := time.Parse("2006-01", first)
	if dayErr != nil || monthErr != nil || month.After(day) || month.Year() < 2000 {
		return seen
	}
	seen.Last, _ = visit.DayOf(day, time.UTC)
	seen.First, _ = visit.DayOf(month, time.UTC)
	seen.Known = true
	return seen
}
