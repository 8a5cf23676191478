package stats

import "strings"

// Outcome is what became of asking a visitor for consent.
type Outcome string

// Outcomes. The first answer of a visitor is Accepted, Customised or Rejected; what the same visitor
// does later is Withdrawn or Changed, so that nobody answers one question twice.
const (
	OutcomeShown      Outcome = "shown"      // asked: once a visitor and day
	OutcomeAccepted   Outcome = "accepted"   // granted everything
	OutcomeCustomised Outcome = "customised" // granted something, chosen one by one
	OutcomeRejected   Outcome = "rejected"   // granted nothing
	OutcomeWithdrawn  Outcome = "withdrawn"  // took back something granted before, and granted nothing new
	OutcomeChanged    Outcome = "changed"    // answered again in any other way
)

const (
	suffixGranted   = "granted"
	suffixWithdrawn = "withdrawn"
)

// describes reports whether anything but the outcome may be told of an act: of a question, and of an
// answer that grants. Refusal means refusal: of a rejection, a withdrawal or a second thought nothing is.
func (o Outcome) describes() bool {
	return o == OutcomeShown || o == OutcomeAccepted || o == OutcomeCustomised
}

func (o Outcome) valid() bool {
	return o.describes() || o == OutcomeRejected || o == OutcomeWithdrawn || o == OutcomeChanged
}

// Act is one act of consent: a question or an answer. Each adds one to the [Events] of its hour and one
// row to [DimConsent]. What else is counted of it, it is counted apart: no row joins two facets.
type Act struct {
	Day     Day
	Hour    uint8
	Method  string // "banner", "centre", "api", "representative"
	Outcome Outcome

	// Purposes are those that an answer one by one grants, or that a withdrawal takes back: what was
	// done, not who did it. Of other outcomes they are ignored: to accept is to grant all of them.
	Purposes []string
	// Facets tell of the visitor. Of outcomes other than shown, accepted and customised they are
	// ignored; the caller leaves them nil where the visitor refuses to be counted all the same.
	Facets *Facets
}

// Facets are what an act is counted by. Values are bounded as [ValidValue] says; "" is unknown, but for
// Variant and Time, which then have no row.
type Facets struct {
	Country, Language, Device string
	Variant                   string // of the banner, where several are tried
	Time                      string // class of the time from question to answer
}

// AddAct counts one act. Acts that are none are ignored.
func (a *Aggregator) AddAct(act *Act) {
	if act.Hour > 23 || !act.Outcome.valid() || act.Method == "" || len(act.Method) > 32 {
		return
	}
	s := a.lock()
	defer s.mu.Unlock()
	t := s.tally(act.Day)
	if t == nil {
		return
	}
	t.hour(act.Hour)[Events]++
	cellOf(&t.events, act.Method+"/"+string(act.Outcome), true).n[Events]++
	switch act.Outcome {
	case OutcomeCustomised:
		t.facetsOf(DimConsentPurpose, act.Purposes, suffixGranted)
	case OutcomeWithdrawn:
		t.facetsOf(DimConsentPurpose, act.Purposes, suffixWithdrawn)
	}
	if act.Facets == nil || !act.Outcome.describes() {
		return
	}
	f, suffix := act.Facets, string(act.Outcome)
	t.facet(DimConsentCountry, f.Country, suffix)
	t.facet(DimConsentLanguage, f.Language, suffix)
	t.facet(DimConsentDevice, f.Device, suffix)
	if f.Variant != "" {
		t.facet(DimConsentVariant, f.Variant, suffix)
	}
	if f.Time != "" && act.Outcome != OutcomeShown {
		t.facet(DimConsentTime, f.Time, suffix)
	}
}

func (t *tally) facetsOf(dim Dimension, values []string, suffix string) {
	for _, value := range values {
		t.facet(dim, value, suffix)
	}
}

func (t *tally) facet(dim Dimension, value, suffix string) {
	k := facet{dim, value, suffix}
	t.facets.cells[t.facets.find(quickArrival(value, suffix, "")+uint64(dim), &k, true)].n[Events]++
}

// facet is one thing that is told of an act, and how the act ended.
type facet struct {
	dim           Dimension
	value, suffix string
}

func (f facet) clone() facet { return facet{f.dim, strings.Clone(f.value), strings.Clone(f.suffix)} }

func (f facet) valid() bool { return len(f.value)+len(f.suffix)+1 <= MaxValue && ValidValue(f.value) }

func (f *facet) row() string { return f.value + "/" + f.suffix }

// cutFacet divides the value of a row into what is told and how the act ended.
func cutFacet(row string) (value, suffix string) {
	if i := strings.LastIndexByte(row, '/'); i >= 0 {
		return row[:i], row[i+1:]
	}
	return "", row
}

// takeActs takes the rows about acts that may leave: those of one dimension and one outcome together, for
// as many acts as page views must be together, or when the day is over. Acts are few: at the end of an
// hour there would often be a single one, and its rows together would be a row about a person.
func (h *hold) takeActs(d *heldDay, list []Row) []Row {
	for dim := DimConsentPurpose; dim < NumDimensions; dim++ {
		if !specs[dim].Act || len(d.ready[dim]) == 0 {
			continue
		}
		acts := actsIn(dim, d.ready[dim])
		stay := d.ready[dim][:0]
		for _, v := range d.ready[dim] {
			_, suffix := cutFacet(v.value)
			if !d.ended && acts[suffix] < int64(h.options.LeaveViews) {
				stay = append(stay, v)
				continue
			}
			if c := h.release(dim, v); !c.IsZero() {
				list = append(list, Row{Day: d.day, Dim: dim, Value: v.value, Counts: c})
			}
		}
		clear(d.ready[dim][len(stay):])
		d.ready[dim] = stay
	}
	return list
}

// actsIn is how many acts the values tell of, at least, by how they ended. An act may tell of several
// purposes, and of one value of anything else.
func actsIn(dim Dimension, values []*held) map[string]int64 {
	acts := make(map[string]int64)
	for _, v := range values {
		_, suffix := cutFacet(v.value)
		if n := v.waiting[Events]; dim == DimConsentPurpose {
			acts[suffix] = max(acts[suffix], n)
		} else {
			acts[suffix] += n
		}
	}
	return acts
}
