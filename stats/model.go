// Package stats counts, and never knows whom.
package stats

import "github.com/kelisim/kelisim/visit"

// Day is [visit.Day]: a calendar day of the site's time zone.
type Day = visit.Day

// Measure is one of the numbers that are counted.
type Measure uint8

const (
	Views    Measure = iota // page views by people
	Visits                  // visits begun: runs of page views with no pause over 30 minutes
	Visitors                // first page views of the day: people, as far as they can be told apart
	Bounces                 // visits with one page view (taken back by the second one)
	Seconds                 // time between the page views of visits, seconds
	Entries                 // visits that began on this page
	Exits                   // visits that ended on this page (taken back when another page follows)
	Requests                // requests of any kind by people, page views included
	Bots                    // requests of any kind by bots
	Events                  // occurrences of an event (a consent outcome, a custom event)
	Refused                 // hits of visitors who refused to be counted; nothing else is known of them
	NumMeasures
)

// Counts holds one number per [Measure]. In a [Batch] they are differences and may be negative.
type Counts [NumMeasures]int64

// Total is what happened in one hour, over all values of all dimensions.
type Total struct {
	Day    Day
	Hour   uint8 // 0–23 in the site's time zone
	Counts Counts
}

// Row is what happened on one day under one value of one dimension.
type Row struct {
	Day    Day
	Dim    Dimension
	Value  string
	Counts Counts
}

// Batch is what one instance adds to the statistics: differences, applied once each.
type Batch struct {
	Instance string // random name of the process run (or of the imported file): no visitor, no host
	Seq      uint64 // 1, 2, 3 … within Instance
	Mark     []byte // opaque position of an import after this batch; nil elsewhere
	Totals   []Total
	Rows     []Row
}

// Dimension is an attribute by which requests are counted. There is no row for "other": it is the
// total less the rows, so that whatever is held back, folded or over a cap is still in the totals.
type Dimension uint8

const (
	DimPage           Dimension = iota + 1 // scrubbed path of documents
	DimFile                                // scrubbed path of anything else: assets, downloads, calls
	DimSection                             // first path segment
	DimNotFound                            // scrubbed path of documents answered with 404 or 410
	DimSource                              // referring host
	DimChannel                             // search, social, ai, mail, paid, campaign, referral, direct
	DimCampaign                            // declared campaign tag
	DimCountry                             // ISO 3166-1 alpha-2
	DimRegion                              // "KZ/Almaty"
	DimCity                                // "KZ/Almaty/Almaty"
	DimProvider                            // organisation of the autonomous system
	DimBrowser                             // "Chrome"
	DimBrowserVersion                      // "Chrome 146"
	DimOS                                  // "Windows"
	DimOSVersion                           // "Windows 11"
	DimDevice                              // desktop, mobile, tablet, tv, console, other
	DimLanguage                            // "kk"
	DimStatus                              // "2xx"
	DimBot                                 // "search: Googlebot"
	DimConsent                             // "banner/accepted": outcome of asking
	NumDimensions
)
