// Package recorder takes one request from what the browser transmitted to what is counted: the raw
// [visit.Hit] comes in, a number goes up, and nothing else is left of it.
//
// It decides the one thing that the visitor decided: whoever refused to be counted adds one to
// "refused" and passes none of the rooms behind (S2-2.8, S3-6.1, S4-4.5).
package recorder

import (
	"errors"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Recorder is safe for concurrent use.
type Recorder struct {
	zone       *time.Location
	anonymiser *visit.Anonymiser
	aggregator *stats.Aggregator
	now        func() time.Time // nil: nobody asks how long answers take
	served     *served
	routes     *visit.Paths
}

// New makes a Recorder. The zone must be that of the anonymiser.
func New(zone *time.Location, anonymiser *visit.Anonymiser, aggregator *stats.Aggregator) (*Recorder, error) {
	if zone == nil || anonymiser == nil || aggregator == nil {
		return nil, errors.New("recorder: zone, anonymiser and aggregator are required")
	}
	return &Recorder{zone: zone, anonymiser: anonymiser, aggregator: aggregator, served: newServed()}, nil
}

// Clock lets hits tell how long their answers took, by the clock that captured them. Call it before the first hit.
func (r *Recorder) Clock(now func() time.Time) { r.now = now }

// Routes says which pages documents of the site show by themselves, without asking the server. Call it before the first hit.
func (r *Recorder) Routes(p *visit.Paths) { r.routes = p }

// Hit counts one request of a visitor who made the given choice and is at the given location, and the
// question that the page put to them. It reports whether it was a page view, counted or refused.
func (r *Recorder) Hit(hit *visit.Hit, choice consent.Choice, location geo.Location, status int, contentType string, ask Ask) bool {
	response := visit.Response{Status: status, ContentType: contentType}
	if !choice.Counts() {
		if !visit.IsView(*hit, response) {
			return false
		}
		day, hour := visit.DayOf(hit.Time(), r.zone)
		r.aggregator.AddRefused(day, hour)
		return true
	}
	response.Place = place(location)
	if r.now != nil {
		response.Latency = r.now().Sub(hit.Time())
	}
	var pv visit.Pageview
	r.anonymiser.Read(hit, &response, &pv)
	r.aggregator.Add(&pv)
	r.shown(&pv, ask)
	view := pv.View()
	if view {
		r.served.note(pv.Path)
	}
	return view
}

// Returned counts a visitor who agreed to statistics, once a day however many pages are asked for at the same moment.
// Programs are not counted.
func (r *Recorder) Returned(hit visit.Hit, seen stats.Return) {
	pv := r.anonymiser.Describe(hit, visit.Response{})
	if pv.Bot != "" || pv.BotClass != "" {
		return
	}
	if day, key, ok := r.anonymiser.Pseudonym(hit); ok && day == seen.Day && r.anonymiser.First(day, key, "return") {
		r.aggregator.AddReturn(seen)
	}
}
