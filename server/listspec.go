package server

import (
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// listSpec is one list: a dimension seen under one measure. Its name is a key of the locales
// ("list.page") and stands in addresses.
type listSpec struct {
	Name  string
	Panel string // the panel of the overview that it is a tab of
	Dim   stats.Dimension
	Order stats.Measure
	Kind  kind
}

// kind is how the values of a list are shown.
type kind uint8

const (
	kindPlain kind = iota
	kindPath
	kindHost
	kindCountry
	kindPlace // "KZ/Almaty/Almaty"
	kindLanguage
	kindWord // one of our own words, in the locales under "value.<dimension>.<value>"
	kindBot  // "search: Googlebot"
	kindClass
	kindBucket // how much something was: in the order of its buckets
)

// panelNames are the panels of the overview, and then those of the technical page, in order. Those in
// drawn have no list.
var panelNames = [...]string{"pages", "sources", "places", "people", "hours", "attention", "goals", "flows", "links", "consent", "speed", "answers", "lost", "bots", "events", "unsigned"}

// technicalPanels is where those of the technical page begin.
const technicalPanels = 10

// drawn are the panels that are no list.
var drawn = [...]string{"hours", "flows", "goals", "speed"}

func listSpecs() []listSpec {
	return []listSpec{
		{"page", "pages", stats.DimPage, stats.Views, kindPath},
		{"entry", "pages", stats.DimPage, stats.Entries, kindPath},
		{"exit", "pages", stats.DimPage, stats.Exits, kindPath},
		{"section", "pages", stats.DimSection, stats.Views, kindPath},
		{"title", "pages", stats.DimTitle, stats.Events, kindPlain},
		{"source", "sources", stats.DimSource, stats.Visitors, kindHost},
		{"channel", "sources", stats.DimChannel, stats.Visitors, kindWord},
		{"campaign", "sources", stats.DimCampaign, stats.Visitors, kindPlain},
		{"country", "places", stats.DimCountry, stats.Visitors, kindCountry},
		{"region", "places", stats.DimRegion, stats.Visitors, kindPlace},
		{"city", "places", stats.DimCity, stats.Visitors, kindPlace},
		{"provider", "places", stats.DimProvider, stats.Visitors, kindPlain},
		{"language", "places", stats.DimLanguage, stats.Visitors, kindLanguage},
		{"network", "places", stats.DimNetwork, stats.Visitors, kindWord},
		{"browser", "people", stats.DimBrowser, stats.Visitors, kindPlain},
		{"version", "people", stats.DimBrowserVersion, stats.Visitors, kindPlain},
		{"os", "people", stats.DimOS, stats.Visitors, kindPlain},
		{"osversion", "people", stats.DimOSVersion, stats.Visitors, kindPlain},
		{"device", "people", stats.DimDevice, stats.Visitors, kindWord},
		{"screen", "people", stats.DimScreen, stats.Visitors, kindWord},
		{"depth", "attention", stats.DimDepth, stats.Visits, kindBucket},
		{"duration", "attention", stats.DimDuration, stats.Visits, kindBucket},
		{"engaged", "attention", stats.DimEngaged, stats.Events, kindBucket},
		{"scroll", "attention", stats.DimScroll, stats.Events, kindBucket},
		{"outbound", "links", stats.DimOutbound, stats.Events, kindPlain},
		{"download", "links", stats.DimDownload, stats.Requests, kindPath},
		{"upload", "links", stats.DimUpload, stats.Requests, kindPath},
		{"event", "events", stats.DimEvent, stats.Events, kindPlain},
		{"unsigned", "unsigned", stats.DimUnsigned, stats.Events, kindPlain},
		{"netprovider", "networks", stats.DimNetProvider, stats.Requests, kindPlain},
		{"netprefix", "networks", stats.DimNetPrefix, stats.Requests, kindPlain},
		{"netcountry", "networks", stats.DimNetCountry, stats.Requests, kindCountry},
		{"status", "answers", stats.DimStatus, stats.Requests, kindWord},
		{"file", "answers", stats.DimFile, stats.Requests, kindPath},
		{"missing", "lost", stats.DimNotFound, stats.Requests, kindPath},
		{"outcome", "consent", stats.DimConsent, stats.Events, kindWord},
		{"botclass", "bots", stats.DimBot, stats.Bots, kindClass},
		{"bot", "bots", stats.DimBot, stats.Bots, kindBot},
	}
}

func findList(name string) (listSpec, bool) {
	for _, spec := range listSpecs() {
		if spec.Name == name {
			return spec, true
		}
	}
	return listSpec{}, false
}

// tabs returns the lists of a panel.
func tabs(panel string) (all []listSpec) {
	for _, spec := range listSpecs() {
		if spec.Panel == panel {
			all = append(all, spec)
		}
	}
	return all
}

// columns are the measures that the list's own page and its exports show, the ordering one first.
func (spec listSpec) columns() []stats.Measure { return spec.columnsOf(spec.Dim.Told(stats.Filter{})) }

func (spec listSpec) columnsOf(told stats.Measures) (all []stats.Measure) {
	if told.Has(spec.Order) {
		all = append(all, spec.Order)
	}
	if spec.Order == stats.Bots {
		return all
	}
	for _, m := range []stats.Measure{stats.Visitors, stats.Visits, stats.Views, stats.Entries, stats.Exits, stats.Requests, stats.Redirects, stats.Rejects, stats.Faults, stats.Slow, stats.Bots, stats.Events} {
		if m != spec.Order && told.Has(m) {
			all = append(all, m)
		}
	}
	return all
}

// botted reports whether the list can be seen for bots, too.
func (spec listSpec) botted() bool {
	return spec.Dim.Spec().Measures.Has(stats.Bots) && spec.Order != stats.Entries && spec.Order != stats.Exits
}

// of returns the list of bots rather than of people, if bots.
func (spec listSpec) of(bots bool) listSpec {
	if bots && spec.botted() {
		spec.Order = stats.Bots
	}
	return spec
}

// sparse reports that most requests have no value of the list at all: what is not in its rows is no "other".
func (spec listSpec) sparse() bool {
	return spec.Dim == stats.DimDownload || spec.Dim == stats.DimUpload
}

// ratios are what follows from the measures that a list tells, as columns of its own page: shares and means.
func (spec listSpec) ratios(told stats.Measures) (all []metric) {
	switch {
	case spec.Order == stats.Bots || !told.Has(stats.Bounces):
	case told.Has(stats.Timed):
		all = append(all, findMetric("bounced"), findMetric("onpage"))
	case told.Has(stats.Entries):
		all = append(all, findMetric("bounced"))
	default:
		all = append(all, findMetric("bounce"), findMetric("duration"))
	}
	return all
}

// Label writes a value for people to read.
func (spec listSpec) Label(l *locale, value string) string {
	if value == "" {
		if key := "value." + spec.Dim.String() + "."; l.Has(key) {
			return l.T(key)
		}
		return l.T("value.none")
	}
	switch spec.Kind {
	case kindCountry:
		return l.names().Country(value)
	case kindLanguage:
		return l.names().Language(value)
	case kindPlace:
		return place(l, value)
	case kindWord:
		return word(l, spec.Dim.String(), value)
	case kindBot:
		if class, name, ok := strings.Cut(value, ": "); ok {
			return clean(name, valueMax) + " · " + word(l, "botclass", class)
		}
	case kindClass:
		return word(l, "botclass", value)
	case kindBucket:
		return bucketLabel(l, spec.Dim, value)
	}
	return clean(value, valueMax)
}

// word returns the locale's text for a value of ours, part by part where it has slashes.
func word(l *locale, dim, value string) string {
	if key := "value." + dim + "." + value; l.Has(key) {
		return l.T(key)
	}
	if first, rest, ok := strings.Cut(value, "/"); ok && dim == stats.DimConsent.String() {
		return word(l, dim, first) + " · " + word(l, dim, rest)
	}
	return clean(value, valueMax)
}

// place writes "KZ/Almaty/Almaty" as "Almaty, Kazakhstan".
func place(l *locale, value string) string {
	parts := strings.Split(value, "/")
	country := l.names().Country(parts[0])
	if len(parts) == 1 {
		return country
	}
	return clean(parts[len(parts)-1], valueMax) + ", " + country
}
