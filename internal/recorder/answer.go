package recorder

import (
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Ask says how the page that a hit asked for put the question. The zero Ask did not.
type Ask struct {
	Asked   bool
	Variant string // of the banner, "" if there is one only
}

// methodBanner is how the question is put.
const methodBanner = string(consent.MethodBanner)

// shown counts a question: once a visitor and day, with what is known of a visitor who has not refused.
func (r *Recorder) shown(pv *visit.Pageview, ask Ask) {
	if !ask.Asked || !pv.View() || !pv.Step.NewVisitor {
		return
	}
	f := facets(pv)
	f.Variant = ask.Variant
	r.aggregator.AddAct(&stats.Act{Day: pv.Day, Hour: pv.Hour, Method: methodBanner, Outcome: stats.OutcomeShown, Facets: f})
}

// Answer is what a visitor did.
type Answer struct {
	Submission    consent.Submission
	Event         consent.Event  // of the record that was made of it
	Before, After consent.Choice // what held, and what holds now
	// Hit and Location are of the request that brought it. They are looked at where After lets the visitor
	// be counted, and may be zero elsewhere.
	Hit      visit.Hit
	Location geo.Location
}

// Answer counts an answer at the given time. Of a visitor who refuses statistics it counts what was done
// and nothing else (S2-2.8, S3-6.1): neither hit nor location is looked at.
func (r *Recorder) Answer(at time.Time, a Answer) {
	day, hour := visit.DayOf(at, r.zone)
	act := stats.Act{Day: day, Hour: hour, Method: string(a.Submission.Method), Outcome: outcome(&a)}
	switch act.Outcome {
	case stats.OutcomeCustomised:
		act.Purposes = purposes(a.After, consent.Choice{})
	case stats.OutcomeWithdrawn:
		act.Purposes = purposes(a.Before, a.After)
	}
	if a.After.Counts() && a.After.Grants() && !a.Before.Decided() {
		pv := r.anonymiser.Page(a.Hit, visit.Response{Place: place(a.Location)})
		act.Facets = facets(&pv)
		act.Facets.Variant, act.Facets.Time = a.Submission.Variant, a.Submission.Elapsed
	}
	r.aggregator.AddAct(&act)
}

// outcome names what was done. Only the first answer of a visitor is an answer to the question.
func outcome(a *Answer) stats.Outcome {
	switch {
	case a.Before.Decided() && a.Event == consent.EventWithdrawn:
		return stats.OutcomeWithdrawn
	case a.Before.Decided():
		return stats.OutcomeChanged
	case !a.After.Grants():
		return stats.OutcomeRejected
	case a.Submission.Action == consent.Accept:
		return stats.OutcomeAccepted
	}
	return stats.OutcomeCustomised
}

// purposes are those that a allows and b does not, necessary left out.
func purposes(a, b consent.Choice) (ids []string) {
	for _, p := range a.Granted() {
		if p != consent.Necessary && !b.Allows(p) {
			ids = append(ids, string(p))
		}
	}
	return ids
}

func facets(pv *visit.Pageview) *stats.Facets {
	return &stats.Facets{Country: pv.Country, Language: pv.Language, Device: pv.Device}
}

func place(l geo.Location) visit.Place {
	p := visit.Place{Country: l.Country, Region: l.Region, City: l.City, Provider: l.Provider}
	if l.Net != geo.NetUnknown {
		p.Network = l.Net.String()
	}
	return p
}
