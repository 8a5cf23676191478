package stats

import (
	"errors"
	"fmt"
	"iter"
	"unicode/utf8"
)

// MaxValue is the longest value of a dimension, in bytes.
const MaxValue = 256

// Floor says how many visitors of a day must carry a value before it may be seen.
type Floor uint8

// Classes of floors.
const (
	FloorPerson Floor = iota + 1 // says something about a person: k visitors, 5 by default
	FloorOpen                    // says something about the site: its own k, 1 by default
	FloorClosed                  // one of a few words of ours: no floor
)

// Floors holds k for each class of floor.
type Floors struct {
	// Person is k of [FloorPerson]. Default 5. 1 switches it off and is for demonstrations only.
	Person int
	// Open is k of [FloorOpen]. Default 1. Above 1, values that carry no visitors of their own (files,
	// missing pages) stay in "other" for good. Pages and sections have those who viewed them: see [Viewers].
	Open int
}

// withDefaults returns f with its zero fields set.
func (f Floors) withDefaults() Floors {
	if f.Person <= 0 {
		f.Person = 5
	}
	if f.Open <= 0 {
		f.Open = 1
	}
	return f
}

// Of returns k for d; 1 means that d has no floor.
func (f Floors) Of(d Dimension) int {
	f = f.withDefaults()
	switch d.Spec().Floor {
	case FloorPerson:
		return f.Person
	case FloorOpen:
		return f.Open
	default:
		return 1
	}
}

// Measures is a set of measures.
type Measures uint32

func measures(list ...Measure) (set Measures) {
	for _, m := range list {
		set |= 1 << m
	}
	return set
}

// Has reports whether m is in the set.
func (s Measures) Has(m Measure) bool { return s>>m&1 == 1 }

// keep sets the measures of c that are not in the set to 0.
func (s Measures) keep(c *Counts) {
	for m := range c {
		if !s.Has(Measure(m)) {
			c[m] = 0
		}
	}
}

// Spec is what is fixed about a dimension.
type Spec struct {
	Name     string       // in URLs, exports and keys: stable
	Floor    Floor        // class of its floor
	Cap      int          // values per day and instance; beyond it they are "other"
	Parent   Dimension    // the coarser dimension that a folded value is still counted in; 0 for none
	Measures Measures     // what is counted; the other measures of its rows are 0
	Partial  bool         // a request without a value has no row: "other" includes the unknown
	Act      bool         // told of acts of consent, see [Act]
	Pair     [2]Dimension // of a pair: its halves, see [Pairs]
	Signal   bool         // told of by [Aggregator.AddSignal]; its whole is its rows, as no total counts it
}

var (
	visitMeasures = measures(Views, Visits, Visitors, Bounces, Seconds, Requests, Bots)
	pageMeasures  = visitMeasures | measures(Entries, Exits, Beacons, Engaged, Scrolled, Viewers, Timed)
	hitMeasures   = measures(Requests, Bots)
	eventMeasures = measures(Events, Visits, Visitors)
	askedMeasures = measures(Requests, Redirects, Rejects, Faults, Slow, Crowd)
)

// specs is the table of all dimensions. It is never written to.
var specs = [NumDimensions]Spec{
	DimPage:           {Name: "page", Floor: FloorOpen, Cap: 50_000, Parent: DimSection, Measures: pageMeasures},
	DimFile:           {Name: "file", Floor: FloorOpen, Cap: 20_000, Measures: hitMeasures},
	DimSection:        {Name: "section", Floor: FloorOpen, Cap: 2_000, Measures: pageMeasures},
	DimNotFound:       {Name: "notfound", Floor: FloorOpen, Cap: 10_000, Measures: hitMeasures},
	DimSource:         {Name: "source", Floor: FloorOpen, Cap: 10_000, Measures: visitMeasures},
	DimChannel:        {Name: "channel", Floor: FloorClosed, Cap: 16, Measures: visitMeasures},
	DimCampaign:       {Name: "campaign", Floor: FloorPerson, Cap: 2_000, Measures: visitMeasures},
	DimCountry:        {Name: "country", Floor: FloorPerson, Cap: 300, Measures: visitMeasures},
	DimRegion:         {Name: "region", Floor: FloorPerson, Cap: 4_000, Parent: DimCountry, Measures: visitMeasures, Partial: true},
	DimCity:           {Name: "city", Floor: FloorPerson, Cap: 10_000, Parent: DimRegion, Measures: visitMeasures, Partial: true},
	DimProvider:       {Name: "provider", Floor: FloorPerson, Cap: 10_000, Measures: visitMeasures},
	DimBrowser:        {Name: "browser", Floor: FloorPerson, Cap: 500, Measures: visitMeasures},
	DimBrowserVersion: {Name: "browserversion", Floor: FloorPerson, Cap: 2_000, Parent: DimBrowser, Measures: visitMeasures, Partial: true},
	DimOS:             {Name: "os", Floor: FloorPerson, Cap: 200, Measures: visitMeasures},
	DimOSVersion:      {Name: "osversion", Floor: FloorPerson, Cap: 1_000, Parent: DimOS, Measures: visitMeasures, Partial: true},
	DimDevice:         {Name: "device", Floor: FloorPerson, Cap: 16, Measures: visitMeasures},
	DimLanguage:       {Name: "language", Floor: FloorPerson, Cap: 300, Measures: visitMeasures},
	DimStatus:         {Name: "status", Floor: FloorClosed, Cap: 16, Measures: measures(Views, Requests, Bots)},
	DimBot:            {Name: "bot", Floor: FloorClosed, Cap: 2_000, Measures: measures(Bots)},
	DimConsent:        {Name: "consent", Floor: FloorClosed, Cap: 500, Measures: measures(Events)},

	DimConsentPurpose:  {Name: "consentpurpose", Floor: FloorPerson, Cap: 100, Measures: measures(Events), Partial: true, Act: true},
	DimConsentCountry:  {Name: "consentcountry", Floor: FloorPerson, Cap: 900, Measures: measures(Events), Partial: true, Act: true},
	DimConsentLanguage: {Name: "consentlanguage", Floor: FloorPerson, Cap: 900, Measures: measures(Events), Partial: true, Act: true},
	DimConsentDevice:   {Name: "consentdevice", Floor: FloorPerson, Cap: 48, Measures: measures(Events), Partial: true, Act: true},
	DimConsentVariant:  {Name: "consentvariant", Floor: FloorPerson, Cap: 48, Measures: measures(Events), Partial: true, Act: true},
	DimConsentTime:     {Name: "consenttime", Floor: FloorPerson, Cap: 48, Measures: measures(Events), Partial: true, Act: true},

	DimLatency:  {Name: "latency", Floor: FloorClosed, Cap: 32, Measures: measures(Requests), Partial: true},
	DimDepth:    {Name: "depth", Floor: FloorClosed, Cap: 16, Measures: measures(Visits)},
	DimDuration: {Name: "duration", Floor: FloorClosed, Cap: 32, Measures: measures(Visits)},
	DimDownload: {Name: "download", Floor: FloorOpen, Cap: 5_000, Measures: hitMeasures, Partial: true},
	DimUpload:   {Name: "upload", Floor: FloorOpen, Cap: 1_000, Measures: hitMeasures, Partial: true},
	DimNetwork:  {Name: "network", Floor: FloorPerson, Cap: 32, Measures: visitMeasures, Partial: true},

	DimGoal:     {Name: "goal", Floor: FloorClosed, Cap: 64, Measures: measures(Events, Visits), Signal: true},
	DimFunnel:   {Name: "funnel", Floor: FloorClosed, Cap: 128, Measures: measures(Events, Visits), Signal: true},
	DimReturn:   {Name: "return", Floor: FloorClosed, Cap: 16, Measures: measures(Visitors), Signal: true},
	DimCohort:   {Name: "cohort", Floor: FloorPerson, Cap: 200, Measures: measures(Visitors), Signal: true},
	DimTitle:    {Name: "title", Floor: FloorPerson, Cap: 20_000, Measures: measures(Events, Visitors), Signal: true},
	DimOutbound: {Name: "outbound", Floor: FloorOpen, Cap: 5_000, Measures: measures(Events), Signal: true},
	DimScroll:   {Name: "scroll", Floor: FloorClosed, Cap: 32, Measures: measures(Events), Signal: true},
	DimEngaged:  {Name: "engaged", Floor: FloorClosed, Cap: 32, Measures: measures(Events), Signal: true},
	DimLCP:      {Name: "lcp", Floor: FloorClosed, Cap: 32, Measures: measures(Events), Signal: true},
	DimINP:      {Name: "inp", Floor: FloorClosed, Cap: 32, Measures: measures(Events), Signal: true},
	DimCLS:      {Name: "cls", Floor: FloorClosed, Cap: 32, Measures: measures(Events), Signal: true},
	DimEvent:    {Name: "event", Floor: FloorPerson, Cap: 1_000, Measures: eventMeasures, Signal: true},
	DimScreen:   {Name: "screen", Floor: FloorPerson, Cap: 32, Measures: measures(Visits, Visitors), Signal: true},
	DimUnsigned: {Name: "unsigned", Floor: FloorPerson, Cap: 2_000, Measures: measures(Events, Visitors), Signal: true},

	DimNetProvider: {Name: "netprovider", Floor: FloorPerson, Cap: 10_000, Measures: askedMeasures | measures(Bots)},
	DimNetPrefix:   {Name: "netprefix", Floor: FloorPerson, Cap: 20_000, Parent: DimNetProvider, Measures: askedMeasures, Partial: true},
	DimNetCountry:  {Name: "netcountry", Floor: FloorPerson, Cap: 300, Measures: askedMeasures | measures(Bots)},
}

// Crowd is how many carry what c counts under a value of d, as the floor counts them: visitors of the
// day, or acts of consent, of which each visitor does one a day as a rule. Of what networks were answered it is
// the floor that the value has passed, for each instance that told it: no more is at rest.
func (d Dimension) Crowd(c *Counts) int64 {
	by := d.CrowdMeasures()
	return max(c[by[0]], c[by[1]], c[by[2]])
}

// CrowdMeasures returns the measures of which the largest is [Dimension.Crowd]; some may be the same.
func (d Dimension) CrowdMeasures() [3]Measure {
	switch {
	case d.IsPair():
		return [3]Measure{Visitors, Askers, Crowd}
	case d >= NumDimensions:
	case specs[d].Act:
		return [3]Measure{Events, Events, Events}
	case d.asked():
		return [3]Measure{Crowd, Crowd, Crowd}
	}
	if d.paged() { // days that were counted before there were viewers have only visitors
		return [3]Measure{Viewers, Visitors, Visitors}
	}
	return [3]Measure{Visitors, Visitors, Visitors}
}

// Dimensions calls yield for every dimension that is no pair, in order.
func Dimensions() iter.Seq[Dimension] {
	return func(yield func(Dimension) bool) {
		for d := Dimension(1); d < NumDimensions; d++ {
			if !yield(d) {
				return
			}
		}
	}
}

// Valid reports whether d is one of the dimensions, or a pair of them.
func (d Dimension) Valid() bool { return d > 0 && d < NumDimensions || d == DimWriter || d.IsPair() }

// Spec returns what is fixed about d; the zero Spec if d is not valid.
func (d Dimension) Spec() Spec {
	switch {
	case d.IsPair():
		return pairSpecs[d-firstPair]
	case d == DimWriter:
		return Spec{Name: "writer", Floor: FloorClosed, Cap: 1000, Measures: measures(Events), Partial: true}
	case d.Valid():
		return specs[d]
	}
	return Spec{}
}

// String returns the name of d.
func (d Dimension) String() string {
	if !d.Valid() {
		return fmt.Sprintf("dimension(%d)", uint8(d))
	}
	return d.Spec().Name
}

// ErrDimension is returned for a name that is no dimension.
var ErrDimension = errors.New("stats: unknown dimension")

// ParseDimension returns the dimension with the given name.
func ParseDimension(name string) (Dimension, error) {
	for d := range Stored() {
		if d.Spec().Name == name && d != DimWriter {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%w %q", ErrDimension, name)
}

// ValidValue reports whether value may be counted: at most [MaxValue] bytes of UTF-8 without control
// characters.
func ValidValue(value string) bool {
	if len(value) > MaxValue || !utf8.ValidString(value) {
		return false
	}
	for i := range len(value) {
		if value[i] < 0x20 || value[i] == 0x7f {
			return false
		}
	}
	return true
}

// Whole returns what the rows of d add up to when none is missing, out of the totals c of the same
// time; nothing for signals, which are in no total. "Other" is Whole less the rows.
func (d Dimension) Whole(c Counts) Counts {
	if d.Spec().Signal || d.IsPair() {
		return Counts{}
	}
	switch d {
	case DimPage, DimSection:
		c[Requests] -= c[Files]
		c[Bots] -= c[FileBots]
	case DimFile:
		c[Requests], c[Bots] = c[Files], c[FileBots]
	case DimNotFound:
		c[Requests], c[Bots] = c[Missing], c[MissingBots]
	}
	d.Spec().Measures.keep(&c)
	return c
}

// measureNames is never written to.
var measureNames = [NumMeasures]string{
	"views", "visits", "visitors", "bounces", "seconds", "entries", "exits", "requests", "bots", "events",
	"refused", "files", "filebots", "missing", "missingbots", "crowd", "beacons", "engaged", "scrolled",
	"askers", "redirects", "rejects", "faults", "slow", "viewers", "timed",
}

// String returns the name of m, as in URLs and exports.
func (m Measure) String() string {
	if m >= NumMeasures {
		return fmt.Sprintf("measure(%d)", uint8(m))
	}
	return measureNames[m]
}

// ErrMeasure is returned for a name that is no measure.
var ErrMeasure = errors.New("stats: unknown measure")

// ParseMeasure returns the measure with the given name.
func ParseMeasure(name string) (Measure, error) {
	for m, n := range measureNames {
		if n == name {
			return Measure(m), nil
		}
	}
	return 0, fmt.Errorf("%w %q", ErrMeasure, name)
}
