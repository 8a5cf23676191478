package stats

import "github.com/kelisim/kelisim/visit"

// Day is [visit.Day]: a calendar day of the site's time zone.
type Day = visit.Day

// Measure is one of the numbers that are counted.
type Measure uint8

// Measures of rows and totals.
const (
	Views    Measure = iota // page views by people
	Visits                  // visits begun: runs of page views with no pause over 30 minutes
	Visitors                // first page views of the day: people, as far as they can be told apart
	Bounces                 // visits with one page view (taken back by the second one)
	Seconds                 // time between the page views of visits, counted where the visit began; of pages, under the one that was looked at
	Entries                 // visits that began on this page
	Exits                   // visits that ended on this page (taken back when another page follows)
	Requests                // requests of any kind by people, page views included
	Bots                    // requests of any kind by bots
	Events                  // occurrences of an event (a consent outcome, a custom event)
)

// Measures of totals only. They say how the requests divide between dimensions that do not cover
// all of them, so that the "other" of each can be had: see [Dimension.Whole].
const (
	Refused     Measure = Events + 1 + iota // hits of visitors who refused to be counted; nothing else is known of them
	Files                                   // those of Requests that asked for no page
	FileBots                                // those of Bots that asked for no page
	Missing                                 // those of Requests that asked for a page and got 404 or 410
	MissingBots                             // those of Bots that asked for a page and got 404 or 410
)

// Measures of rows and totals that came later: stores keep the numbers of measures.
const (
	Crowd     Measure = MissingBots + 1 + iota // visitors of the day who carry a pair, counted up to 64: what its floor looks at. Of networks, the floor
	Beacons                                    // page views whose browser told how they went on
	Engaged                                    // seconds in which those pages were looked at
	Scrolled                                   // how far down those pages were scrolled, in percent, added up
	Askers                                     // first requests of the day: visitors, those included who viewed no page. Never leaves memory
	Redirects                                  // those of Requests that were answered with 3xx
	Rejects                                    // the same with 4xx
	Faults                                     // the same with 5xx
	Slow                                       // those of Requests that were answered after more than a second
	Viewers                                    // first page views of the day under this page or section: its visitors. See [Dimension.Told]
	Timed                                      // page views of this page or section of which Seconds says how long they lasted

	NumMeasures
)

// OfRows reports whether rows count m; the others are of totals only.
func (m Measure) OfRows() bool { return m <= Events || m >= Crowd && m < NumMeasures }

// Counts holds one number per [Measure]. In a [Batch] they are differences and may be negative.
type Counts [NumMeasures]int64

// Add adds d to c.
func (c *Counts) Add(d *Counts) {
	for m := range c {
		c[m] += d[m]
	}
}

// Sub takes d from c.
func (c *Counts) Sub(d *Counts) {
	for m := range c {
		c[m] -= d[m]
	}
}

// IsZero reports whether nothing is counted.
func (c *Counts) IsZero() bool { return *c == Counts{} }

// Hits is the number of hits that were accepted for counting, whoever made them.
func (c *Counts) Hits() int64 { return c[Requests] + c[Bots] + c[Refused] }

// Total is what happened in one hour, over all values of all dimensions.
type Total struct {
	Day    Day
	Hour   uint8 // 0–23 in the site's time zone; the hour that a clock change repeats is one hour
	Counts Counts
}

// Row is what happened on one day under one value of one dimension. It uses the measures of rows
// ([Measure.OfRows]); the others are 0.
type Row struct {
	Day    Day
	Dim    Dimension
	Value  string // "" is a value like any other: known to be none (direct) or unknown
	Counts Counts
}

// Batch is what one instance adds to the statistics: differences, applied once each.
type Batch struct {
	Instance string  // random name of the process run (or of the imported file): no visitor, no host
	Seq      uint64  // 1, 2, 3 … within Instance
	Mark     []byte  // opaque position of an import after this batch; nil elsewhere
	Totals   []Total // at most one per day and hour, in order
	Rows     []Row   // at most one per day, dimension and value, in order
}

// Dimension is an attribute by which requests are counted. There is no row for "other": it is
// [Dimension.Whole] of the total less the rows, so that whatever is held back, folded or over a cap
// is still in the totals.
type Dimension uint8

// Dimensions. Their names, floors, caps and ladders are in one table: see [Spec].
const (
	DimPage           Dimension = iota + 1 // scrubbed path of documents
	DimFile                                // scrubbed path of anything else: assets, downloads, calls
	DimSection                             // first path segment
	DimNotFound                            // scrubbed path of documents answered with 404 or 410
	DimSource                              // referring host; "" is direct
	DimChannel                             // search, social, ai, mail, paid, campaign, referral, direct
	DimCampaign                            // declared campaign tag; "" is none
	DimCountry                             // ISO 3166-1 alpha-2
	DimRegion                              // "KZ/Almaty"; no row where the region is unknown
	DimCity                                // "KZ/Almaty/Almaty"; no row where the city is unknown
	DimProvider                            // organisation of the autonomous system
	DimBrowser                             // "Chrome"
	DimBrowserVersion                      // "Chrome 146"; no row where the version is unknown
	DimOS                                  // "Windows"
	DimOSVersion                           // "Windows 11"; no row where the version is unknown
	DimDevice                              // desktop, mobile, tablet, tv, console, other
	DimLanguage                            // "kk"
	DimStatus                              // "2xx"
	DimBot                                 // "search: Googlebot"
	DimConsent                             // "banner/accepted": method and [Outcome] of asking

	// What is told of the acts of consent, see [Act]. Values end in "/" and an outcome.

	DimConsentPurpose  // "statistics/granted", "statistics/withdrawn": of answers one by one and withdrawals
	DimConsentCountry  // "KZ/accepted"
	DimConsentLanguage // "kk/accepted"
	DimConsentDevice   // "mobile/accepted"
	DimConsentVariant  // "b/accepted": of the banner
	DimConsentTime     // "10s/accepted": from the question to the answer

	// What the server knows of a request or a visit beyond its attributes.

	DimLatency  // time to the answer, by bucket: see [Dimension.Buckets]
	DimDepth    // page views of a visit, by bucket
	DimDuration // time between the first and the last page view of a visit, by bucket
	DimDownload // scrubbed path of files that are kept: documents, archives, programs
	DimUpload   // scrubbed path to which a file was sent
	DimNetwork  // class of the network: "isp", "hosting" …

	// What is told of events, by [Aggregator.AddSignal].

	DimGoal     // name of a goal that was reached
	DimFunnel   // "name/2": visits that reached a step of a funnel
	DimReturn   // of visitors who consented: what [Aggregator.AddReturn] counts
	DimCohort   // month of the first visit ("2026-03") of visitors who consented, once a month
	DimTitle    // title of a page, scrubbed
	DimOutbound // host that a link led to
	DimScroll   // how far down a page was scrolled, by bucket: percent
	DimEngaged  // how long a page was looked at, by bucket
	DimLCP      // largest contentful paint, by bucket
	DimINP      // interaction to next paint, by bucket
	DimCLS      // cumulative layout shift, by bucket: thousandths
	DimEvent    // name of a custom event
	DimScreen   // class of the screen, of visitors who consented: "narrow", "medium", "wide", "widest"
	DimUnsigned // "page /a", "event signup": what pages told without a token of ours, so that anybody may have made it up

	// What the networks of visitors are answered, of requests of any kind.

	DimNetProvider // organisation of the autonomous system
	DimNetPrefix   // "203.0.0.0/16 Provider": see [visit.Prefix]; of people only
	DimNetCountry  // ISO 3166-1 alpha-2
	NumDimensions  // stays below DimWriter
)
