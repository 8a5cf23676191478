package attack

import (
	"fmt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Event is one page view, as the site counted it.
type Event struct {
	Who   int32
	Guard uint8
	Hour  uint8
	First bool // page view of its visitor on the day, at this guard
	Asked bool // the first request of its visitor on the day

	Page, Source, Channel, Campaign string
	who                             person
}

// person is what the site sees of a visitor.
type person struct {
	country, region, city, provider, browser, version, os, osVersion, device, language, network string
	prefix                                                                                      visit.Prefix
}

func eventOf(who, guard int, pv *visit.Pageview) Event {
	e := Event{
		Who: int32(who), Guard: uint8(guard), Hour: pv.Hour, First: pv.Step.NewVisitor, Asked: pv.Asker, Page: pv.Path, Source: pv.Source, Channel: pv.Channel, Campaign: pv.Campaign,
		who: person{pv.Country, pv.Region, pv.City, pv.Provider, pv.Browser, pv.BrowserVersion, pv.OS, pv.OSVersion, pv.Device, pv.Language, pv.Network, pv.Prefix},
	}
	if !pv.Step.NewVisit && pv.Step.Previous != "" { // counted as the visit began
		e.Source, e.Channel, e.Campaign = pv.Step.StartSource, pv.Step.StartChannel, pv.Step.StartCampaign
	}
	return e
}

// value returns under which value of a dimension an event is counted; ok is false for none.
func (e *Event) value(dim stats.Dimension) (v string, ok bool) {
	w := &e.who
	switch dim {
	case stats.DimPage:
		return e.Page, true
	case stats.DimSection:
		return visit.Section(e.Page), true
	case stats.DimSource:
		return e.Source, true
	case stats.DimChannel:
		return e.Channel, true
	case stats.DimCampaign:
		return e.Campaign, true
	case stats.DimCountry, stats.DimNetCountry:
		return w.country, true
	case stats.DimRegion:
		return w.country + "/" + w.region, w.region != ""
	case stats.DimCity:
		return w.country + "/" + w.region + "/" + w.city, w.city != ""
	case stats.DimProvider, stats.DimNetProvider:
		return w.provider, true
	case stats.DimNetPrefix:
		return w.prefix.String() + " " + w.provider, w.prefix != 0
	case stats.DimBrowser:
		return w.browser, true
	case stats.DimBrowserVersion:
		return w.version, w.version != ""
	case stats.DimOS:
		return w.os, true
	case stats.DimOSVersion:
		return w.osVersion, w.osVersion != ""
	case stats.DimDevice:
		return w.device, true
	case stats.DimLanguage:
		return w.language, true
	case stats.DimNetwork:
		return w.network, w.network != ""
	}
	if !dim.Valid() && dim > stats.NumDimensions { // the hour
		return fmt.Sprintf("%02d", e.Hour), true
	}
	if pair := dim.Spec().Pair; dim.IsPair() && dim != stats.DimFlow {
		a, aok := e.value(pair[0])
		b, bok := e.value(pair[1])
		return stats.JoinPair(a, b), aok && bok
	}
	return "", false
}

// told says, for each event, whether the value of a dimension under which it was counted rests with this page
// view in it. What a guard let out of a value is what came first: so many visitors, and so many page views more.
func (s *Site) told(d *Dump, dim stats.Dimension) []bool {
	type place struct {
		guard uint8
		first bool
		value string
	}
	seen := make(map[place]int64)
	told := make([]bool, len(s.Events))
	for i := range s.Events {
		e := &s.Events[i]
		v, ok := e.value(dim)
		if !ok || !d.tells(dim, v) {
			continue
		}
		at, let := place{e.Guard, e.First, v}, s.guards[e.Guard].let[Cell{dim, v}]
		seen[at]++
		if e.First {
			told[i] = seen[at] <= let.visitors
		} else {
			told[i] = seen[at] <= let.views-let.visitors
		}
	}
	return told
}

// tells reports whether people are counted under a value at rest.
func (d *Dump) tells(dim stats.Dimension, value string) bool {
	c := d.Rows[Cell{dim, value}]
	c[stats.Bots] = 0
	return !c.IsZero()
}
