package stats

import (
	"iter"
	"strings"
)

// A pair is a dimension of two: its values say how often one value of each came together. Pairs are what a
// filter reads ("pages, of visitors from KZ"). They are fixed, few and capped, so that they cost the same
// whatever the traffic; and each value stays in memory until k visitors of the day carry both halves.
//
// Dimensions of pairs are numbers from firstPair on, never listed by [Dimensions]: see [Pairs].
const (
	// DimWriter is one for the house: the instances that wrote rows of a day, and how many they were once it is closed. No report
	// tells it.
	DimWriter Dimension = 94
	dimHour   Dimension = 95 // hour of the day, "00" to "23": in pairs only
	firstPair Dimension = 96
	DimFlow   Dimension = firstPair + pairRows*pairColumns // entry page and the page after it; Visits count

	// What [DimNetProvider] was answered. They are read by [Reports.Spikes] and [Reports.Waits].
	DimNetHour    = DimFlow + 1 // provider and hour of the day; Rejects and Faults once k visitors met some in that hour
	DimNetLatency = DimFlow + 2 // provider and bucket of [DimLatency]: told with the provider, whose floor it has

	// MaxDimension is above every dimension, pairs included.
	MaxDimension = DimNetLatency + 1

	pairRows    = 4
	pairColumns = 16
)

// first and second are the dimensions that are crossed. Stores keep the numbers that follow from their
// order. They are never written to.
var (
	first  = [pairRows]Dimension{DimPage, DimSource, DimCountry, DimDevice}
	second = [pairColumns]Dimension{
		DimSource, DimCountry, DimDevice, DimSection, DimChannel, DimCampaign, DimRegion, DimCity, DimProvider,
		DimBrowser, DimBrowserVersion, DimOS, DimOSVersion, DimLanguage, DimNetwork, dimHour,
	}
)

// pairMeasures are what is counted of a pair.
var pairMeasures = measures(Views, Visits, Visitors, Bounces, Seconds, Crowd)

// hourMeasures are what is counted of a provider in an hour.
var hourMeasures = measures(Requests, Rejects, Faults, Slow, Crowd)

// pairSpecs is the table of pairs. It is never written to.
var pairSpecs = func() (specs [MaxDimension - firstPair]Spec) {
	for i, a := range first {
		for j, b := range second {
			if !crosses(a, b) {
				continue
			}
			specs[i*pairColumns+j] = Spec{
				Name: a.name() + "-" + b.name(), Floor: FloorPerson, Cap: 4_000, Measures: pairMeasures, Partial: true, Pair: [2]Dimension{a, b},
			}
		}
	}
	specs[DimFlow-firstPair] = Spec{
		Name: "flow", Floor: FloorPerson, Cap: 8_000, Measures: measures(Visits, Crowd), Partial: true, Pair: [2]Dimension{DimPage, DimPage},
	}
	specs[DimNetHour-firstPair] = Spec{
		Name: "nethour", Floor: FloorPerson, Cap: 4_000, Measures: hourMeasures, Partial: true, Pair: [2]Dimension{DimNetProvider, dimHour},
	}
	specs[DimNetLatency-firstPair] = Spec{
		Name: "netlatency", Floor: FloorPerson, Cap: 4_000, Measures: measures(Requests), Partial: true, Pair: [2]Dimension{DimNetProvider, DimLatency},
	}
	return specs
}()

func (d Dimension) name() string {
	if d == dimHour {
		return "hour"
	}
	return specs[d].Name
}

// crosses reports whether a and b are a pair, in this order: not twice, and not where one follows from the other.
func crosses(a, b Dimension) bool {
	switch {
	case a == b, a == DimPage && b == DimSection, a == DimCountry && (b == DimRegion || b == DimCity):
		return false
	case b == DimSource:
		return a == DimPage
	case b == DimCountry:
		return a == DimPage || a == DimSource
	}
	return true
}

// PairOf returns the pair of two dimensions, in either order; false if they are none.
func PairOf(a, b Dimension) (pair Dimension, ok bool) {
	for p := range Pairs() {
		if c := p.Spec().Pair; p != DimFlow && (c == [2]Dimension{a, b} || c == [2]Dimension{b, a}) {
			return p, true
		}
	}
	return 0, false
}

// Pairs calls yield for every pair, in order.
func Pairs() iter.Seq[Dimension] {
	return func(yield func(Dimension) bool) {
		for d := firstPair; d < MaxDimension; d++ {
			if d.IsPair() && !yield(d) {
				return
			}
		}
	}
}

// Stored calls yield for every dimension that stores keep: [Dimensions], one for the house, then [Pairs].
func Stored() iter.Seq[Dimension] {
	return func(yield func(Dimension) bool) {
		for d := Dimension(1); d < MaxDimension; d++ {
			if d.Valid() && !yield(d) {
				return
			}
		}
	}
}

// IsPair reports whether d is a pair.
func (d Dimension) IsPair() bool {
	return d >= firstPair && d < MaxDimension && pairSpecs[d-firstPair].Name != ""
}

// separator stands between the halves of a pair's value: no value holds it.
const separator = "\x1f"

// JoinPair returns the value of a pair.
func JoinPair(a, b string) string { return a + separator + b }

// CutPair returns the halves of the value of a pair.
func CutPair(value string) (a, b string) {
	a, b, _ = strings.Cut(value, separator)
	return a, b
}

// ValidValue reports whether value may be counted in d: see the function of this name; of a pair, both halves.
func (d Dimension) ValidValue(value string) bool {
	if !d.IsPair() {
		return ValidValue(value)
	}
	a, b, ok := strings.Cut(value, separator)
	return ok && len(value) <= MaxValue && ValidValue(a) && ValidValue(b)
}

// hourNames are the values of dimHour. They are never written to.
var hourNames = [24]string{
	"00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23",
}
