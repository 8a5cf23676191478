package storetest

import (
	"fmt"
	"math/rand/v2"

	"github.com/kelisim/kelisim/stats"
)

// Traffic makes up a day of a site: views page views with values as unevenly spread as real ones are, so
// that sizes and times measured on it mean something. The same arguments give the same day.
func Traffic(day stats.Day, views int) stats.Batch {
	r := rand.New(rand.NewPCG(uint64(day), 42))
	b := stats.Batch{Instance: "traffic", Seq: 1}
	hours := [24]stats.Counts{}
	for range views {
		hour := (int(r.NormFloat64()*4) + 14 + 48) % 24
		c := pageview(r)
		hours[hour].Add(&c)
	}
	for hour, c := range hours {
		if !c.IsZero() {
			b.Totals = append(b.Totals, stats.Total{Day: day, Hour: uint8(hour), Counts: c})
		}
	}
	for dim := range stats.Dimensions() {
		b.Rows = append(b.Rows, spread(r, day, dim, views)...)
	}
	return b
}

// Closed returns the day as a closing that folds persons' values carried by fewer than five visitors.
func Closed(day stats.Day, views int) stats.Closing {
	c := stats.Closing{Day: day}
	for _, row := range Traffic(day, views).Rows {
		if row.Dim.Spec().Floor != stats.FloorPerson || row.Dim.Crowd(&row.Counts) >= 5 {
			c.Rows = append(c.Rows, row)
		}
	}
	for dim := range stats.Dimensions() {
		c.Folds = append(c.Folds, stats.Fold{Day: day, Dim: dim, Reason: stats.FoldBelow, K: 5, Values: 17, Counts: stats.Counts{23, 19, 18, 12, 340}})
	}
	return c
}

// pageview returns what one page view adds.
func pageview(r *rand.Rand) (c stats.Counts) {
	c[stats.Views], c[stats.Requests] = 1, 1
	if r.IntN(10) < 4 {
		c[stats.Visits], c[stats.Entries], c[stats.Exits] = 1, 1, 1
		c[stats.Visitors], c[stats.Bounces] = int64(r.IntN(5)/1%2), int64(r.IntN(2))
	} else {
		c[stats.Seconds] = int64(r.ExpFloat64() * 40)
	}
	return c
}

// catalogue says how many values of a dimension a site of middling size knows, and how they look.
var catalogue = map[stats.Dimension]struct {
	values int
	format string
}{
	stats.DimPage: {4000, "/articles/2026/some-title-of-a-page-%d"}, stats.DimFile: {600, "/static/app/chunk-%d.js"}, stats.DimSection: {24, "/section-%d"},
	stats.DimNotFound: {300, "/old/page-%d"}, stats.DimSource: {800, "www%d.example.org"}, stats.DimChannel: {8, "channel%d"},
	stats.DimCampaign: {20, "campaign-%d"}, stats.DimCountry: {120, "C%d"}, stats.DimRegion: {300, "KZ/Region %d"}, stats.DimCity: {1500, "KZ/Region/City %d"},
	stats.DimProvider: {1200, "Provider of the Internet %d LLC"}, stats.DimBrowser: {25, "Browser %d"}, stats.DimBrowserVersion: {200, "Browser %d"},
	stats.DimOS: {12, "System %d"}, stats.DimOSVersion: {60, "System %d"}, stats.DimDevice: {5, "device%d"}, stats.DimLanguage: {40, "l%d"},
	stats.DimStatus: {5, "%dxx"}, stats.DimBot: {80, "search: Bot %d"}, stats.DimConsent: {12, "banner/outcome%d"},
	stats.DimConsentPurpose: {4, "purpose%d/granted"}, stats.DimConsentCountry: {60, "C%d/accepted"}, stats.DimConsentLanguage: {20, "l%d/accepted"},
	stats.DimConsentDevice: {5, "device%d/accepted"}, stats.DimConsentVariant: {2, "v%d/accepted"}, stats.DimConsentTime: {6, "%ds/accepted"},
	stats.DimLatency: {12, "%d"}, stats.DimDepth: {11, "%d"}, stats.DimDuration: {13, "%d"}, stats.DimDownload: {40, "/files/report-%d.pdf"},
	stats.DimUpload: {4, "/upload/%d"}, stats.DimNetwork: {6, "network %d"}, stats.DimGoal: {5, "goal-%d"}, stats.DimFunnel: {9, "order/%d"},
	stats.DimReturn: {4, "return%d"}, stats.DimCohort: {30, "month %d"}, stats.DimTitle: {3000, "Some title of a page, number %d"},
	stats.DimOutbound: {150, "www%d.example.net"}, stats.DimScroll: {7, "%d"}, stats.DimEngaged: {11, "%d"}, stats.DimLCP: {10, "%d"},
	stats.DimINP: {10, "%d"}, stats.DimCLS: {10, "%d"}, stats.DimEvent: {20, "event-%d"}, stats.DimScreen: {5, "screen %d"}, stats.DimUnsigned: {30, "page /a%d"},
	stats.DimNetProvider: {1200, "Provider of the Internet %d LLC"}, stats.DimNetPrefix: {2500, "2001:db%d::/32 Provider of the Internet LLC"}, stats.DimNetCountry: {120, "C%d"},
}

// spread draws the values of a dimension for each page view; the first is drawn most often (Zipf's law).
func spread(r *rand.Rand, day stats.Day, dim stats.Dimension, views int) (rows []stats.Row) {
	known := catalogue[dim]
	zipf := rand.NewZipf(r, 1.15, 1.5, uint64(known.values-1))
	counts := make([]stats.Counts, known.values)
	for range views {
		c := pageview(r)
		for m := range c {
			if !dim.Spec().Measures.Has(stats.Measure(m)) {
				c[m] = 0
			}
		}
		if dim.Spec().Measures.Has(stats.Events) {
			c[stats.Events] = 1
		}
		if dim == stats.DimBot {
			c[stats.Bots] = 1
		}
		counts[zipf.Uint64()].Add(&c)
	}
	for i := range counts {
		if !counts[i].IsZero() {
			rows = append(rows, stats.Row{Day: day, Dim: dim, Value: fmt.Sprintf(known.format, i), Counts: counts[i]})
		}
	}
	return rows
}
