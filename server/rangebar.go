package server

import (
	"context"
	"strconv"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// item is one line of a menu.
type item struct {
	Label, Href string
	Current     bool
}

// rangeBar is the row of controls that says and changes what a page is about.
type rangeBar struct {
	Title, Span        string
	Presets, By        []item
	Compare            []item
	CompareTitle       string
	Earlier, Later     string // "" where there is nothing
	From, To, Min, Max string
	Fields             []field // kept by the form of dates
	Zones              []zoneItem
	ZoneTitle          string
	ZoneFields         []field
	Action             string
	ZoneNote           string // where hours of the site are not hours of other zones
	Held               bool
	Zoned              bool
}

type zoneItem struct {
	Value, Label string
	Current      bool
}

func newRangeBar(l *locale, p *period, a address, held span) rangeBar {
	bar := rangeBar{
		Title: l.T("range." + p.Preset), Span: l.Span(p.First, p.Last), Action: a.path, Held: p.Held, Zoned: p.Zoned,
		From: p.First.String(), To: p.Last.String(), Max: p.Today.String(),
		Fields: a.Fields("range", "from", "to", "by"), ZoneFields: a.Fields("tz"),
		CompareTitle: l.T("compare." + p.Compare),
	}
	for _, name := range presets {
		bar.Presets = append(bar.Presets, item{l.T("range." + name), a.With("range", name, "from", "", "to", "", "by", ""), p.Preset == name})
	}
	for _, name := range []string{comparePrevious, compareYear, compareNone} {
		value := name
		if name == comparePrevious {
			value = ""
		}
		bar.Compare = append(bar.Compare, item{l.T("compare." + name), a.With("compare", value), p.Compare == name})
	}
	for _, by := range steps {
		if by.fits(p.Days()) {
			bar.By = append(bar.By, item{l.T("by." + string(by)), a.With("by", string(by)), p.By == by})
		}
	}
	if held.ok {
		bar.Min = held.first.String()
	}
	bar.turn(p, a, held)
	bar.zones(l, p)
	return bar
}

// turn finds the ranges before and after this one.
func (bar *rangeBar) turn(p *period, a address, held span) {
	days := func(first, last stats.Day) string {
		return a.With("range", "", "from", first.String(), "to", last.String())
	}
	n := stats.Day(p.Days())
	if held.ok && p.First > held.first {
		bar.Earlier = days(p.First-n, p.First-1)
	}
	if p.Last < p.Today {
		bar.Later = days(p.Last+1, min(p.Last+n, p.Today))
	}
}

// zones are the whole hours from west to east, the site's own first.
func (bar *rangeBar) zones(l *locale, p *period) {
	_, site := p.now.In(p.zone).Zone()
	own := l.T("zone.site", offsetName(site))
	bar.ZoneTitle = own
	if past := (3600 - site%3600) % 3600; past != 0 {
		bar.ZoneNote = l.T("zone.between", past%3600/60)
	}
	bar.Zones = append(bar.Zones, zoneItem{"", own, !p.Zoned})
	for h := -12; h <= 14; h++ {
		if h*3600 == site {
			continue
		}
		z := zoneItem{strconv.Itoa(h), offsetName(h * 3600), p.Zoned && p.Offset == h}
		if z.Current {
			bar.ZoneTitle = z.Label
		}
		bar.Zones = append(bar.Zones, z)
	}
}

// offsetName writes seconds east of UTC as "UTC+5" or "UTC+5:30".
func offsetName(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	if seconds == 0 {
		return "UTC"
	}
	name := "UTC" + sign + strconv.Itoa(seconds/3600)
	if m := seconds % 3600 / 60; m != 0 {
		name += ":" + pad(int64(m))
	}
	return name
}

// readSpan asks the store what it holds.
func (s *Server) readSpan(ctx context.Context) (span, error) {
	days, ok, err := s.cfg.Reports.Span(ctx)
	return span{days.First, days.Last, ok}, err
}

// dayOf is the day of the site on which t falls.
func (s *Server) dayOf(t time.Time) stats.Day {
	day, _ := visit.DayOf(t, s.cfg.Zone)
	return day
}
